"""How far apart two arrays of numbers are, number by number."""

from typing import Any, Tuple


def apart(left: Any, right: Any) -> Tuple[Any, Any]:
    """Which numbers are the same, and how far apart the others are, relative.

    Relative to the larger of the two, or to the root mean square of the left array's finite
    numbers where that is larger; 1e300 where one is not finite. Two that are no number are the
    same.
    """
    import numpy as np

    same = (left == right) | (np.isnan(left) & np.isnan(right))
    finite = np.abs(left[np.isfinite(left)]).astype("f8")
    most = float(finite.max()) if finite.size else 0.0
    scale = most * float(np.sqrt(np.mean((finite / most) ** 2))) if most else 0.0
    wide = "c16" if left.dtype.kind == "c" else "f8"
    was, now = left[~same].astype(wide), right[~same].astype(wide)
    with np.errstate(all="ignore"):
        found = np.abs(was - now) / np.maximum(np.maximum(np.abs(was), np.abs(now)), scale)
    found[~np.isfinite(found)] = 1e300
    return same, found
