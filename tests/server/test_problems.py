import errno
import sqlite3

import pytest

from whence import errors
from whence.server.problems import NAMES, RETRY, RefusedError, problem_of, status_of


def caused(by: BaseException) -> errors.StoreError:
    error = errors.StoreError("it failed in /home/ada/.whence")
    error.__cause__ = by
    return error


def sqlite(code: int) -> sqlite3.Error:
    error = sqlite3.OperationalError("it failed")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.UsageError("x"), 400),
        (errors.WireError("x"), 400),
        (errors.ForbiddenError("x"), 403),
        (errors.NotFoundError("x"), 404),
        (errors.AmbiguousError("x"), 409),
        (errors.ConflictError("x"), 409),
        (errors.InvalidRecordError("x"), 422),
        (errors.StoreLockedError("x"), 503),
        (errors.StoreUnreachableError("x"), 503),
        (errors.StoreCorruptError("x"), 500),
        (caused(OSError(errno.ENOSPC, "full")), 507),
        (caused(OSError(errno.EDQUOT, "quota")), 507),
        (caused(sqlite(sqlite3.SQLITE_FULL)), 507),
        (caused(OSError(errno.EIO, "broken")), 503),
        (caused(sqlite(sqlite3.SQLITE_IOERR_FSYNC)), 503),
        (RefusedError(429, "x"), 429),
        (ValueError("x"), 500),
    ],
)
def test_each_error_has_its_status(error: BaseException, status: int) -> None:
    assert status_of(error) == status
    _, told, headers = problem_of(error)
    assert told["status"] == status
    assert told["title"] == NAMES[status][1]
    assert ("Retry-After" in headers) == (status in RETRY)


def test_what_is_ambiguous_names_what_it_may_mean() -> None:
    _, told, _ = problem_of(errors.AmbiguousError("x", hint="y", candidates=["a", "b"]))
    assert (told["hint"], told["candidates"]) == ("y", ["a", "b"])


def test_what_went_wrong_inside_stays_there() -> None:
    _, told, _ = problem_of(errors.StoreError("something about /home/ada"))
    assert "detail" not in told
