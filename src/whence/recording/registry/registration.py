"""Naming models: a numbered version pins one artifact for good."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from whence.model.edge import Basis, EdgeKind
from whence.model.facet import Facet
from whence.model.identity import NodeId, new_id
from whence.model.line import MODELS
from whence.model.node import Node
from whence.model.record import Record
from whence.recording.observation import ActorSeen
from whence.recording.registry.derivation import Derivation
from whence.recording.registry.line import actor_node, declared, fresh_line, unknown_to
from whence.recording.registry.words import Words
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
    owners: Mapping[str, str] = field(default_factory=dict)
    """Name → role."""
    licence: str = ""
    derived: Sequence[Derivation] = ()
    """What the artifact was made of, as the person says."""

    def compose(self, reader: Reader, time: str) -> Record:
        """The record: the version, and the registered model if it is new.

        Raises:
            UsageError: the name cannot be one.
        """
        model, number = fresh_line(reader, MODELS, self.model)
        version = Node(self.version, MODELS.version, f"{self.model}@{number}")
        actor = actor_node(self.actor)
        told = {"number": number, "registered_at": time, "by": self.actor.name}
        words = Words(
            version.id,
            self.actor,
            self.source,
            description=self.description or None,
            tags=self.tags,
            owners=self.owners,
            licence=self.licence or None,
        )
        derived = [each.told(reader, self.artifact, time) for each in self.derived]
        return Record(
            id=new_id(),
            type="registration",
            time=time,
            source=self.source,
            nodes=unknown_to(
                reader, [model, version, actor, *(node for each in derived for node in each.nodes)]
            ),
            edges=(
                declared(version.id, self.artifact, EdgeKind.PINS),
                declared(version.id, model.id, EdgeKind.VERSION_OF),
                declared(version.id, actor.id, EdgeKind.ATTRIBUTED_TO),
                *(edge for each in derived for edge in each.edges),
            ),
            facets=(
                Facet(version.id, "registration", Basis.DECLARED, told),
                *words.facets(),
                *(facet for each in derived for facet in each.facets),
            ),
        )
