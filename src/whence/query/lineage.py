"""The nodes and edges of an answer, with what is not known of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from whence.model.edge import EDGE_RULES, Basis, EdgeKind
from whence.model.gap import Gap
from whence.model.identity import NodeId
from whence.model.node import Node, NodeKind
from whence.query.account import account_for
from whence.query.deployments import read_serving_of, serving_facts
from whence.query.parts import parts_of, reach_with_parts, wholes, with_parts
from whence.query.readings import prune
from whence.query.replays import real
from whence.query.versions import version_gaps
from whence.store.interface import Direction, GraphReader, Link

DEFAULT_LIMIT = 10_000
"""How many nodes an answer holds unless more are asked for."""

_NOTHING: Mapping[str, str] = MappingProxyType({})
_CLAIMED = frozenset({NodeKind.MODEL, NodeKind.MODEL_VERSION})
"""Kinds of which people say what they are, right or wrong."""
_INNER = ("run", "by", "split")

EXPLAINED = 2_000
"""How many nodes of an answer are opened to read their facets and gaps."""


@dataclass(frozen=True, slots=True)
class LineageNode:
    """A node of an answer with the few facts that every view shows."""

    node: Node
    facts: Mapping[str, Any]
    """``state``, ``started_at``, ``ended_at``, ``commit``, ``dirty``, ``part_of`` of a run;
    ``size``, ``rows`` of a file, ``files`` of a folder; ``python``, ``packages`` of an
    environment; ``state``, ``environment``, ``from``, ``until``, ``traffic`` of a deployment."""
    gaps: tuple[Gap, ...] = ()
    """What is not known of it, told at its place."""


@dataclass(frozen=True, slots=True)
class LineageEdge:
    """An edge of an answer, by the ids of its ends."""

    origin: NodeId
    target: NodeId
    kind: str
    basis: str
    role: str
    detail: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    """``run``, ``by`` and ``split`` of a way that was seen inside a run."""

    @property
    def is_inner(self) -> bool:
        """Whether it tells more closely what the edges of one run tell already."""
        return self.kind == EdgeKind.DERIVED_FROM.value and "run" in self.detail


@dataclass(frozen=True, slots=True)
class Lineage:
    """An answer: where a thing came from, or what it led to."""

    root: NodeId
    direction: Direction
    nodes: tuple[LineageNode, ...]
    """The root first, then by distance from it."""
    edges: tuple[LineageEdge, ...]
    gaps: tuple[Gap, ...]
    truncated: bool
    """Whether there was more than the limit allows."""


def read_lineage(
    reader: GraphReader, root: int, direction: Direction, *, limit: int = DEFAULT_LIMIT
) -> Lineage:
    """Walk from a node to everything it comes from, or to everything that comes from it.

    From a run that has parts the walk starts at these as well.
    """
    reached = reach_with_parts(reader, root, direction, limit=limit)
    handles = list(reached.handles)
    if direction is Direction.EFFECTS and root in real(reader, [root]):
        handles = real(reader, handles)
    among = set(handles)
    family = set(with_parts(reader, root))
    links = [
        link
        for link in reader.links(handles, direction)
        if EDGE_RULES[link.kind].lineage and link.origin in among and link.target in among
    ]
    handles, links = prune(reader, {root, *family}, handles, links, direction)
    among = set(handles)
    nodes = reader.nodes(handles)
    names = dict(zip(handles, (node.id for node in nodes), strict=True))
    links += [
        Link(part, whole, EdgeKind.PART_OF, Basis.OBSERVED, "", ())
        for whole, parts in parts_of(reader, sorted(family & among)).items()
        for part in parts
        if part in among
    ]
    runs = [at for at, node in zip(handles, nodes, strict=True) if node.kind is NodeKind.RUN]
    whole_of = _wholes(reader, runs[:EXPLAINED])
    told, gaps = [], []
    has_origin = {link.origin for link in links}
    for at, (handle, node) in enumerate(zip(handles, nodes, strict=True)):
        facts: dict[str, Any] = {}
        its_gaps: list[Gap] = []
        if at < EXPLAINED:
            facts, its_gaps = _explain(reader, handle)
        if handle in whole_of:
            facts["part_of"] = whole_of[handle]
        if direction is Direction.ORIGINS and handle not in has_origin:
            its_gaps += _unexplained(node) or _unread(reader, handle, node)
        told.append(LineageNode(node, facts, tuple(its_gaps)))
        gaps += its_gaps
    return Lineage(
        root=names[root],
        direction=direction,
        nodes=tuple(told),
        edges=tuple(_edge(link, names) for link in links),
        gaps=tuple(dict.fromkeys(gaps)),
        truncated=reached.truncated,
    )


def _wholes(reader: GraphReader, runs: list[int]) -> dict[int, dict[str, str]]:
    """Of runs that are parts, the run that each is a part of."""
    found = wholes(reader, runs) if runs else {}
    nodes = dict(zip(found.values(), reader.nodes(list(found.values())), strict=True))
    return {
        part: {"id": nodes[whole].id, "job": nodes[whole].name} for part, whole in found.items()
    }


def outline(lineage: Lineage) -> Lineage:
    """The answer without the ways inside runs that are in it: as coarse as a picture wants it."""
    runs = {each.node.id for each in lineage.nodes if each.node.kind is NodeKind.RUN}
    kept = tuple(
        edge for edge in lineage.edges if not (edge.is_inner and edge.detail["run"] in runs)
    )
    return lineage if len(kept) == len(lineage.edges) else replace(lineage, edges=kept)


def lineage_json(lineage: Lineage) -> dict[str, Any]:
    """The answer as ``schemas/lineage-1.json`` has it."""
    return {
        "root": lineage.root,
        "direction": "upstream" if lineage.direction is Direction.ORIGINS else "downstream",
        "nodes": [_node_json(each) for each in lineage.nodes],
        "edges": [
            {
                "from": edge.origin,
                "to": edge.target,
                "kind": edge.kind,
                "basis": edge.basis,
                "role": edge.role,
                **({"detail": dict(edge.detail)} if edge.detail else {}),
            }
            for edge in lineage.edges
        ],
        "gaps": [
            {"kind": gap.kind, "about": gap.about, "reason": gap.reason, "remedy": gap.remedy}
            for gap in lineage.gaps
        ],
        "truncated": lineage.truncated,
    }


def _node_json(each: LineageNode) -> dict[str, Any]:
    node = each.node
    told: dict[str, Any] = {"id": node.id, "kind": node.kind.value, "name": node.name}
    if node.is_artifact:
        told["digest"] = None if node.digest is None else {"sha256": node.digest.sha256}
        told["location"] = node.location
    told.update(each.facts)
    return told


_RUN_FACTS = ("state", "exit_status", "signal", "started_at", "ended_at")
_CODE_FACTS = ("commit", "dirty")


def _explain(reader: GraphReader, handle: int) -> tuple[dict[str, Any], list[Gap]]:
    account = account_for(reader, handle)
    gaps = [Gap(**each) for each in account.gaps()]
    if account.node.kind is NodeKind.RUN:
        outcome = account.said("outcome")
        facts = {name: outcome[name] for name in _RUN_FACTS if outcome.get(name) is not None}
        facts["job"] = account.node.name
        if command := account.said("execution").get("command"):
            facts["command"] = command
        code = account.said("code")
        return {**facts, **{name: code[name] for name in _CODE_FACTS if name in code}}, gaps
    if account.node.kind is NodeKind.DEPLOYMENT:
        serving = read_serving_of(reader, handle)
        return {} if serving is None else dict(serving_facts(serving)), gaps
    if "claims" in account.facets or account.node.kind in _CLAIMED:
        gaps += version_gaps(reader, handle, account.node)
    facts = {**account.said("file")}
    table = account.said("table")
    if "rows" in table:
        facts["rows"] = table["rows"]
    if members := account.said("manifest").get("members"):
        facts["files"] = len(members)
    if account.node.kind is NodeKind.ENVIRONMENT:
        facts |= _environment(account.said("environment"))
    return facts, gaps


def _environment(said: Mapping[str, Any]) -> dict[str, Any]:
    """The interpreter's version and how many packages: the lock itself is for ``show``."""
    facts: dict[str, Any] = {}
    python = said.get("python")
    version = python.get("version") if isinstance(python, Mapping) else python
    if version:
        facts["python"] = version
    if isinstance(said.get("packages"), list | dict):
        facts["packages"] = len(said["packages"])
    return facts


