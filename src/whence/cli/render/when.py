"""Moments as a person at a terminal thinks of them: how long ago."""

from datetime import UTC, datetime

from whence.drawing.figures import counted, moment

_STEPS = (
    (45, 1, "", ""),
    (45 * 60, 60, "min", "min"),
    (22 * 3600, 3600, "h", "h"),
    (14 * 86400, 86400, "day", "days"),
)
"""Up to so many seconds, count in steps of so many, called so."""


def ago(time: object, now: datetime) -> str:
    """``3 min ago`` for a time as records write it; the date where that is long ago.

    A time in the future (another machine's clock) is written out; an unreadable one is ``—``.
    """
    then = moment(time)
    if then is None:
        return "—"
    seconds = (now - then).total_seconds()
    if seconds < -5:
        return f"{then.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    for limit, step, one, many in _STEPS:
        if seconds < limit:
            return f"{counted(max(round(seconds / step), 1), one, many)} ago" if one else "just now"
    return f"{then.astimezone(UTC):%Y-%m-%d}"
