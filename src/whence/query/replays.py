"""Runs that do another one again: answers leave them out unless they are asked for."""

from collections.abc import Collection, Iterable

from whence.model.edge import EdgeKind
from whence.model.node import Node, NodeKind
from whence.model.run import REPLAY, REPLAYS
from whence.store.interface import Direction, GraphReader


def replays_among(reader: GraphReader, handles: Iterable[int]) -> set[int]:
    """Those of these runs that do another one again, or are parts of such a one."""
    return {
        link.origin
        for link in reader.links(list(handles), Direction.ORIGINS)
        if link.kind is EdgeKind.FOLLOWS and link.role == REPLAY
    }


def is_made_again(node: Node) -> bool:
    """Whether a thing was made by doing a run again."""
    return node.is_artifact and node.name.startswith(REPLAYS)


def real(reader: GraphReader, handles: Collection[int]) -> list[int]:
    """Those of these nodes that are neither replays nor made by one, in their order."""
    nodes = dict(zip(handles, reader.nodes(list(handles)), strict=True))
    runs = [at for at, node in nodes.items() if node.kind is NodeKind.RUN]
    hidden = replays_among(reader, runs) if runs else set()
    return [at for at in handles if at not in hidden and not is_made_again(nodes[at])]
