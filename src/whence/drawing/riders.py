"""Inputs that only one run used: they hang below it instead of standing in a column of their own.

Code, configuration and environment are most of what a run uses and the least of what a reader
follows with a finger. Whatever has a story of its own, a gap, or a second user stays apart.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from whence.drawing.faces import Face, find_faces
from whence.drawing.picture import Arrow, Item, Picture
from whence.model.node import NodeKind

INPUTS = frozenset({NodeKind.CODE, NodeKind.ENVIRONMENT, NodeKind.CONFIG, NodeKind.PROMPT})
"""What steers a run rather than flows through it."""

_ORDER = {NodeKind.CODE: 0, NodeKind.CONFIG: 1, NodeKind.PROMPT: 2, NodeKind.ENVIRONMENT: 3}


@dataclass(frozen=True, slots=True)
class Rider:
    """An input below its run."""

    item: Item
    face: Face
    basis: str
    """How it is known that the run used it."""

    @property
    def text(self) -> str:
        """Its name and facts on one line; what its glyph already tells is left out."""
        if self.item.members and not self.item.is_stack:
            return self.face.facts
        return " · ".join(text for text in (self.face.name, self.face.facts) if text)


@dataclass(frozen=True, slots=True)
class Hung:
    """A picture without its riders, and the riders."""

    picture: Picture
    faces: tuple[Face, ...]
    """For each item of the picture."""
    riders: tuple[tuple[Rider, ...], ...]
    """For each item of the picture, what hangs below it."""


def hang(picture: Picture) -> Hung:
    """Take the riders out of a picture."""
    faces = find_faces(picture)
    joined: dict[int, list[Arrow]] = {}
    for arrow in picture.arrows:
        joined.setdefault(arrow.cause, []).append(arrow)
        joined.setdefault(arrow.effect, []).append(arrow)
    carriers = {
        at: joined[at][0].effect for at in range(len(picture.items)) if _rides(picture, at, joined)
    }
    kept = [at for at in range(len(picture.items)) if at not in carriers]
    place = {at: new for new, at in enumerate(kept)}
    riders: list[list[Rider]] = [[] for _ in kept]
    for at, carrier in sorted(carriers.items(), key=lambda each: _order(picture, each[0])):
        rider = Rider(picture.items[at], faces[at], joined[at][0].basis)
        riders[place[carrier]].append(rider)
    arrows = tuple(
        replace(arrow, cause=place[arrow.cause], effect=place[arrow.effect])
        for arrow in picture.arrows
        if arrow.cause in place
    )
    return Hung(
        picture=replace(picture, items=tuple(picture.items[at] for at in kept), arrows=arrows),
        faces=tuple(faces[at] for at in kept),
        riders=tuple(map(tuple, riders)),
    )


def _rides(picture: Picture, at: int, joined: Mapping[int, list[Arrow]]) -> bool:
    item, arrows = picture.items[at], joined.get(at, [])
    return (
        item.kind in INPUTS
        and len(arrows) == 1
        and arrows[0].cause == at
        and picture.items[arrows[0].effect].kind is NodeKind.RUN
        and not item.gaps
        and at != picture.root_item
    )


def _order(picture: Picture, at: int) -> tuple[int, int]:
    return _ORDER[picture.items[at].kind], at
