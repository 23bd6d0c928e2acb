"""Numbers and movable names for models."""

from typing import Annotated

import msgspec
from msgspec import Meta

from whence.query.account import describe
from whence.query.making import registrable
from whence.recording.registry.alias import AliasMove
from whence.recording.registry.registration import Registration
from whence.server.access.permission import Permission
from whence.server.routing import Call, Ref, Reply, Route, Words
from whence.server.service import SOURCE, actor_of, find


class Registering(Words):
    """A model that gets the next number of a line."""

    ref: Ref
    model: str
    """The registered model."""
    description: str = ""
    tags: dict[str, str] = msgspec.field(default_factory=dict)


class Moving(Words):
    """A name that points to a version from now on."""

    model: str
    version: Annotated[int, Meta(ge=1, le=10**9)]
    alias: str


class Moved(msgspec.Struct):
    """Where it points now."""

    model: str
    alias: str
    version: int


def register(call: Call) -> Reply:
    """Give a model the next version number of a registered model, as `whence register` does."""
    asked: Registering = call.body
    with call.service.reading(call.principal) as reader:
        artifact = registrable(reader, find(reader, asked.ref), asked.ref)
    registration = Registration(
        model=asked.model,
        artifact=artifact,
        actor=actor_of(call.principal),
        source=SOURCE,
        description=asked.description,
        tags=asked.tags,
    )
    call.keep([registration.compose])
    with call.service.reading(call.principal) as reader:
        handle = reader.find(registration.version)
        assert handle is not None, "it was kept"
        return Reply(describe(reader, handle), 201)


def alias(call: Call) -> Reply:
    """Let a movable name point to a version from now on, as `whence alias` does."""
    asked: Moving = call.body
    move = AliasMove(asked.model, asked.version, asked.alias, actor_of(call.principal), SOURCE)
    call.keep([move.compose])
    return Reply({"model": asked.model, "alias": asked.alias, "version": asked.version}, 201)


ROUTES = (
    Route(
        "POST",
        "/api/v1/register",
        register,
        Permission.WRITE,
        body=Registering,
        answer="thing-1",
        status=201,
    ),
    Route("POST", "/api/v1/alias", alias, Permission.WRITE, body=Moving, answer=Moved, status=201),
)
