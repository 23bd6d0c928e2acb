"""How two things are connected."""

from itertools import pairwise
from typing import Any

from whence.model.edge import EDGE_RULES
from whence.store.interface import Direction, GraphReader


def route(reader: GraphReader, one: int, other: int) -> dict[str, Any]:
    """The shortest way from an effect to its cause, whichever of the two is which.

    Returns:
        ``nodes`` from effect to cause and the ``edges`` between them; both empty when nothing
        recorded connects the two.
    """
    steps = reader.path(one, other) or reader.path(other, one) or []
    nodes = reader.nodes(steps)
    edges = []
    for effect, cause in pairwise(steps):
        link = next(
            link
            for link in reader.links([effect], Direction.ORIGINS)
            if link.target == cause and EDGE_RULES[link.kind].lineage
        )
        edges.append(
            {
                "from": reader.nodes([effect])[0].id,
                "to": reader.nodes([cause])[0].id,
                "kind": link.kind.value,
                "basis": link.basis.value,
                "role": link.role,
            }
        )
    return {
        "from": reader.nodes([one])[0].id,
        "to": reader.nodes([other])[0].id,
        "nodes": [{"id": each.id, "kind": each.kind.value, "name": each.name} for each in nodes],
        "edges": edges,
    }
