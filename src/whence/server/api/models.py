"""The register: models with all their versions, words about things, retirement."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from whence.errors import NotFoundError, UsageError
from whence.governance.standing import with_line_decisions
from whence.model.identity import NodeId
from whence.model.line import LINE_KINDS, MODELS, SYSTEMS, VERSION_KINDS
from whence.model.moment import now
from whence.query.account import account_for
from whence.query.lines import (
    aliases_of,
    history_of,
    line_called,
    pointing_to,
    retirement_of,
)
from whence.query.models import line_json, lines_json, words_json
from whence.recording.registry.retirement import Retirement
from whence.recording.registry.words import Words as Said
from whence.server.access.permission import Permission
from whence.server.api.naming import Text
from whence.server.looking import AsOf, looking_back
from whence.server.routing import Call, Ref, Reply, Route, Words
from whence.server.service import SOURCE, actor_of, find
from whence.store.interface import Reader

Pairs = dict[str, str | None]


class Models(Words):
    """What is asked of the register."""

    as_of: AsOf = ""


class One(Words):
    """What is asked of one name."""

    as_of: AsOf = ""
    versions: Annotated[
        int, Meta(ge=0, le=1_000, description="Of how many versions, the latest, all is told.")
    ] = 50


class AliasesOf(Words):
    """Of which name the aliases are asked."""

    model: str
    alias: str = ""


class Describing(Words):
    """What somebody says of a thing; what is left out stays as it is, `null` takes back."""

    ref: Ref
    description: Text | msgspec.UnsetType | None = msgspec.UNSET
    tags: Pairs = msgspec.field(default_factory=dict)
    owners: Pairs = msgspec.field(default_factory=dict)
    """Name to role, which may be empty."""
    licence: Annotated[str, Meta(max_length=200)] | msgspec.UnsetType | None = msgspec.UNSET
    """An SPDX expression."""
    reason: Text = ""


class Retiring(Words):
    """A version, or a whole name, that is not to be used any more."""

    ref: Ref
    reason: Text
    restore: bool = False
    """Whether it is to be used again."""


def models(call: Call) -> Reply:
    """List registered models, as `whence models --json` does."""
    with call.reading() as present, looking_back(present, call.query.as_of) as reader:
        return Reply({"models": lines_json(reader, MODELS)})


def model(call: Call) -> Reply:
    """Tell all of one registered model, version by version, as `whence models NAME --json` does."""
    name = call.path["name"]
    with call.reading() as present, looking_back(present, call.query.as_of) as reader:
        handle = reader.find(MODELS.node(name).id)
        if handle is None:
            raise NotFoundError(f"there is no registered model {name!r}")
        told = line_json(reader, handle, versions=call.query.versions)
        return Reply(with_line_decisions(told, reader, now()))


def aliases(call: Call) -> Reply:
    """Tell where the aliases of a name point, and every move they made."""
    name, alias = call.query.model, call.query.alias
    with call.reading() as reader:
        handle = reader.find(line_called(reader, name).node(name).id)
        if handle is None:
            raise NotFoundError(f"there is no model or system {name!r}")
        pointing = {
            at: found[0].number
            for at, found in aliases_of(reader, handle).items()
            if alias in {"", at}
        }
        moves = [
            row
            for row in history_of(reader, handle)
            if row["what"] == "alias" and alias in {"", row["alias"]}
        ]
        return Reply({"model": name, "aliases": pointing, "history": moves})


def describe(call: Call) -> Reply:
    """Say what a thing is: description, tags, owners, licence, as `whence describe` does.

    A name without a version means the registered model or the system itself.
    """
    asked: Describing = call.body
    with call.service.reading(call.principal) as reader:
        node, _ = _named(reader, asked.ref)
    said = Said(
        node,
        actor_of(call.principal),
        SOURCE,
        description=_said(asked.description),
        tags=asked.tags,
        owners=asked.owners,
        licence=_said(asked.licence),
        reason=asked.reason,
    )
    call.keep([said.compose])
    with call.service.reading(call.principal) as reader:
        handle = reader.find(node)
        assert handle is not None, "it was there before"
        account = account_for(reader, handle)
        told = {"id": node, "kind": account.node.kind.value, "name": account.node.name}
        return Reply({**told, **words_json(account)}, 201)


def retire(call: Call) -> Reply:
    """Say that a version, or a whole name, is not to be used any more, as `whence retire` does."""
    asked: Retiring = call.body
    with call.service.reading(call.principal) as reader:
        node, handle = _named(reader, asked.ref)
        account = account_for(reader, handle)
        pointing = pointing_to(reader, handle)
    if account.node.kind not in VERSION_KINDS | LINE_KINDS:
        raise UsageError(f"a {account.node.kind.value.replace('_', ' ')} cannot be retired")
    if asked.restore and retirement_of(account) is None:
        raise UsageError(f"{account.node.name} is not retired")
    retirement = Retirement(node, actor_of(call.principal), SOURCE, asked.reason, asked.restore)
    call.keep([retirement.compose])
    told: dict[str, Any] = {"id": node, "name": account.node.name, "retired": not asked.restore}
    return Reply({**told, "reason": asked.reason, "pointing": pointing}, 201)


def _named(reader: Reader, ref: str) -> tuple[NodeId, int]:
    """What a REF means where something is said of it: a bare name is the model itself."""
    for handle in reader.named(ref):
        (node,) = reader.nodes([handle])
        if node.kind in {MODELS.kind, SYSTEMS.kind}:
            return node.id, handle
    handle = find(reader, ref)
    return reader.nodes([handle])[0].id, handle


def _said(text: str | msgspec.UnsetType | None) -> str | None:
    """What the composer takes: ``None`` leaves it as it is, an empty text takes it back."""
    return None if isinstance(text, msgspec.UnsetType) else text or ""


ROUTES = (
    Route("GET", "/api/v1/models", models, Permission.READ, query=Models, answer="models-1"),
    Route(
        "GET", "/api/v1/models/{name:path}", model, Permission.READ, query=One, answer="models-1"
    ),
    Route("GET", "/api/v1/alias", aliases, Permission.READ, query=AliasesOf, answer="aliases-1"),
    Route(
        "POST",
        "/api/v1/describe",
        describe,
        Permission.WRITE,
        body=Describing,
        answer="words-1",
        status=201,
    ),
    Route(
        "POST",
        "/api/v1/retire",
        retire,
        Permission.WRITE,
        body=Retiring,
        answer="retired-1",
        status=201,
    ),
)
