"""How tables and arrays of any library look, told once for each; for the hooks of all of them."""

from __future__ import annotations

import time
import weakref
from collections import deque

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MOST_COLUMNS = 200
UNEVALUATED = frozenset({"DuckDBPyRelation", "LazyFrame", "Dataset"})
"""Types that stand for data that nobody has computed yet: they are not asked how they look."""
_SHARE = 0.02
_FREE = 0.5
"""Seconds that sketches may take at any rate; beyond them they get a share of the time gone by."""

splits: dict[Any, str] = {}
"""Number of an object → the split that it is, or whose row numbers it holds."""

_COMPARED = 1_000_000
"""How many cells are compared; of larger arrays evenly strided rows."""

_picks: deque[Any] = deque(maxlen=20)

_told: dict[int, tuple[Any, str]] = {}
_sketched: dict[int, Any] = {}
_spent = [0.0, time.perf_counter()]


def tell_pair(watch: Any, pair: Any, data: Any, how: str) -> None:
    """The row numbers of a training and a test split of known data, which rows are picked by."""
    try:
        with watch.quiet():
            for part, split in zip(pair, ("train", "test")):
                if not hasattr(part, "dtype"):
                    continue
                if watch.known(data) is None:
                    watch.object(part, "array", dtype=str(part.dtype), shape=list(part.shape))
                else:
                    watch.derived(part, [data], how, split=split)
                splits[watch.known(part)] = split
                if type(data).__name__ == "ndarray":
                    _picks.append((weakref.ref(part), weakref.ref(data), split))
    except Exception as error:
        watch.trouble("split", error)


def _find_pick(watch: Any, thing: Any) -> bool:
    """Whether an array is exactly the rows of a known one that a split has named."""
    for of_part, of_data, split in reversed(_picks):
        part, data = of_part(), of_data()
        if part is None or data is None or len(part) != len(thing):
            continue
        if data.shape[1:] != thing.shape[1:] or data.dtype != thing.dtype:
            continue
        step = max(thing.size // _COMPARED, 1)
        picked = data[part[::step]]
        if picked.tobytes() == thing[::step].tobytes():
            watch.derived(thing, [data], "rows", split=split)
            return watch.known(thing) is not None
    return False


def is_data(thing: Any) -> bool:
    """Whether a value is likely to be data: it has a shape, or is a list of some length."""
    if thing is None or isinstance(thing, (str, bytes, type)):
        return False
    if type(thing).__name__ in UNEVALUATED:
        return True
    shape = getattr(thing, "shape", None)
    if shape is not None:
        return bool(shape != ())
    return isinstance(thing, (list, tuple)) and len(thing) > 0 and not hasattr(thing, "_fields")


def meet(watch: Any, thing: Any, frame: Any = None, *, sketch: bool = False) -> None:
    """Have an object numbered, and told as it looks if that is new; ``sketch``: its rows too."""
    number = watch.known(thing)
    if number is not None and type(thing).__name__ == "ndarray" and not watch.is_own(thing):
        watch.derived(thing, [thing], "view")
        number = watch.known(thing)
    elif number is None and _picks and type(thing).__name__ == "ndarray" and thing.ndim > 1:
        number = watch.known(thing) if _find_pick(watch, thing) else None
    shape = None if type(thing).__name__ in UNEVALUATED else getattr(thing, "shape", None)
    name = watch.name_of(thing, frame)
    told = _told.get(number or 0)
    rows = None
    if sketch and (number is None or _sketched.get(number) != shape):
        rows = _rows(watch, thing)
    if told is not None and told[0] == shape and (not name or told[1]) and rows is None:
        return
    kind, facts = looks(thing)
    number = watch.object(thing, kind, name, rows=rows, **facts)
    if isinstance(number, int):
        _told[number] = (shape, name or (told[1] if told else ""))
        if rows is not None:
            _sketched[number] = shape


def _rows(watch: Any, thing: Any) -> Any:
    """Its rows as a sketch, as long as there is time for sketches."""
    start = time.perf_counter()
    if _spent[0] > _FREE + _SHARE * (start - _spent[1]):
        return None
    try:
        return watch.rows(thing)
    finally:
        _spent[0] += time.perf_counter() - start


def looks(thing: Any) -> tuple[str, dict[str, Any]]:
    """The kind of a data object, and its facts: ``type shape columns schema dtype``."""
    kind = type(thing)
    facts: dict[str, Any] = {"type": kind.__name__}
    if kind.__name__ in UNEVALUATED:
        return "table", facts
    shape = getattr(thing, "shape", None)
    if isinstance(shape, tuple):
        facts["shape"] = list(shape)
    elif isinstance(thing, (list, tuple)):
        facts["shape"] = [len(thing)]
        return "other", facts
    library = kind.__module__.partition(".")[0]
    if library == "pandas" or hasattr(thing, "_mgr"):
        return "table", {**facts, **_pandas_looks(thing)}
    if library == "polars" and kind.__name__ == "DataFrame":
        columns = list(thing.columns)[:MOST_COLUMNS]
        schema = {name: str(dtype) for name, dtype in zip(columns, thing.dtypes)}
        return "table", {**facts, "columns": columns, "schema": schema}
    if library == "pyarrow" and hasattr(thing, "schema"):
        fields = list(getattr(thing, "schema_arrow", thing.schema))[:MOST_COLUMNS]
        schema = {each.name: str(each.type) for each in fields}
        return "table", {**facts, "columns": list(schema), "schema": schema}
    if hasattr(thing, "dtype"):
        return "array", {**facts, "dtype": str(thing.dtype)}
    return "other", facts


def _pandas_looks(thing: Any) -> dict[str, Any]:
    if getattr(thing, "ndim", 0) == 2:
        columns = [str(name) for name in thing.columns[:MOST_COLUMNS]]
        dtypes = [str(dtype) for dtype in thing.dtypes[:MOST_COLUMNS]]
        return {"columns": columns, "schema": dict(zip(columns, dtypes))}
    name = getattr(thing, "name", None)
    facts: dict[str, Any] = {"dtype": str(getattr(thing, "dtype", ""))}
    if name is not None:
        facts["columns"] = [str(name)]
    return facts
