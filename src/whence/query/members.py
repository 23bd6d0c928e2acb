"""The models that a system consists of, through its versions of models and systems within it."""

from whence.model.edge import EdgeKind
from whence.model.node import NodeKind
from whence.store.interface import Direction, GraphReader

_INWARDS = frozenset({EdgeKind.HAS_MEMBER, EdgeKind.PINS})
_THROUGH = frozenset({NodeKind.SYSTEM_VERSION, NodeKind.MODEL_VERSION})


def models_in(reader: GraphReader, system: int) -> list[int]:
    """The models of one version of a system, each once, in the order in which they were said."""
    found: dict[int, None] = {}
    met, front = {system}, [system]
    while front:
        links = [link for link in reader.links(front, Direction.ORIGINS) if link.kind in _INWARDS]
        ends = list(dict.fromkeys(link.target for link in links if link.target not in met))
        met.update(ends)
        kinds = dict(zip(ends, reader.nodes(ends), strict=True))
        found |= {at: None for at, node in kinds.items() if node.kind is NodeKind.MODEL}
        front = [at for at, node in kinds.items() if node.kind in _THROUGH]
    return list(found)
