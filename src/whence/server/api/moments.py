"""One consistent moment of the record, asked call by call, by clients that have it as theirs."""

import asyncio
from typing import Annotated, Any

from msgspec import Meta

from whence.server.access.permission import Permission
from whence.server.routing import Call, Reply, Route, Words
from whence.store.remote.calls import CALLS, MOST_CALLS, VERSION, Form


class Nothing(Words):
    """An empty object."""


class Asking(Words):
    """Calls, each a list: its name, then its arguments."""

    calls: Annotated[list[list[Any]], Meta(min_length=1, max_length=MOST_CALLS)]


_HEAD: Form = CALLS["head"].gives


async def open_moment(call: Call) -> Reply:
    """Hold a moment of the record open: whatever is asked of it, nothing in it changes.

    It is let go of after some quiet seconds, and after some minutes in all.
    """
    name, head = call.service.moments.open(call.principal)
    told = await asyncio.wrap_future(head)
    return Reply({"v": VERSION, "moment": name, "head": _HEAD.write(told)}, 201)


async def ask_moment(call: Call) -> Reply:
    """Answer calls of a moment, in their order; the last ones may be left for the next request."""
    name = call.path["moment"]
    answers = call.service.moments.ask(name, call.principal, call.body.calls)
    return Reply({"answers": await asyncio.wrap_future(answers)})


async def close_moment(call: Call) -> Reply:
    """Let go of a moment."""
    call.service.moments.close(call.path["moment"], call.principal)
    return Reply(status=204)


def rebuild(call: Call) -> Reply:
    """Make the graph anew from the ledger."""
    call.service.store.rebuild()
    return Reply(status=204)


ROUTES = (
    Route("POST", "/api/v1/moments", open_moment, Permission.READ, body=Nothing, status=201),
    Route(
        "POST", "/api/v1/moments/{moment}/ask", ask_moment, Permission.READ, body=Asking, gzip=True
    ),
    Route("DELETE", "/api/v1/moments/{moment}", close_moment, Permission.READ, status=204),
    Route("POST", "/api/v1/rebuild", rebuild, Permission.ADMIN, body=Nothing, status=204),
)
