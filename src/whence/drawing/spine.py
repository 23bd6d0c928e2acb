"""The one path that is drawn straight: the main line, through the thing asked about."""

from collections.abc import Sequence

from whence.drawing.picture import Picture
from whence.drawing.ranks import forward_only, longest_paths, topological, turned
from whence.model.node import NodeKind
from whence.store.interface import Direction

_BACK = {
    NodeKind.RUN: 0,
    NodeKind.MODEL: 1,
    NodeKind.DATASET: 2,
    NodeKind.INDEX: 3,
    NodeKind.MODEL_VERSION: 4,
}
"""Which cause carries the line on: the run that made it, the model it names, then its data."""

_GOALS = {NodeKind.MODEL_VERSION: 3, NodeKind.MODEL: 2, NodeKind.EVALUATION: 1}
"""Where the line leads to, if it can: what was put to use counts more than what was measured."""


def find_spine(picture: Picture) -> list[int]:
    """The items of the main line, from cause to effect; at least the one asked about."""
    ahead: list[list[int]] = [[] for _ in picture.items]
    for arrow in picture.arrows:
        ahead[arrow.cause].append(arrow.effect)
    order = topological(ahead)
    ahead = forward_only(ahead, order)
    if picture.lineage.direction is Direction.ORIGINS:
        line = _back(picture, ahead)
        line.reverse()
        return line
    return _forth(picture, ahead, order)


def _back(picture: Picture, ahead: Sequence[Sequence[int]]) -> list[int]:
    behind = turned(ahead)
    depth = longest_paths(ahead)
    line = [picture.root_item]
    while causes := behind[line[-1]]:
        line.append(
            min(
                causes,
                key=lambda at: (_BACK.get(picture.items[at].kind, 9), -depth[at], at),
            )
        )
    return line


def _forth(picture: Picture, ahead: Sequence[Sequence[int]], order: Sequence[int]) -> list[int]:
    worth = [(0, 0)] * len(picture.items)
    for at in reversed(order):
        goal = _GOALS.get(picture.items[at].kind, 0)
        best = max((worth[effect] for effect in ahead[at]), default=(0, -1))
        worth[at] = (max(goal, best[0]), best[1] + 1)
    line = [picture.root_item]
    while effects := ahead[line[-1]]:
        line.append(max(effects, key=lambda at: (worth[at], -at)))
    return line
