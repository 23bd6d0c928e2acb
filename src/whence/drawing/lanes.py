"""In which lane and column each item stands: causes left, effects right.

Lanes tell the parts of a story: sources, data, training, model, evaluation, registration, use. An
item stands in the lane that its kind and its neighbours give it, never left of its causes. Where a
story starts again, as when the predictions of one model train the next, the lanes start again too.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from whence.drawing.picture import Item, Picture
from whence.drawing.ranks import forward_only, topological, turned
from whence.drawing.riders import INPUTS
from whence.model.node import NodeKind
from whence.store.interface import Direction

LANES = ("Sources", "Data", "Training", "Model", "Evaluation", "Registered", "Use", "Run")
_SOURCES, _DATA, _TRAINING, _MODEL, _EVALUATION, _REGISTERED, _USE, _RUN = range(len(LANES))

_PAPERS = frozenset({NodeKind.EVALUATION, NodeKind.DOCUMENT})

Place = tuple[int, int]
"""How often the lanes have started again, and the lane."""


@dataclass(frozen=True, slots=True)
class Lane:
    """A band of columns."""

    title: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the items of a picture stand from left to right."""

    of: tuple[int, ...]
    """The column of each item, from 0; every arrow of an acyclic picture leads to a higher one."""
    lanes: tuple[Lane, ...]


def find_columns(picture: Picture) -> Columns:
    """The column of each item, and the lanes that the columns form."""
    items = picture.items
    ahead: list[list[int]] = [[] for _ in items]
    for arrow in picture.arrows:
        ahead[arrow.cause].append(arrow.effect)
    order = topological(ahead)
    ahead = forward_only(ahead, order)
    behind = turned(ahead)
    floating = _floating(items, order, behind)
    places = _places(picture, order, ahead, behind, floating)
    ranks = _ranks(places, order, ahead, behind, floating)
    keys = sorted(set(zip(places, ranks, strict=True)))
    column = {key: at for at, key in enumerate(keys)}
    lanes: list[Lane] = []
    for at, (place, _) in enumerate(keys):
        if at and keys[at - 1][0] == place:
            lanes[-1] = Lane(lanes[-1].title, lanes[-1].first, at)
        else:
            lanes.append(Lane(LANES[place[1]], at, at))
    of = tuple(column[key] for key in zip(places, ranks, strict=True))
    return Columns(of, tuple(lanes))


def _floating(
    items: Sequence[Item], order: Sequence[int], behind: Sequence[Sequence[int]]
) -> list[bool]:
    """Which items may stand among the sources: inputs that come from nothing but such inputs."""
    floating = [False] * len(items)
    for at in order:
        floating[at] = items[at].kind in INPUTS and all(floating[cause] for cause in behind[at])
    return floating


def _places(
    picture: Picture,
    order: Sequence[int],
    ahead: Sequence[Sequence[int]],
    behind: Sequence[Sequence[int]],
    floating: Sequence[bool],
) -> list[Place]:
    after_model = [False] * len(order)
    places: list[Place] = [(0, 0)] * len(order)
    for at in order:
        after_model[at] = any(
            after_model[cause] or picture.items[cause].kind is NodeKind.MODEL
            for cause in behind[at]
        )
        if floating[at]:
            continue
        least = max((places[cause] for cause in behind[at] if not floating[cause]), default=(0, 0))
        lane = _lane(picture, at, ahead[at], is_source=not behind[at], later=after_model[at])
        if lane is None:
            places[at] = least
        else:
            places[at] = (least[0] + (lane < least[1]), lane)
    for at in reversed(order):
        if floating[at] and ahead[at]:
            places[at] = (min(places[effect] for effect in ahead[at])[0], _SOURCES)
    return places


def _lane(
    picture: Picture, at: int, effects: Sequence[int], *, is_source: bool, later: bool
) -> int | None:
    """The lane of an item by itself; ``None`` where it simply follows its causes.

    Args:
        picture: The picture.
        at: The item.
        effects: The items that come from it.
        is_source: Whether nothing is drawn that it comes from.
        later: Whether a model is among what it comes from.
    """
    kind = picture.items[at].kind
    if kind is NodeKind.MODEL:
        return _MODEL
    if kind in {NodeKind.MODEL_VERSION, NodeKind.REGISTERED_MODEL}:
        return _REGISTERED
    if kind is NodeKind.RUN:
        made = {picture.items[effect].kind for effect in effects}
        if not made:
            return _RUN
        if NodeKind.MODEL in made:
            return _TRAINING
        if later:
            return _EVALUATION if made & _PAPERS else _USE
        return _DATA
    if kind in _PAPERS and later:
        return _EVALUATION
    if kind in INPUTS:
        return None
    if is_source and picture.lineage.direction is Direction.ORIGINS:
        return _SOURCES
    return _USE if later else _DATA


def _ranks(
    places: Sequence[Place],
    order: Sequence[int],
    ahead: Sequence[Sequence[int]],
    behind: Sequence[Sequence[int]],
    floating: Sequence[bool],
) -> list[int]:
    """The column of each item within its lane, by the longest path there."""
    ranks = [0] * len(order)
    for at in order:
        if not floating[at]:
            near = [
                ranks[cause] + 1
                for cause in behind[at]
                if places[cause] == places[at] and not floating[cause]
            ]
            ranks[at] = max(near, default=0)
    for at in reversed(order):
        if floating[at]:
            near = [ranks[effect] - 1 for effect in ahead[at] if places[effect] == places[at]]
            ranks[at] = min(near, default=0)
    return ranks
