"""Small lineages written by hand, for what is made of answers and needs no store.

A sketch names things by short words and joins effects to causes::

    sketch = Sketch()
    sketch.run("train", made=["models/delay.joblib"], used=["data/flights.csv"])
    lineage = sketch.lineage("models/delay.joblib")
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from whence.model.digest import Digest
from whence.model.gap import Gap
from whence.model.identity import NodeId, derived_id
from whence.model.node import ARTIFACT_KINDS, Node, NodeKind
from whence.query.lineage import Lineage, LineageEdge, LineageNode
from whence.store.interface import Direction
from whence.testing.worlds import digest_of

_NOTHING: Mapping[str, Any] = MappingProxyType({})
_ROLES = {
    NodeKind.CODE: "code",
    NodeKind.ENVIRONMENT: "environment",
    NodeKind.CONFIG: "config",
}


class Sketch:
    """Things and how they are joined, in the order in which they were named."""

    def __init__(self) -> None:
        self._nodes: dict[str, LineageNode] = {}
        self._edges: list[LineageEdge] = []

    def thing(
        self,
        name: str,
        kind: NodeKind = NodeKind.DATASET,
        facts: Mapping[str, Any] = _NOTHING,
        gaps: Sequence[Gap] = (),
        *,
        known: bool = True,
    ) -> NodeId:
        """Name a thing, or say more of one; ``known`` tells whether its content is."""
        node_id = derived_id("sketch", name)
        has_digest = kind in ARTIFACT_KINDS and known
        shown = facts.get("job", name)
        node = Node(node_id, kind, shown, Digest(digest_of(name)) if has_digest else None)
        self._nodes[name] = LineageNode(node, facts, tuple(gaps))
        return node_id

    def run(
        self,
        name: str,
        *,
        used: Sequence[str] = (),
        made: Sequence[str] = (),
        gaps: Sequence[Gap] = (),
        basis: str = "observed",
        **facts: Any,
    ) -> NodeId:
        """A run with what it used and made; things not named before are data.

        The fact ``job`` gives several runs one name.
        """
        said = {
            "state": "completed",
            "started_at": "2026-11-20T09:00:00.000Z",
            "ended_at": "2026-11-20T09:00:12.300Z",
            **facts,
        }
        node_id = self.thing(name, NodeKind.RUN, said, gaps)
        for each in used:
            self._name(each)
            role = _ROLES.get(self._nodes[each].node.kind, "input")
            self.join(name, each, "used", role=role, basis=basis)
        for each in made:
            self.join(each, name, "generated_by", role="output", basis=basis)
        return node_id

    def join(
        self,
        effect: str,
        cause: str,
        kind: str = "derived_from",
        *,
        role: str = "",
        basis: str = "observed",
    ) -> None:
        """Say that one thing came from another."""
        self._name(effect)
        self._name(cause)
        ends = (self._nodes[effect].node.id, self._nodes[cause].node.id)
        self._edges.append(LineageEdge(*ends, kind, basis, role))

    def lineage(
        self,
        root: str,
        direction: Direction = Direction.ORIGINS,
        gaps: Sequence[Gap] = (),
        *,
        truncated: bool = False,
    ) -> Lineage:
        """All of it as the answer to a question about one thing."""
        first = self._nodes[root]
        nodes = (first, *(each for each in self._nodes.values() if each is not first))
        carried = [gap for each in nodes for gap in each.gaps]
        return Lineage(
            root=first.node.id,
            direction=direction,
            nodes=nodes,
            edges=tuple(self._edges),
            gaps=tuple(dict.fromkeys([*carried, *gaps])),
            truncated=truncated,
        )

    def _name(self, name: str) -> None:
        if name not in self._nodes:
            self.thing(name)
