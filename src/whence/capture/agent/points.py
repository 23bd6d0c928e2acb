"""Reads the points that a process has measured, see ``inside/_whence_points.py``.

The file is as large as it may get, and zeros from where nothing was measured any more.
"""

import math
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

POINTS = ".points"
"""What the file is called, beside the lines ``PID.START.ev`` of the same process."""

_RECORD = struct.Struct("<qdII")
"""Step, value, whether there is a step, and the series' number."""

_AT_ONCE = _RECORD.size << 12


def read_points(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """The number of a series with ``value`` and ``step`` of each point, as they were measured.

    Raises:
        OSError: there is no such file, or it cannot be read.
    """
    with path.open("rb") as file:
        while block := file.read(_AT_ONCE):
            if block.count(0) == len(block):
                return
            for step, value, has_step, number in _RECORD.iter_unpack(_whole(block)):
                if number:
                    yield number, {"value": _shown(value), **({"step": step} if has_step else {})}


def _whole(block: bytes) -> bytes:
    return block[: len(block) - len(block) % _RECORD.size]


def _shown(value: float) -> float | str:
    """A number as lines have it: what JSON cannot say is text."""
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
