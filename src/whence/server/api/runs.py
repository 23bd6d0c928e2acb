"""The runs, page by page."""

from typing import Annotated, Any, Literal

from msgspec import Meta

from whence.query.history import runs
from whence.server.access.permission import Permission
from whence.server.limits import limit
from whence.server.paging import cursor_after, read_cursor
from whence.server.routing import Call, Reply, Route, Words

_MOST = limit("page")
State = Literal["running", "completed", "failed", "killed", "unknown"]


class Log(Words):
    """Which runs."""

    limit: Annotated[
        int, Meta(ge=1, le=_MOST, description="How many of one page; parts of a run do not count.")
    ] = 20
    job: Annotated[str | None, Meta(description="Only runs of this job.")] = None
    state: Annotated[State | None, Meta(description="Only runs in this state.")] = None
    replays: Annotated[bool, Meta(description="Also runs that do others again.")] = False
    cursor: Annotated[str | None, Meta(description="`next` of the page before.")] = None


def log(call: Call) -> Reply:
    """List the recorded runs, latest first, as `whence log --json` does.

    `next` is there where more may follow: ask again with it as `cursor`. Runs that are recorded in
    between neither shift a page nor appear twice.
    """
    asked = call.query
    with call.reading() as reader:
        found = runs(
            reader,
            limit=asked.limit,
            job=asked.job,
            state=asked.state,
            replays=asked.replays,
            before=read_cursor(reader, asked.cursor),
        )
    whole = asked.job is None and asked.state is None
    counted = [each for each in found if not whole or each["parent"] is None]
    told: dict[str, Any] = {"runs": found}
    if len(counted) == asked.limit:
        told["next"] = cursor_after(counted[-1]["id"])
    return Reply(told)


ROUTES = (Route("GET", "/api/v1/log", log, Permission.READ, query=Log, answer="history-1"),)
