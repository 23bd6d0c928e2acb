"""PostgreSQL's errors in our own words."""

from typing import TYPE_CHECKING, Any

from whence.errors import (
    StoreCorruptError,
    StoreError,
    StoreLockedError,
    StoreUnreachableError,
)

if TYPE_CHECKING:
    import psycopg

_KINDS: dict[str, tuple[type[StoreError], str, str]] = {
    "53100": (StoreError, "has no room left", "free some disk space; nothing was lost"),
    "53200": (StoreError, "has no memory left", "try again; nothing was lost"),
    "53300": (StoreUnreachableError, "takes no more connections", "raise max_connections"),
    "55P03": (StoreLockedError, "was busy for too long", "try again when others are done"),
    "40P01": (StoreLockedError, "was busy", "try again"),
    "40001": (StoreLockedError, "was busy", "try again"),
    "57014": (StoreLockedError, "took too long", "try again, or raise statement_timeout"),
    "42501": (StoreError, "may not be used so", "grant this user what it needs"),
    "25006": (StoreError, "may only be read", "is it a standby? name the primary"),
    "XX001": (StoreCorruptError, "is damaged", "run `whence fsck` to see what can be read"),
    "XX002": (StoreCorruptError, "is damaged", "run `whence fsck` to see what can be read"),
}
"""By the code of the SQL standard, and PostgreSQL's own (its manual, appendix A)."""

_AWAY = ("08", "57P")
"""What codes begin with when the server is going, gone or not there yet."""


def is_lost(error: "psycopg.Error", connection: "psycopg.Connection[Any]") -> bool:
    """Whether the link broke, so that nobody knows what became of the last statement."""
    return connection.closed or (error.sqlstate or "").startswith(_AWAY)


def translate(error: "psycopg.Error", place: str, *, lost: bool) -> StoreError:
    """The error that says what happened to the store."""
    said = " ".join(str(error).split())
    if lost:
        return StoreUnreachableError(
            f"the store in PostgreSQL ({place}) went away: {said}",
            hint="try again when the server is back; what was acknowledged is kept",
        )
    kind, what, hint = _KINDS.get(error.sqlstate or "", (StoreError, "cannot be used", ""))
    return kind(f"the store in PostgreSQL ({place}) {what}: {said}", hint=hint)
