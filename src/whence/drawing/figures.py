"""Numbers with their units, as people read them."""

import math
from datetime import UTC, datetime

_SIZES = ("kB", "MB", "GB", "TB", "PB", "EB")
_SPANS = (
    (3600, "min", "s", 60, 1),
    (86400, "h", "min", 3600, 60),
    (math.inf, "d", "h", 86400, 3600),
)
"""Up to so many seconds: the larger unit, the smaller, and how many seconds each has."""


def size_text(count: int) -> str:
    """Bytes in decimal units, as file managers and disks count: ``512 B``, ``31.0 MB``."""
    if count < 1000:
        return f"{count} B"
    size = count / 1000
    steps = 0
    while size >= 999.95 and steps < len(_SIZES) - 1:
        size /= 1000
        steps += 1
    return f"{size:,.1f} {_SIZES[steps]}"


def count_text(count: int) -> str:
    """A count with its thousands apart: ``336,776``."""
    return f"{count:,}"


def counted(count: int, one: str, many: str) -> str:
    """A count with its noun: ``1 run``, ``3 runs``."""
    return f"{count_text(count)} {one if count == 1 else many}"


def duration_text(seconds: float) -> str:
    """A span of time with at most two units: ``12.3 s``, ``2 min 5 s``, ``3 d 2 h``."""
    if seconds < 59.95:
        return f"{max(seconds, 0):.1f} s"
    whole = round(seconds)
    large, small, length, step = next(each[1:] for each in _SPANS if whole < each[0])
    rest = whole % length // step
    return f"{count_text(whole // length)} {large}" + (f" {rest} {small}" if rest else "")


def moment(text: object) -> datetime | None:
    """A time as records write it (RFC 3339); ``None`` where it is none."""
    if not isinstance(text, str):
        return None
    try:
        told = datetime.fromisoformat(text)
    except ValueError:
        return None
    return told if told.tzinfo else told.replace(tzinfo=UTC)


def elapsed(start: object, end: object) -> float | None:
    """Seconds between two times as records write them."""
    began, ended = moment(start), moment(end)
    if began is None or ended is None:
        return None
    return (ended - began).total_seconds()
