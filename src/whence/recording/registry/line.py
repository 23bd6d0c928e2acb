"""A line: one name with numbered versions, of which aliases may name any."""

import re
from dataclasses import dataclass

from whence.errors import NotFoundError, UsageError
from whence.model.edge import Basis, Edge, EdgeKind
from whence.model.identity import NodeId, derived_id
from whence.model.node import Node, NodeKind
from whence.recording.observation import ActorSeen
from whence.store.interface import Direction, GraphReader

_NAME = re.compile(r"[^\s@/\\:][^\s@\\:]{0,199}\Z")


@dataclass(frozen=True, slots=True)
class Line:
    """One sort of things that have versions."""

    kind: NodeKind
    """Of the name itself."""
    version: NodeKind
    """Of each version of it."""
    called: str
    """What people call it."""
    how: str
    """How one gets the first version, for whoever asks for one that is not there."""

    def node(self, name: str) -> Node:
        """The name as a node: the same wherever it is said.

        Raises:
            UsageError: the name cannot be one.
        """
        if not _NAME.match(name):
            raise UsageError(
                f"{name!r} cannot name a {self.called}",
                hint="use letters, digits, '-', '_', '.' and '/', without spaces, '@' or ':'",
            )
        return Node(derived_id(self.kind.value, name), self.kind, name)

    def numbered(self, reader: GraphReader, name: str) -> dict[int, list[int]]:
        """The versions of a name: number → handles.

        Two laptops may both have made a ``delay@3`` before they met.
        """
        handle = reader.find(self.node(name).id)
        found: dict[int, list[int]] = {}
        if handle is None:
            return found
        versions = [
            link.origin
            for link in reader.links([handle], Direction.EFFECTS)
            if link.kind is EdgeKind.VERSION_OF
        ]
        for version, node in zip(versions, reader.nodes(versions), strict=True):
            number = node.name.rpartition("@")[2]
            if number.isdigit():
                found.setdefault(int(number), []).append(version)
        return found

    def missing(self, reader: GraphReader, name: str, number: int) -> NotFoundError:
        """There is no such version."""
        numbers = sorted(self.numbered(reader, name))
        known = f"{name} has version{'s' * (len(numbers) > 1)} " + _spans(numbers)
        return NotFoundError(
            f"there is no {name}@{number}", hint=known if numbers else self.how.format(name=name)
        )


MODELS = Line(
    NodeKind.REGISTERED_MODEL,
    NodeKind.MODEL_VERSION,
    "model",
    "register one with `whence register REF --model {name}`",
)
SYSTEMS = Line(
    NodeKind.SYSTEM,
    NodeKind.SYSTEM_VERSION,
    "system",
    "make one with `whence system {name} --model ROLE=NAME@N`",
)
LINES = (MODELS, SYSTEMS)


def actor_node(actor: ActorSeen) -> Node:
    """Who says it."""
    return Node(derived_id("actor", actor.kind, actor.name), NodeKind.ACTOR, actor.name)


def declared(origin: NodeId, target: NodeId, kind: EdgeKind, role: str = "") -> Edge:
    """An edge that a person says."""
    return Edge(origin, target, kind, Basis.DECLARED, role)


def _spans(numbers: list[int]) -> str:
    """``1 to 3, 5``."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][-1] + 1:
            spans[-1][1:] = [number]
        else:
            spans.append([number])
    return ", ".join(" to ".join(map(str, span)) for span in spans)
