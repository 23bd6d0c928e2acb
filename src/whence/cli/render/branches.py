"""A lineage as the branches of a tree: what stands under what, and what is not told twice.

A lineage is a graph, so a thing can be reached in several ways. It is told where the walk from
the root, depth first, meets it first; later places only refer to it.
"""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, replace

from whence.drawing.telling import is_troubled, place_gaps
from whence.model.edge import EdgeKind
from whence.model.gap import Gap
from whence.model.identity import NodeId
from whence.model.node import NodeKind
from whence.query.lineage import Lineage, LineageEdge, LineageNode
from whence.store.interface import Direction

LONG = 8
"""More siblings of one kind than this are folded."""

PART_OF = EdgeKind.PART_OF.value

KEPT = 5
"""How many of them are still shown."""

_ORDER = {
    NodeKind.RUN: 0,
    NodeKind.CODE: 1,
    NodeKind.ENVIRONMENT: 2,
    NodeKind.CONFIG: 3,
    NodeKind.PROMPT: 4,
    NodeKind.DATASET: 6,
    NodeKind.INDEX: 7,
    NodeKind.MODEL: 8,
}
"""Short branches first, so that they stay beside the run they belong to."""


@dataclass(frozen=True, slots=True)
class Twig:
    """One thing at one place."""

    told: LineageNode
    edges: tuple[LineageEdge, ...]
    """How it is joined to what stands above it; none for the root."""
    above: LineageNode | None
    gaps: tuple[Gap, ...] = ()
    members: tuple[str, ...] = ()
    """Names of the source files in it that have no story of their own."""
    bears: bool = False
    """Whether something stands under it."""
    again: bool = False
    """Whether it was told before."""
    elsewhere: int | None = None
    """The number of the block in which it goes on, where the tree became too deep."""


@dataclass(frozen=True, slots=True)
class Fold:
    """The rest of a long list of alike siblings."""

    told: tuple[LineageNode, ...]
    gaps: tuple[Gap, ...]
    """What is not known of one of them; the others have gaps of the same kinds."""
    below: int = 0
    """How many further things only they lead to."""
    below_troubled: int = 0
    below_gaps: int = 0


@dataclass(frozen=True, slots=True)
class Branch:
    """One place of the tree."""

    trail: tuple[bool, ...]
    """For each level below the root, whether this is the last of its siblings there."""
    on: Twig | Fold
    block: int | None = None
    """The number of the block that begins here."""


