"""Errors as answers: problem details (RFC 9457), by one table."""

import errno
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from whence import errors
from whence.errors import WhenceError

PROBLEM_TYPE = "application/problem+json"
TYPES = "https://w3id.org/whence/problems/"


class RefusedError(WhenceError):
    """A request that is refused for what it is rather than for what it says."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        hint: str = "",
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.headers = dict(headers or {})
        self.extra = dict(extra or {})


@dataclass(frozen=True, slots=True)
class Problem:
    """What an error looks like from outside."""

    status: int
    name: str
    title: str


NAMES: Mapping[int, tuple[str, str]] = MappingProxyType(
    {
        400: ("bad-request", "The request is not what it should be"),
        401: ("unauthenticated", "Say who you are"),
        403: ("forbidden", "You may not do this"),
        404: ("not-found", "There is no such thing"),
        405: ("method-not-allowed", "This cannot be done here"),
        406: ("not-acceptable", "There is no such form"),
        408: ("too-slow", "The request did not come to its end in time"),
        409: ("conflict", "This contradicts what is there"),
        411: ("length-required", "Say how long the body is"),
        413: ("too-large", "This is more than the server takes"),
        415: ("unsupported-media-type", "The body has a form that is not read here"),
        421: ("misdirected", "This server does not answer to that name"),
        422: ("invalid-record", "This breaks a rule of the model"),
        429: ("too-many", "The server cannot keep up"),
        431: ("header-too-large", "The header is more than the server takes"),
        500: ("internal", "The server failed"),
        501: ("not-implemented", "This server cannot do it"),
        503: ("unavailable", "The store is busy or away"),
        507: ("no-room", "There is no room left"),
    }
)
"""Status → the last part of the problem's type, and its title."""

STATUSES: tuple[tuple[str, int], ...] = (
    ("UsageError", 400),
    ("WireError", 400),
    ("InvalidRecordError", 422),
    ("NotFoundError", 404),
    ("AmbiguousError", 409),
    ("ConflictError", 409),
    ("ForbiddenError", 403),
    ("StoreLockedError", 503),
    ("StoreUnreachableError", 503),
    ("LedgerError", 409),
)
"""Name of an error in ``whence.errors`` → status; what is not here is 500."""

_BY_CLASS = tuple(
    (found, status) for name, status in STATUSES if (found := getattr(errors, name, None))
)
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_DISK = frozenset({sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY})
_BROKEN = frozenset(
    {
        sqlite3.SQLITE_IOERR_FSYNC,
        sqlite3.SQLITE_IOERR_DIR_FSYNC,
        sqlite3.SQLITE_IOERR_READ,
        sqlite3.SQLITE_IOERR_SHORT_READ,
        sqlite3.SQLITE_IOERR_CORRUPTFS,
    }
)
RETRY = MappingProxyType({429: "1", 503: "5", 507: "30"})
"""After how many seconds trying again makes sense."""


def status_of(error: BaseException) -> int:
    """The status that an error answers with."""
    if isinstance(error, RefusedError):
        return error.status
    if is_full(error):
        return 507
    if isinstance(error, errors.StoreError) and _is_failing(error):
        return 503
    return next((status for kind, status in _BY_CLASS if isinstance(error, kind)), 500)


def is_full(error: BaseException) -> bool:
    """Whether an error comes from a disk, a quota or a limit of files that is full."""
    for each in _chain(error):
        if isinstance(each, sqlite3.Error):
            code = getattr(each, "sqlite_errorcode", 0)
            if code & 0xFF == sqlite3.SQLITE_FULL:
                return True
        elif isinstance(each, OSError) and each.errno in _NO_ROOM:
            return True
    return False


def is_broken(error: BaseException) -> bool:
    """Whether the disk did not keep, or does not give back, what it was given.

    A write that fails is none of these: a quota gives the same answer.
    """
    return any(
        isinstance(each, sqlite3.Error) and getattr(each, "sqlite_errorcode", 0) in _BROKEN
        for each in _chain(error)
    )


def _is_failing(error: BaseException) -> bool:
    """Whether the disk below, or what leads to it, does not do what it is told."""
    return any(
        isinstance(each, OSError)
        or (
            isinstance(each, sqlite3.Error) and getattr(each, "sqlite_errorcode", 0) & 0xFF in _DISK
        )
        for each in _chain(error)
    )


def problem_of(error: BaseException) -> tuple[int, dict[str, Any], dict[str, str]]:
    """Status, body and headers of the answer to an error.

    What went wrong inside the server stays there: its log has it.
    """
    status = status_of(error)
    name, title = NAMES.get(status, NAMES[500])
    told: dict[str, Any] = {"type": TYPES + name, "title": title, "status": status}
    headers: dict[str, str] = {}
    if isinstance(error, WhenceError) and status != 500:
        told["detail"] = error.message
        if error.hint:
            told["hint"] = error.hint
    if isinstance(error, RefusedError):
        told.update(error.extra)
        headers.update(error.headers)
    candidates = getattr(error, "candidates", None)
    if candidates:
        told["candidates"] = list(candidates)
    if status in RETRY:
        headers.setdefault("Retry-After", RETRY[status])
    return status, told, headers


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
