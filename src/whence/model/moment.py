"""How records write the time: RFC 3339 in UTC with milliseconds."""

from datetime import UTC, datetime


def now() -> str:
    """The time."""
    return stamp(datetime.now(UTC))


def stamp(moment: datetime) -> str:
    """A moment."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")[: -len("+00:00")] + "Z"
