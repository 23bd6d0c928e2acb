"""What is held so that it is never cleared away."""

from typing import Annotated

from msgspec import Meta

from whence.errors import UsageError
from whence.model.line import VERSION_KINDS
from whence.model.node import NodeKind
from whence.query.account import account_for
from whence.query.holding import held_json
from whence.recording.holding import Hold
from whence.server.access.permission import Permission
from whence.server.routing import Call, Ref, Reply, Route, Words
from whence.server.service import SOURCE, actor_of, find

_HELD = frozenset({NodeKind.RUN, *VERSION_KINDS})


class Holding(Words):
    """A wish to keep a thing, or to keep it no more."""

    ref: Ref
    reason: Annotated[str, Meta(max_length=1000)] = ""
    """Why; left out to release it."""
    release: bool = False


def held(call: Call) -> Reply:
    """List what is held, as `whence hold --json` does."""
    with call.reading() as reader:
        return Reply({"held": held_json(reader)})


def hold(call: Call) -> Reply:
    """Hold a run, an artifact or a version of a model, or release it."""
    asked: Holding = call.body
    reason = asked.reason.strip()
    if asked.release == bool(reason):
        raise UsageError("give either `reason` or `release`")
    with call.service.reading(call.principal) as reader:
        handle = find(reader, asked.ref)
        (node,) = reader.nodes([handle])
        told = account_for(reader, handle).said("hold")
    if not node.is_artifact and node.kind not in _HELD:
        raise UsageError(f"a {node.kind.value.replace('_', ' ')} cannot be held")
    if asked.release and not told.get("held"):
        raise UsageError(f"{asked.ref} is not held")
    call.keep([Hold(node.id, actor_of(call.principal), SOURCE, reason).compose])
    with call.service.reading(call.principal) as reader:
        return Reply({"held": held_json(reader)}, 201)


ROUTES = (
    Route("GET", "/api/v1/hold", held, Permission.READ, answer="holds-1"),
    Route(
        "POST",
        "/api/v1/hold",
        hold,
        Permission.WRITE,
        body=Holding,
        answer="holds-1",
        status=201,
    ),
)
