"""A batch of statements from one source: the unit that is kept whole or not at all."""

from dataclasses import dataclass

from whence.model.edge import Edge
from whence.model.facet import Facet
from whence.model.identity import NodeId
from whence.model.node import Node


@dataclass(frozen=True, slots=True)
class Record:
    """What one source asserts at one time."""

    id: NodeId
    """Keeping the same id twice keeps it once, so that a source may safely say a thing again."""
    type: str
    """What kind of assertion: ``run-started``, ``run-ended``, ``registration``, ``alias`` …"""
    time: str
    """When it was asserted, RFC 3339 in UTC with milliseconds: ``2026-11-20T09:30:00.000Z``."""
    source: str
    """Who says so: ``whence-run/0.1.0``, ``whence-api/0.1.0`` …"""
    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
    facets: tuple[Facet, ...] = ()
    project: str = ""
    """Whose record it is, where several projects share a store; empty for what all share."""
    payload: str = ""
    """What arrived, word for word as it may be kept, where another record says what it means."""
