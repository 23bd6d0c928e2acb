"""Which things are so alike that they are drawn as one stack: a sweep's runs, a folder's files."""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence

from whence.drawing.ranks import longest_paths
from whence.model.gap import Gap
from whence.model.identity import NodeId
from whence.model.node import NodeKind
from whence.query.lineage import LineageEdge, LineageNode

LONG = 8
"""More alike things than this make a stack."""

_ROUNDS = 64
"""After so many rounds without an end nothing is folded, which is slower to read and still true."""


def find_stacks(
    nodes: Sequence[LineageNode],
    edges: Sequence[LineageEdge],
    gaps_at: Mapping[NodeId, Sequence[Gap]],
    root: NodeId,
) -> list[list[LineageNode]]:
    """The things in groups, in the order of their first members.

    Things are alike when they are of one kind (runs: of one job, and ended alike), have the same
    gaps and the same neighbours. Neighbours may themselves be alike instead of the same, so that a
    sweep of 60 runs that made 60 models becomes two stacks. This is the refinement of colours that
    tests of graph isomorphism begin with; a class of few is taken apart, so that its members count
    as different to their neighbours.
    """
    places = {each.node.id: at for at, each in enumerate(nodes)}
    joins: list[list[tuple[int, Hashable]]] = [[] for _ in nodes]
    ahead: list[list[int]] = [[] for _ in nodes]
    for edge in edges:
        effect, cause = places[edge.origin], places[edge.target]
        how = (edge.kind, edge.role, edge.basis)
        joins[effect].append((cause, ("cause", how)))
        joins[cause].append((effect, ("effect", how)))
        ahead[cause].append(effect)
    behind = longest_paths(ahead)
    colours = _numbered(
        [
            (_likeness(each, gaps_at[each.node.id]), behind[at], each.node.id == root)
            for at, each in enumerate(nodes)
        ]
    )
    if max(Counter(colours).values()) > LONG:
        colours = _refined(colours, joins)
    groups: dict[int, list[LineageNode]] = {}
    for colour, each in zip(colours, nodes, strict=True):
        groups.setdefault(colour, []).append(each)
    parts = [
        part
        for group in groups.values()
        for part in ([group] if len(group) > LONG else [[each] for each in group])
    ]
    return sorted(parts, key=lambda part: places[part[0].node.id])


def _likeness(each: LineageNode, gaps: Sequence[Gap]) -> Hashable:
    is_run = each.node.kind is NodeKind.RUN
    return (
        each.node.kind,
        each.node.name if is_run else None,
        each.facts.get("state"),
        each.node.is_artifact and each.node.digest is None,
        frozenset((gap.kind, gap.reason) for gap in gaps),
    )


def _refined(colours: list[int], joins: Sequence[Sequence[tuple[int, Hashable]]]) -> list[int]:
    """Tell things apart by their neighbours until no further difference shows."""
    alone = list(range(len(colours)))
    for _ in range(_ROUNDS):
        sizes = Counter(colours)
        finer = _numbered(
            [
                (colour, frozenset((how, colours[other]) for other, how in joins[at]))
                if sizes[colour] > LONG
                else (colour, at)
                for at, colour in enumerate(colours)
            ]
        )
        if len(set(finer)) == len(sizes):
            return colours
        colours = finer
    return alone


def _numbered(keys: Sequence[Hashable]) -> list[int]:
    numbers: dict[Hashable, int] = {}
    return [numbers.setdefault(key, len(numbers)) for key in keys]
