"""Naming models: a numbered version pins one artifact for good, an alias may move."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from whence.errors import NotFoundError, UsageError
from whence.model.edge import Basis, Edge, EdgeKind
from whence.model.facet import Facet
from whence.model.identity import NodeId, derived_id, new_id
from whence.model.node import Node, NodeKind
from whence.model.record import Record
from whence.recording.observation import ActorSeen
from whence.store.interface import Direction, Reader

_NAME = re.compile(r"[^\s@/\\:][^\s@\\:]{0,199}\Z")
_ALIAS = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,99}\Z")


@dataclass(frozen=True, slots=True)
class Registration:
    """Somebody gives an artifact the next number of a registered model."""

    model: str
    artifact: NodeId
    actor: ActorSeen
    source: str
    description: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    version: NodeId = field(default_factory=new_id)
    """The id that the new version gets."""

    def compose(self, reader: Reader, time: str) -> Record:
        """The record: the version, and the registered model if it is new.

        Raises:
            UsageError: the name cannot be one.
        """
        if not _NAME.match(self.model):
            raise UsageError(
                f"{self.model!r} cannot name a model",
                hint="use letters, digits, '-', '_', '.' and '/', without spaces, '@' or ':'",
            )
        model = Node(
            derived_id("registered_model", self.model), NodeKind.REGISTERED_MODEL, self.model
        )
        number = _count_versions(reader, model.id) + 1
        version = Node(self.version, NodeKind.MODEL_VERSION, f"{self.model}@{number}")
        actor = _actor_node(self.actor)
        told = {"number": number, "registered_at": time, "by": self.actor.name}
        facets = [Facet(version.id, "registration", Basis.DECLARED, told)]
        if self.description:
            facets.append(
                Facet(version.id, "description", Basis.DECLARED, {"text": self.description})
            )
        if self.tags:
            facets.append(Facet(version.id, "tags", Basis.DECLARED, dict(self.tags)))
        fresh = [node for node in (model, version, actor) if reader.find(node.id) is None]
        return Record(
            id=new_id(),
            type="registration",
            time=time,
            source=self.source,
            nodes=tuple(fresh),
            edges=(
                _declared(version.id, self.artifact, EdgeKind.PINS),
                _declared(version.id, model.id, EdgeKind.VERSION_OF),
                _declared(version.id, actor.id, EdgeKind.ATTRIBUTED_TO),
            ),
            facets=tuple(facets),
        )


@dataclass(frozen=True, slots=True)
class AliasMove:
    """Somebody lets a movable name point to a version from now on."""

    model: str
    number: int
    alias: str
    actor: ActorSeen
    source: str

    def compose(self, reader: Reader, time: str) -> Record:
        """The record; earlier places of the alias stay in the ledger.

        Raises:
            UsageError: the alias cannot be one.
            NotFoundError: there is no such version.
        """
        if not _ALIAS.match(self.alias):
            raise UsageError(
                f"{self.alias!r} cannot be an alias",
                hint="start with a letter; go on with letters, digits, '-', '_' and '.'",
            )
        model = derived_id("registered_model", self.model)
        if not reader.named(f"{self.model}@{self.number}"):
            count = _count_versions(reader, model)
            raise NotFoundError(
                f"there is no {self.model}@{self.number}",
                hint=f"{self.model} has versions 1 to {count}"
                if count
                else f"register one with `whence register REF --model {self.model}`",
            )
        return Record(
            id=new_id(),
            type="alias",
            time=time,
            source=self.source,
            facets=(Facet(model, "alias", Basis.DECLARED, {self.alias: self.number}),),
        )


def _count_versions(reader: Reader, model: NodeId) -> int:
    handle = reader.find(model)
    if handle is None:
        return 0
    links = reader.links([handle], Direction.EFFECTS)
    return sum(link.kind is EdgeKind.VERSION_OF for link in links)


def _actor_node(actor: ActorSeen) -> Node:
    return Node(derived_id("actor", actor.kind, actor.name), NodeKind.ACTOR, actor.name)


def _declared(origin: NodeId, target: NodeId, kind: EdgeKind) -> Edge:
    return Edge(origin, target, kind, Basis.DECLARED)
