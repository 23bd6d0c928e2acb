"""How records write the time: RFC 3339 in UTC with milliseconds."""

import re
import time
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from whence.errors import UsageError

_DAY = re.compile(r"\d{4}-?(?:\d{2}-?\d{2}|\d{3}|W\d{2}(?:-?\d)?)\Z")
"""A date alone (ISO 8601)."""


def now() -> str:
    """The time."""
    seconds, milliseconds = divmod(time.time_ns() // 1_000_000, 1_000)
    return f"{_second(seconds)}.{milliseconds:03d}Z"


@lru_cache(4)
def _second(number: int) -> str:
    return datetime.fromtimestamp(number, UTC).isoformat()[: -len("+00:00")]


def stamp(moment: datetime) -> str:
    """A moment."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")[: -len("+00:00")] + "Z"


def following(time: str) -> str:
    """The earliest time after one that was written before."""
    return stamp(datetime.fromisoformat(time.replace(":60.", ":59.")) + timedelta(milliseconds=1))


def read_moment(text: str) -> str:
    """A moment that a person names, as records write it.

    Where no zone is named it is taken as UTC, as everything that Whence prints; a day alone means
    its end, since what is asked is what was said by then.

    Raises:
        UsageError: it is none.
    """
    said = text.strip()
    try:
        moment = datetime.fromisoformat(said)
        if _DAY.match(said):
            moment = datetime.combine(moment, datetime.max.time())
        return stamp(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except (ValueError, OverflowError) as error:
        raise UsageError(
            f"{text!r} is no moment", hint="for example 2026-03-03T14:05Z, or 2026-03-03"
        ) from error