class Branches:
    """Walks a lineage from its root."""

    def __init__(self, lineage: Lineage, depth: int) -> None:
        """Take a lineage, and how many levels a block may have."""
        self._root = lineage.root
        self._depth = depth
        self._nodes = {each.node.id: each for each in lineage.nodes}
        self._gaps, self.unplaced = place_gaps(lineage)
        self._under = _joined(lineage)
        self._shown: set[NodeId] = set()
        self._blocks: dict[NodeId, int] = {}

    def walk(self) -> Iterator[Branch]:
        """Every place, from the root down; where it gets too deep, in a further block."""
        yield from self._walk_block(self._root, None)
        done = 0
        while done < len(self._blocks):
            node = list(self._blocks)[done]
            done += 1
            yield from self._walk_block(node, done)

    def _walk_block(self, start: NodeId, block: int | None) -> Iterator[Branch]:
        root = Twig(self._nodes[start], (), None)
        pending: list[tuple[tuple[bool, ...], Twig | Fold]] = [((), root)]
        while pending:
            trail, on = pending.pop()
            if isinstance(on, Fold):
                yield Branch(trail, self._weighed(on))
                continue
            node = on.told.node.id
            under = self._siblings(on)
            begins = block if on is root else None
            if node in self._shown and begins is None:
                yield Branch(trail, replace(on, again=True, elsewhere=self._blocks.get(node)))
                continue
            self._shown.add(node)
            on = replace(on, gaps=self._gaps[node], members=self._untold(on))
            if under and len(trail) >= self._depth:
                number = self._blocks.setdefault(node, len(self._blocks) + 1)
                yield Branch(trail, replace(on, elsewhere=number))
                continue
            yield Branch(trail, replace(on, bears=bool(under)), begins)
            last = len(under) - 1
            pending += [((*trail, at == last), under[at]) for at in range(last, -1, -1)]

    # -------------------------------------------------------------- siblings

    def _siblings(self, on: Twig) -> list[Twig | Fold]:
        """What stands under a thing, in order, with long lists folded."""
        groups: dict[Hashable, list[Twig]] = {}
        for node, edges in self._under.get(on.told.node.id, {}).items():
            if not self._is_untold(on, node, edges):
                twig = Twig(self._nodes[node], edges, on.told)
                groups.setdefault(self._likeness(twig), []).append(twig)
        siblings: list[Twig | Fold] = []
        for group in sorted(groups.values(), key=lambda each: _place(each[0])):
            group.sort(key=_age, reverse=True)
            group.sort(key=lambda each: each.told.node.name)
            if len(group) <= LONG:
                siblings += group
                continue
            rest = tuple(each.told for each in group[KEPT:])
            siblings += [*group[:KEPT], Fold(rest, self._gaps[rest[0].node.id])]
        return siblings

    def _likeness(self, twig: Twig) -> Hashable:
        """What must be equal for siblings to be folded together."""
        node = twig.told.node
        return (
            node.kind,
            node.name if node.kind is NodeKind.RUN else None,
            twig.told.facts.get("state"),
            frozenset((edge.kind, edge.role, edge.basis) for edge in twig.edges),
            frozenset((gap.kind, gap.reason) for gap in self._gaps[node.id]),
        )

    def _is_untold(self, on: Twig, node: NodeId, edges: tuple[LineageEdge, ...]) -> bool:
        """Whether a source file is only counted: all that is known of it is that it is one."""
        return (
            on.above is not None
            and on.told.node.kind is NodeKind.CODE
            and all(edge.kind == "has_member" for edge in edges)
            and not self._under.get(node)
            and not self._gaps[node]
        )

    def _untold(self, on: Twig) -> tuple[str, ...]:
        under = self._under.get(on.told.node.id, {})
        return tuple(
            self._nodes[node].node.name
            for node, edges in under.items()
            if self._is_untold(on, node, edges)
        )

    def _weighed(self, fold: Fold) -> Fold:
        """The fold with a count of what it hides beside its own things."""
        hidden = [each.node.id for each in fold.told]
        seen = set(hidden)
        while hidden:
            for node in self._under.get(hidden.pop(), {}):
                if node not in seen and node not in self._shown:
                    seen.add(node)
                    hidden.append(node)
        below = seen - {each.node.id for each in fold.told}
        return replace(
            fold,
            below=len(below),
            below_troubled=sum(is_troubled(self._nodes[node]) for node in below),
            below_gaps=sum(bool(self._gaps[node]) for node in below),
        )


def _joined(lineage: Lineage) -> dict[NodeId, dict[NodeId, tuple[LineageEdge, ...]]]:
    """What stands under each thing, with all the ways in which the two are joined."""
    under: dict[NodeId, dict[NodeId, tuple[LineageEdge, ...]]] = {}
    for edge in lineage.edges:
        up, down = edge.origin, edge.target
        if lineage.direction is Direction.EFFECTS or edge.kind == PART_OF:
            up, down = down, up
        at = under.setdefault(up, {})
        at[down] = (*at.get(down, ()), edge)
    return under


def _age(twig: Twig) -> tuple[str, str]:
    """Runs of one job stand latest first."""
    return str(twig.told.facts.get("started_at", "")), twig.told.node.id


def _place(twig: Twig) -> tuple[int, str, bool, str]:
    node = twig.told.node
    if any(edge.kind == PART_OF for edge in twig.edges):
        return (0, str(twig.told.facts.get("started_at", "")), False, node.id)
    executed = any(edge.role == "executable" for edge in twig.edges)
    order = 5 if executed else _ORDER.get(node.kind, 9)
    return (order, node.name, not is_troubled(twig.told), node.id)
