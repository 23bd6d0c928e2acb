"""A record under way: what an event adds to what the store has."""

from collections.abc import Mapping
from typing import Any

from whence.importers.openlineage.event import Dataset
from whence.importers.openlineage.facets import owners, said_by
from whence.importers.openlineage.scrubbing import scrubbed_facet
from whence.model.edge import Basis, Edge, EdgeKind
from whence.model.facet import Facet
from whence.model.identity import NodeId, derived_id
from whence.model.node import ARTIFACT_KINDS, Node, NodeKind
from whence.recording.matching import match_place
from whence.recording.places import Place, place_at
from whence.recording.timelines import Version, may_join, place_node
from whence.store.interface import Reader

_KINDS = {kind.value: kind for kind in ARTIFACT_KINDS}


class Draft:
    """Gathers nodes, edges and facets; what the store has already is not said again."""

    def __init__(self, reader: Reader, identity: NodeId, run: NodeId | None) -> None:
        """Begin.

        Args:
            reader: The store.
            identity: The id of the record.
            run: The run that the event is of.
        """
        self._reader = reader
        self._identity = identity
        self._run = run
        self._there: set[NodeId] = set()
        self.nodes: dict[NodeId, Node] = {}
        self.edges: list[Edge] = []
        self.facets: list[Facet] = []
        self.new: dict[NodeId, Place] = {}
        """Places that nobody spoke of before."""
        self.made: dict[NodeId, list[Version]] = {}
        """The versions that the event adds, by their place."""

    def put(self, *nodes: Node) -> None:
        """Nodes, those alone that are new."""
        for node in nodes:
            if not self._is_known(node.id):
                self.nodes[node.id] = node

    def put_place(self, place: Place, kind: NodeKind = NodeKind.DATASET) -> bool:
        """The node of a place; whether nobody spoke of it before."""
        if self._is_known(place.id):
            return False
        self.nodes[place.id] = place_node(place, kind)
        self.new[place.id] = place
        if place.inside:
            whole = place_at(place.inside)
            self.put(place_node(whole))
            self.edges.append(Edge(whole.id, place.id, EdgeKind.HAS_MEMBER, Basis.IMPORTED))
        return True

    def _is_known(self, node: NodeId) -> bool:
        """Whether the store or the record under way has a node."""
        if node in self.nodes or node in self._there:
            return True
        if self._reader.find(node) is None:
            return False
        self._there.add(node)
        return True

    def may_join(self, origin: NodeId, target: NodeId) -> bool:
        """Whether an edge leaves the graph without circles; where not, that is said."""
        if may_join(self._reader, origin, target):
            return True
        self.doubt(f"{origin} cannot have read {target}, which came of it")
        return False

    def join(self, edge: Edge) -> None:
        """An edge, once."""
        if edge not in self.edges:
            self.edges.append(edge)

    def say(self, node: NodeId, name: str, data: Mapping[str, Any]) -> None:
        """A facet, unless it says nothing."""
        if data:
            self.facets.append(Facet(node, name, Basis.IMPORTED, data))

    def doubt(self, what: str) -> None:
        """Something in the event that cannot be."""
        if self._run is not None:
            gap = {"kind": "contradiction", "about": self._identity, "reason": what}
            self.say(self._run, "gaps", {"gaps": [gap]})

    def add_place(self, dataset: Dataset) -> None:
        """The node of the place."""
        fresh = self.put_place(dataset.place, kind_of(dataset))
        if fresh:
            self.say(
                dataset.place.id, "place", {"namespace": dataset.namespace, "name": dataset.name}
            )

    def describe(self, node: NodeId, facets: Mapping[str, Any], own: Mapping[str, Any]) -> None:
        """What is said of a dataset, in our words and in theirs."""
        ours: dict[str, dict[str, Any]] = {}
        for slot, told in (("dataset", facets), ("output", own)):
            for name, data in said_by(slot, told):
                ours.setdefault(name, {}).update(data)
        for name, data in ours.items():
            self.say(node, name, data)
        kept = {f"dataset.{key}": facet for key, facet in facets.items() if key != "symlinks"}
        kept.update((f"output.{key}", facet) for key, facet in own.items())
        self.say(node, "openlineage", kept)
        for kind, name in owners(facets.get("ownership") or {}):
            actor = derived_id("actor", kind, name)
            self.put(Node(actor, NodeKind.ACTOR, name))
            edge = Edge(node, actor, EdgeKind.ATTRIBUTED_TO, Basis.IMPORTED, "owner")
            self.edges.append(edge)

    def match_places(self) -> None:
        """Join what captures met at places of which this event is the first to speak."""
        for place in self.new.values():
            matched = match_place(self._reader, place, self.made.get(place.id, ()))
            self.put(*matched.nodes)
            for edge in matched.edges:
                if may_join(self._reader, edge.origin, edge.target):
                    self.join(edge)


def kind_of(dataset: Dataset) -> NodeKind:
    """What kind of artifact it is said to be."""
    said = str((dataset.facets.get("datasetType") or {}).get("datasetType", "")).lower()
    if dataset.namespace.startswith("mlflow://"):
        return NodeKind.MODEL
    return _KINDS.get(said, NodeKind.DATASET)


def clean(facets: Mapping[str, Any]) -> dict[str, Any]:
    """Facets as they may be kept."""
    return {
        key: scrubbed_facet(key, facet)
        for key, facet in facets.items()
        if isinstance(facet, Mapping)
    }
