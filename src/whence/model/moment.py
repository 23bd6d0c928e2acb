"""How records write the time: RFC 3339 in UTC with milliseconds."""

from datetime import UTC, datetime, timedelta


def now() -> str:
    """The time."""
    return stamp(datetime.now(UTC))


def stamp(moment: datetime) -> str:
    """A moment."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")[: -len("+00:00")] + "Z"


def following(time: str) -> str:
    """The earliest time after one that was written before."""
    return stamp(datetime.fromisoformat(time.replace(":60.", ":59.")) + timedelta(milliseconds=1))
