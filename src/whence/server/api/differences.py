"""Why two things differ, and what is not known of where a thing came from."""

from collections.abc import Mapping
from typing import Any

from whence.query.diff import diff, difference_json
from whence.query.gaps import gaps_json
from whence.rows.format import table_format
from whence.server.access.permission import Permission
from whence.server.api.lineage import Ends
from whence.server.api.show import Show
from whence.server.routing import Call, Reply, Route
from whence.server.service import find

_ELSEWHERE = (
    "rows are compared where the tables are: ask `whence diff` on the machine that has them"
)


def difference(call: Call) -> Reply:
    """Say why two things differ, as `whence diff --json` does.

    What takes the bytes of files is for the machine that has them: of tables it is said that they
    differ, and that their rows were not compared.
    """
    call.known = ""  # texts come without an entry, so no tag of the ledger stands for the answer
    with call.reading() as reader:
        told = diff(
            reader,
            find(reader, call.query.a),
            find(reader, call.query.b),
            text_of=lambda sha256: call.service.texts.find(reader, sha256),
            tables=_not_here,
        )
    call.tag = ""
    return Reply(difference_json(told))


def gaps(call: Call) -> Reply:
    """Tell what is not known of a thing's origin, and how much is, as `whence gaps --json` does."""
    with call.reading() as reader:
        return Reply(gaps_json(reader, find(reader, call.query.ref)))


def _not_here(before: str, after: str, name: str) -> Mapping[str, Any] | None:
    del before, after
    if table_format(name, b"") is None:
        return None
    return {"not_compared": _ELSEWHERE, "sentences": [f"not compared: {_ELSEWHERE}"]}


ROUTES = (
    Route("GET", "/api/v1/diff", difference, Permission.READ, query=Ends, answer="difference-1"),
    Route("GET", "/api/v1/gaps", gaps, Permission.READ, query=Show, answer="gaps-1"),
)
