"""Naming models: a numbered version pins one artifact for good."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from whence.model.edge import Basis, EdgeKind
from whence.model.facet import Facet
from whence.model.identity import NodeId, new_id
from whence.model.node import Node
from whence.model.record import Record
from whence.recording.observation import ActorSeen
from whence.recording.registry.line import MODELS, actor_node, declared
from whence.store.interface import Reader


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
        model = MODELS.node(self.model)
        number = max(MODELS.numbered(reader, self.model), default=0) + 1
        version = Node(self.version, MODELS.version, f"{self.model}@{number}")
        actor = actor_node(self.actor)
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
                declared(version.id, self.artifact, EdgeKind.PINS),
                declared(version.id, model.id, EdgeKind.VERSION_OF),
                declared(version.id, actor.id, EdgeKind.ATTRIBUTED_TO),
            ),
            facets=tuple(facets),
        )
