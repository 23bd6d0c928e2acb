"""Moments as people write them on the command line."""

from datetime import UTC, datetime

from whence.errors import UsageError
from whence.model.moment import stamp


def read_moment(text: str) -> str:
    """A moment as records write it; where no zone is named, UTC.

    Raises:
        UsageError: it is none.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is no moment", hint="for example 2026-03-03T14:05Z") from error
    return stamp(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
