"""What every record must hold before it is kept, whoever hands it in."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

from whence.errors import ConflictError, InvalidRecordError
from whence.model.edge import EDGE_RULES, Edge
from whence.model.gap import GAP_KINDS
from whence.model.identity import NodeId
from whence.model.node import Node, NodeKind
from whence.model.record import Record
from whence.store.interface import Direction, GraphReader

_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z\Z")


_NUMBERED = frozenset({NodeKind.MODEL_VERSION, NodeKind.SYSTEM_VERSION})
"""What has a name that nothing else of its kind has in one store."""


def validate(record: Record, reader: GraphReader, *, travelled: bool = False) -> None:
    """Refuse a record that breaks a rule of the model.

    Args:
        record: What is to be kept.
        reader: What is kept already.
        travelled: Whether it was kept elsewhere before: two laptops may both have made
            ``delay@3``, and both stay.

    Raises:
        InvalidRecordError: says which rule, and which node or edge broke it.
        ConflictError: somebody else was quicker to take a name.
    """
    if not _TIME.match(record.time):
        raise InvalidRecordError(
            f"record {record.id}: not a UTC time with milliseconds: {record.time}"
        )
    nodes = _check_nodes(record, reader)
    if not travelled:
        _check_names(record, reader)
    for edge in record.edges:
        _check_edge(edge, nodes, record)
    for facet in record.facets:
        for gap in facet.data.get("gaps", ()) if facet.name == "gaps" else ():
            if gap.get("kind") not in GAP_KINDS:
                raise InvalidRecordError(f"record {record.id}: unknown kind of gap: {gap}")
    _check_no_circle(record, reader)


def _check_nodes(record: Record, reader: GraphReader) -> dict[NodeId, Node]:
    """Every node that the record speaks of; a thing said before must be said alike."""
    nodes: dict[NodeId, Node] = {}
    for node in record.nodes:
        if "\0" in node.name:
            raise InvalidRecordError(f"node {node.id}: a name may not hold a NUL character")
        if node.digest is not None and not node.is_artifact:
            raise InvalidRecordError(f"node {node.id}: a {node.kind.value} has no content")
        _check_alike(nodes.setdefault(node.id, node), node, "named")
    spoken = set(nodes)
    for edge in record.edges:
        spoken |= {edge.origin, edge.target}
    for each in spoken:
        handle = reader.find(each)
        if handle is None:
            continue
        (kept,) = reader.nodes([handle])
        _check_alike(kept, nodes.setdefault(each, kept), "kept")
    return nodes


def _check_names(record: Record, reader: GraphReader) -> None:
    for node in record.nodes:
        if node.kind in _NUMBERED and reader.find(node.id) is None:
            for other in reader.nodes(reader.named(node.name)):
                if other.kind is node.kind:
                    raise ConflictError(
                        f"there is another {node.name} since a moment ago",
                        hint="try again: it then gets the next number",
                    )


def _check_alike(one: Node, other: Node, how: str) -> None:
    if (one.kind, one.digest) != (other.kind, other.digest):
        raise InvalidRecordError(
            f"node {one.id} is {how} as {one.kind.value} {one.name!r} and cannot become "
            f"{other.kind.value} {other.name!r} with other content"
        )


def _check_edge(edge: Edge, nodes: dict[NodeId, Node], record: Record) -> None:
    rule = EDGE_RULES[edge.kind]
    for end, allowed in ((edge.origin, rule.origins), (edge.target, rule.targets)):
        node = nodes.get(end)
        if node is None:
            raise InvalidRecordError(
                f"record {record.id} ({record.type}) speaks of the unknown node {end}"
            )
        if node.kind not in allowed:
            raise InvalidRecordError(
                f"an edge {edge.kind.value} cannot join a {node.kind.value} ({node.name!r}) "
                "at this end"
            )


def _check_no_circle(record: Record, reader: GraphReader) -> None:
    """Nothing comes before its cause: no edge of the record may close a circle.

    Whatever lies on a circle with a new edge is an effect of that edge's origin, and what is kept
    of it no later than what some edge of the record ends in.
    """
    said: dict[NodeId, set[NodeId]] = defaultdict(set)
    for edge in record.edges:
        said[edge.target].add(edge.origin)
    kept = _kept({*said, *(edge.origin for edge in record.edges)}, reader)
    moments = dict(zip(kept.values(), reader.moments(list(kept.values())), strict=True))
    latest = max((moments[kept[each]] for each in said if each in kept), default=None)
    early = {
        each: handle
        for each, handle in kept.items()
        if latest is not None and moments[handle] <= latest
    }
    effects: dict[NodeId, set[NodeId]] = {}
    front = {edge.origin for edge in record.edges}
    while front:
        stored, found = _stored_effects(
            {at: early[at] for at in front if at in early}, reader, latest or ""
        )
        early |= found
        for each in front:
            effects[each] = said.get(each, set()) | stored.get(each, set())
        front = set().union(*(effects[each] for each in front)) - effects.keys()
    causes = dict.fromkeys(effects, 0)
    for caused in effects.values():
        for effect in caused:
            causes[effect] += 1
    free = [each for each, count in causes.items() if count == 0]
    while free:
        each = free.pop()
        del causes[each]
        for effect in effects[each]:
            causes[effect] -= 1
            if causes[effect] == 0:
                free.append(effect)
    if causes:
        raise InvalidRecordError(
            f"record {record.id} ({record.type}) would make {min(causes)} come from itself"
        )


def _kept(nodes: Iterable[NodeId], reader: GraphReader) -> dict[NodeId, int]:
    return {each: handle for each in nodes if (handle := reader.find(each)) is not None}


def _stored_effects(
    nodes: Mapping[NodeId, int], reader: GraphReader, latest: str
) -> tuple[dict[NodeId, set[NodeId]], dict[NodeId, int]]:
    """The effects of nodes that are no later than a moment, and their handles."""
    if not nodes:
        return {}, {}
    links = reader.links(list(nodes.values()), Direction.EFFECTS)
    ends = list({link.origin for link in links})
    told = zip(ends, reader.moments(ends), strict=True)
    early = [end for end, moment in told if moment <= latest]
    names = dict(zip(early, (node.id for node in reader.nodes(early)), strict=True))
    ids = {handle: each for each, handle in nodes.items()}
    stored: dict[NodeId, set[NodeId]] = defaultdict(set)
    for link in links:
        if link.origin in names:
            stored[ids[link.target]].add(names[link.origin])
    return stored, {name: handle for handle, name in names.items()}
