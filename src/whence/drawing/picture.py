"""Which items are drawn: stacks are folded, the cap is kept, and what is left out is counted."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from whence.drawing.stacks import find_stacks
from whence.drawing.telling import is_troubled, place_gaps
from whence.model.edge import Basis
from whence.model.gap import Gap
from whence.model.identity import NodeId
from whence.model.node import NodeKind
from whence.query.lineage import Lineage, LineageEdge, LineageNode
from whence.store.interface import Direction

CAP = 400
"""More items than this are counted and not drawn: nobody could read them."""

_STRENGTH = {basis.value: at for at, basis in enumerate(Basis)}


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that is drawn, or a stack of things that are alike."""

    told: tuple[LineageNode, ...]
    """In the order of the answer; more than one in a stack."""
    gaps: tuple[Gap, ...] = ()
    """Everything that is not known of them."""
    members: tuple[str, ...] = ()
    """Names of source files that are told only as a part of this."""

    @property
    def first(self) -> LineageNode:
        """The thing itself, or the first of the stack."""
        return self.told[0]

    @property
    def kind(self) -> NodeKind:
        """The kind of each of them."""
        return self.told[0].node.kind

    @property
    def is_stack(self) -> bool:
        """Whether there are several."""
        return len(self.told) > 1

    @property
    def is_troubled(self) -> bool:
        """Whether these are runs that ended badly."""
        return is_troubled(self.told[0])


@dataclass(frozen=True, slots=True)
class Arrow:
    """That one item came from another, by the places of both in ``Picture.items``."""

    cause: int
    effect: int
    kinds: tuple[str, ...]
    bases: tuple[str, ...]
    """How that is known, the strongest first."""
    roles: tuple[str, ...]

    @property
    def basis(self) -> str:
        """The strongest way in which it is known."""
        return self.bases[0]


@dataclass(frozen=True, slots=True)
class Picture:
    """What is drawn of a lineage, and the counts of what is not."""

    lineage: Lineage
    items: tuple[Item, ...]
    """In the order of the answer; empty when there are more than the cap."""
    arrows: tuple[Arrow, ...]
    unplaced: tuple[Gap, ...] = ()
    """Gaps that belong to none of the items."""
    needed: int = 0
    """How many items there would be."""
    counts: Mapping[NodeKind, int] = field(default_factory=dict)
    """Things of each kind in the answer, in stacks or not."""
    troubled: int = 0
    """How many runs ended badly."""

    @property
    def is_too_large(self) -> bool:
        """Whether nothing is drawn because there is too much."""
        return not self.items

    @property
    def root(self) -> LineageNode:
        """The thing asked about."""
        root = self.lineage.root
        return next(each for each in self.lineage.nodes if each.node.id == root)

    @property
    def root_item(self) -> int:
        """The place of its item."""
        root = self.lineage.root
        return next(at for at, item in enumerate(self.items) if item.told[0].node.id == root)


def compose_picture(lineage: Lineage, *, cap: int = CAP) -> Picture:
    """Choose what is drawn.

    Args:
        lineage: The answer.
        cap: How many items may be drawn. With more, the picture has none: it never shows a part
            as if it were the whole.
    """
    gaps_at, unplaced = place_gaps(lineage)
    part_of = _source_files(lineage, gaps_at)
    members: dict[NodeId, list[str]] = {}
    for each in lineage.nodes:
        if each.node.id in part_of:
            members.setdefault(part_of[each.node.id], []).append(each.node.name)
    kept = [each for each in lineage.nodes if each.node.id not in part_of]
    edges = [edge for edge in lineage.edges if edge.target not in part_of]
    groups = find_stacks(kept, edges, gaps_at, lineage.root)
    items = tuple(
        Item(
            told=tuple(group),
            gaps=tuple(dict.fromkeys(gap for each in group for gap in gaps_at[each.node.id])),
            members=tuple(name for each in group for name in members.get(each.node.id, ())),
        )
        for group in groups
    )
    drawn = items if len(items) <= cap else ()
    return Picture(
        lineage=lineage,
        items=drawn,
        arrows=_arrows(drawn, edges),
        unplaced=unplaced,
        needed=len(items),
        counts=Counter(each.node.kind for each in lineage.nodes),
        troubled=sum(map(is_troubled, lineage.nodes)),
    )


def _source_files(
    lineage: Lineage, gaps_at: Mapping[NodeId, Sequence[Gap]]
) -> dict[NodeId, NodeId]:
    """Source files of which nothing is known but the set they are in → that set."""
    nodes = {each.node.id: each.node for each in lineage.nodes}
    joined: dict[NodeId, list[LineageEdge]] = {}
    for edge in lineage.edges:
        joined.setdefault(edge.origin, []).append(edge)
        joined.setdefault(edge.target, []).append(edge)
    part_of = {}
    for node_id, edges in joined.items():
        only = edges[0]
        if (
            len(edges) == 1
            and only.kind == "has_member"
            and only.target == node_id
            and node_id != lineage.root
            and not gaps_at[node_id]
            and nodes[node_id].kind is nodes[only.origin].kind is NodeKind.CODE
        ):
            part_of[node_id] = only.origin
    return part_of


def _arrows(items: Sequence[Item], edges: Sequence[LineageEdge]) -> tuple[Arrow, ...]:
    if not items:
        return ()
    place = {each.node.id: at for at, item in enumerate(items) for each in item.told}
    joined: dict[tuple[int, int], list[LineageEdge]] = {}
    for edge in edges:
        cause, effect = place[edge.target], place[edge.origin]
        if cause != effect:
            joined.setdefault((cause, effect), []).append(edge)
    return tuple(
        Arrow(
            cause,
            effect,
            kinds=tuple(dict.fromkeys(edge.kind for edge in several)),
            bases=tuple(
                sorted({edge.basis for edge in several}, key=lambda basis: _STRENGTH.get(basis, 9))
            ),
            roles=tuple(sorted({edge.role for edge in several if edge.role})),
        )
        for (cause, effect), several in joined.items()
    )


def story(picture: Picture) -> str:
    """What the picture shows, in one line above it."""
    node = picture.root.node
    name = f"the run {node.name}" if node.kind is NodeKind.RUN else node.name
    if picture.lineage.direction is Direction.ORIGINS:
        return f"Where {name} comes from"
    return f"What {name} led to"
