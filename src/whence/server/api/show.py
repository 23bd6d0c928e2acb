"""All that is known of one thing, and the runs."""

from whence.governance.standing import with_decisions
from whence.model.moment import now
from whence.query.account import describe
from whence.query.evaluations import evaluations_json
from whence.server.access.permission import Permission
from whence.server.looking import AsOf, looking_back
from whence.server.routing import Call, Ref, Reply, Route, Words
from whence.server.service import find


class Show(Words):
    """What is asked of one thing."""

    ref: Ref = "last"
    as_of: AsOf = ""


def show(call: Call) -> Reply:
    """Tell all that is known of one thing, as `whence show --json` does."""
    with call.reading() as present, looking_back(present, call.query.as_of) as reader:
        handle = find(reader, call.query.ref)
        told = with_decisions(describe(reader, handle), reader, handle, now())
        figures = evaluations_json(reader, handle)
        if figures:
            told["evaluations"] = figures
        return Reply(told)


ROUTES = (Route("GET", "/api/v1/show", show, Permission.READ, query=Show, answer="thing-1"),)
