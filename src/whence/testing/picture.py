"""Everything that a reader answers, in words that mean the same in every store.

Handles differ from store to store, so a picture has ids. Two stores that were told the same have
equal pictures; so have a graph and its rebuild.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from whence.model.digest import Digest
from whence.model.edge import EDGE_RULES
from whence.model.identity import NodeId
from whence.model.node import Node, NodeKind
from whence.store.interface import Direction, GraphReader, Link, StatedFacet

ALL = 1_000_000
"""A limit that no small world reaches."""


class _Link(NamedTuple):
    origin: NodeId
    target: NodeId
    kind: str
    basis: str
    role: str
    detail: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A whole graph."""

    nodes: Mapping[NodeId, Node]
    latest: Mapping[NodeKind, Sequence[NodeId]]
    causes: Mapping[NodeId, Sequence[_Link]]
    effects: Mapping[NodeId, Sequence[_Link]]
    facets: Mapping[NodeId, Sequence[StatedFacet]]
    projects: Mapping[NodeId, frozenset[str]]
    named: Mapping[str, Sequence[NodeId]]
    with_digest: Mapping[str, Sequence[NodeId]]
    containing: Mapping[str, Sequence[NodeId]]
    origins: Mapping[NodeId, Sequence[Sequence[NodeId]]]
    """For each node what it comes from, by distance: itself, then one step away, and so on."""
    moments: Mapping[NodeId, str]
    made: Mapping[str, Sequence[str]]
    """Location → when things were made there, latest first."""
    readings: Mapping[NodeId, Sequence[_Link]]
    size: tuple[int, int]


def picture_of(reader: GraphReader) -> Picture:
    """Ask a reader for everything it has."""
    every = {kind: reader.latest(kind, ALL) for kind in NodeKind}
    handles = sorted(handle for some in every.values() for handle in some)
    nodes = dict(zip(handles, reader.nodes(handles), strict=True))
    ids = {handle: node.id for handle, node in nodes.items()}
    facets = {ids[handle]: reader.facets(handle) for handle in handles}

    def with_ids(links: Sequence[Link]) -> list[_Link]:
        return [
            _Link(
                ids[each.origin],
                ids[each.target],
                each.kind.value,
                each.basis.value,
                each.role,
                each.detail,
            )
            for each in links
        ]

    links = {
        direction: {ids[each]: with_ids(reader.links([each], direction)) for each in handles}
        for direction in Direction
    }
    digests = {node.digest.sha256 for node in nodes.values() if isinstance(node.digest, Digest)}
    members = {
        member[2]
        for stated in facets.values()
        for each in stated
        if each.facet.name == "manifest"
        for member in each.facet.data["members"]
        if member[2]
    }

    def by_id(found: Sequence[int]) -> list[NodeId]:
        return [ids[handle] for handle in found]

    return Picture(
        nodes={node.id: node for node in nodes.values()},
        latest={kind: by_id(some) for kind, some in every.items()},
        causes=links[Direction.ORIGINS],
        effects=links[Direction.EFFECTS],
        facets=facets,
        projects={ids[handle]: named for handle, named in reader.projects(handles).items()},
        named={node.name: by_id(reader.named(node.name)) for node in nodes.values()},
        with_digest={each: by_id(reader.with_digest(each)) for each in digests},
        containing={each: by_id(reader.containing(each)) for each in members | digests},
        origins={
            ids[handle]: [by_id(level) for level in levels_of(reader, handle, Direction.ORIGINS)]
            for handle in handles
        },
        moments=dict(zip(ids.values(), reader.moments(handles), strict=True)),
        made={
            node.location: [each.moment for each in reader.made_at(node.location, "~", ALL)]
            for node in nodes.values()
            if node.location is not None
        },
        readings={ids[each]: with_ids(reader.readings(each, "", "~")) for each in handles},
        size=reader.size(),
    )


def levels_of(reader: GraphReader, start: int, direction: Direction) -> list[list[int]]:
    """What ``reach`` must find, by distance and then by handle, from single links alone."""
    seen, levels = {start}, [[start]]
    while levels[-1]:
        near = {
            link.target if direction is Direction.ORIGINS else link.origin
            for link in reader.links(levels[-1], direction)
            if EDGE_RULES[link.kind].lineage
        }
        levels.append(sorted(near - seen))
        seen |= near
    return levels[:-1]


def naive_root(leaves: Sequence[bytes]) -> bytes:
    """The Merkle Tree Hash of leaf data, as RFC 6962, section 2.1, defines it."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    middle = 1 << (len(leaves) - 1).bit_length() - 1
    parts = naive_root(leaves[:middle]) + naive_root(leaves[middle:])
    return hashlib.sha256(b"\1" + parts).digest()
