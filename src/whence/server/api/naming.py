"""Numbers and movable names for models."""

from typing import Annotated

import msgspec
from msgspec import Meta

from whence.governance.gate import move_alias
from whence.model.derivation import MODEL_RELATIONS
from whence.query.account import describe
from whence.query.lines import line_called
from whence.query.making import registrable
from whence.recording.registry.alias import AliasMove
from whence.recording.registry.derivation import Derivation, outside_model
from whence.recording.registry.registration import Registration
from whence.server.access.permission import Permission
from whence.server.api.governance import voucher_key
from whence.server.problems import RefusedError
from whence.server.routing import Call, Ref, Reply, Route, Words
from whence.server.service import SOURCE, actor_of, find
from whence.store.interface import Reader

Text = Annotated[str, Meta(max_length=10_000)]


class Derived(Words):
    """What the model was made of, as whoever registers it says."""

    relation: Annotated[str, Meta(pattern=f"^({'|'.join(MODEL_RELATIONS)})$")]
    ref: Ref
    """A model of the record, or one that lies beyond, such as `hf:org/name@revision`."""


class Registering(Words):
    """A model that gets the next number of a line."""

    ref: Ref
    model: str
    """The registered model."""
    description: Text = ""
    tags: dict[str, str] = msgspec.field(default_factory=dict)
    owners: dict[str, str] = msgspec.field(default_factory=dict)
    """Name to role, which may be empty."""
    licence: Annotated[str, Meta(max_length=200)] = ""
    """An SPDX expression."""
    derived: Annotated[list[Derived], Meta(max_length=100)] = msgspec.field(default_factory=list)


class Moving(Words):
    """A name that points to a version from now on, or to none."""

    model: str
    """A registered model, or a system."""
    version: Annotated[int, Meta(ge=1, le=10**9)] | None
    """`null` takes the alias away."""
    alias: str
    reason: Text = ""
    force: bool = False
    """Whether it may point to a version that is retired."""


class Moved(msgspec.Struct):
    """Where it points now."""

    model: str
    alias: str
    version: int | None


def register(call: Call) -> Reply:
    """Give a model the next version number of a registered model, as `whence register` does."""
    asked: Registering = call.body
    with call.service.reading(call.principal) as reader:
        artifact = registrable(reader, find(reader, asked.ref), asked.ref)
        derived = [_derivation(reader, each) for each in asked.derived]
    registration = Registration(
        model=asked.model,
        artifact=artifact,
        actor=actor_of(call.principal),
        source=SOURCE,
        description=asked.description,
        tags=asked.tags,
        owners=asked.owners,
        licence=asked.licence,
        derived=derived,
    )
    call.keep([registration.compose])
    with call.service.reading(call.principal) as reader:
        handle = reader.find(registration.version)
        assert handle is not None, "it was kept"
        return Reply(describe(reader, handle), 201)


def alias(call: Call) -> Reply:
    """Let a movable name point to a version from now on, as `whence alias` does."""
    asked: Moving = call.body
    with call.service.reading(call.principal) as reader:
        line = line_called(reader, asked.model)
    move = AliasMove(
        asked.model,
        asked.version,
        asked.alias,
        actor_of(call.principal),
        SOURCE,
        line=line,
        reason=asked.reason,
        force=asked.force,
    )
    gate = move_alias(
        move.compose, call.keep, by=call.principal.name, vouching_key=voucher_key(call)
    )
    if not gate.is_open:
        told = [each.as_json() for each in gate.verdicts]
        shut = [one.call.called for each in gate.verdicts for one in each.blocking]
        raise RefusedError(
            409,
            f"the policy {gate.verdicts[0].policy.name} holds it up: {', '.join(shut)}",
            hint="GET /api/v1/check tells why, and what would change it",
            extra={"checks": told},
        )
    return Reply({"model": asked.model, "alias": asked.alias, "version": asked.version}, 201)


def _derivation(reader: Reader, said: Derived) -> Derivation:
    outside = outside_model(said.ref)
    of = registrable(reader, find(reader, said.ref), said.ref) if outside is None else outside
    return Derivation(said.relation, of)


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