def _unexplained(node: Node) -> list[Gap]:
    """The gap of a thing that nothing is recorded to have made."""
    if node.kind not in {NodeKind.DATASET, NodeKind.MODEL, NodeKind.INDEX}:
        return []  # code, configuration, prompts and environments are written by people
    if node.location is not None and not node.location.startswith("file:"):
        # It came from that address: of data that is the end of the story, of a model it is not.
        return [base_model_gap(node.name)] if node.kind is NodeKind.MODEL else []
    return [
        Gap(
            "origin-unknown",
            node.name,
            "no recorded run made it",
            "record the run that makes it, or declare its source",
        )
    ]


def _unread(reader: GraphReader, handle: int, node: Node) -> list[Gap]:
    """The gap of a run whose own tool told of it, and of nothing that it read."""
    if node.kind is not NodeKind.RUN or "events" not in account_for(reader, handle).facets:
        return []
    return [
        Gap(
            "origin-unknown",
            node.name,
            "its tool tells of nothing that it read",
            "let the tool tell more, or run it by `whence run`",
        )
    ]


def base_model_gap(name: str) -> Gap:
    """The gap of weights that came from elsewhere: nobody here knows what they were trained on."""
    return Gap(
        "base-model-unknown",
        name,
        "what it was trained on is not recorded",
        "ask who made it, or record the run that made it",
    )


def _edge(link: Link, names: Mapping[int, NodeId]) -> LineageEdge:
    return LineageEdge(
        names[link.origin],
        names[link.target],
        link.kind.value,
        link.basis.value,
        link.role,
        {name: text for name, text in link.detail if name in _INNER},
    )
