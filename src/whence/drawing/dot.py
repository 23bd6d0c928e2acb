"""A lineage in the language of Graphviz (https://graphviz.org/doc/info/lang.html)."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from whence.drawing.escaping import printable
from whence.drawing.faces import Face, find_faces
from whence.drawing.figures import counted
from whence.drawing.kinds import COLOURS, KIND_LOOKS, many_of
from whence.drawing.picture import CAP, Arrow, Item, Picture, compose_picture, story
from whence.drawing.spine import find_spine
from whence.drawing.telling import gap_text
from whence.query.lineage import Lineage

_SHAPES = {
    "box": 'shape=box style="rounded"',
    "pill": 'shape=box style="rounded" margin="0.25,0.06"',
    "cut": "shape=component",
    "hexagon": "shape=hexagon margin=0.02",
    "page": "shape=note",
    "label": "shape=cds",
    "double": "shape=box3d",
}
"""Outline → the nearest shape of Graphviz."""

_LINES: Mapping[str, str] = {
    "observed": "style=solid",
    "declared": 'style="dashed" arrowhead=empty',
    "imported": 'style="dashed"',
    "inferred": 'style="dotted"',
}
_TROUBLE = "#b3261e"


def render_dot(lineage: Lineage, *, cap: int = CAP) -> str:
    """The lineage as a ``digraph``, causes left; too many items give a graph that says so."""
    picture = compose_picture(lineage, cap=cap)
    return "\n".join(_lines(picture)) + "\n"


def _lines(picture: Picture) -> Iterator[str]:
    title = printable(story(picture))
    yield f"digraph {_quoted(title)} {{"
    yield (
        f"  graph [rankdir=LR label={_quoted(title)} labelloc=t labeljust=l "
        'fontname="Helvetica" nodesep=0.25 ranksep=0.5]'
    )
    yield '  node [fontname="Helvetica" fontsize=11]'
    yield '  edge [fontname="Helvetica" fontsize=10 color="#77818c"]'
    if picture.is_too_large:
        told = [f"{counted(picture.needed, 'item', 'items')}: too many for one picture"]
        told += [many_of(kind, count) for kind, count in picture.counts.items()]
        yield f"  counts [shape=note label={_label(told)}]"
    faces = find_faces(picture)
    for at, (item, face) in enumerate(zip(picture.items, faces, strict=True)):
        yield from _item(picture, at, item, face)
    spine = find_spine(picture) if picture.items else []
    steps = set(pairwise(spine))
    for arrow in picture.arrows:
        yield _arrow(arrow, on_spine=(arrow.cause, arrow.effect) in steps)
    if picture.unplaced:
        told = [f"? {gap_text(gap, '')}" for gap in picture.unplaced]
        yield f'  gaps [shape=note style="dashed" label={_label(map(printable, told))}]'
    yield "}"


def _item(picture: Picture, at: int, item: Item, face: Face) -> Iterator[str]:
    look = KIND_LOOKS[item.kind]
    lines = [face.kind, face.name, face.facts]
    colour = _TROUBLE if item.is_troubled else COLOURS[look.colour].light
    more = " peripheries=2" if item.is_stack else ""
    width = 2.5 if at == picture.root_item or item.is_troubled else 1
    tip = _label(face.details)
    yield (
        f"  n{at} [{_SHAPES[look.outline]} label={_label(each for each in lines if each)} "
        f'color="{colour}" penwidth={width}{more} tooltip={tip}]'
    )
    if face.gap:
        yield f'  g{at} [shape=box style="dashed" label={_label([f"? {face.gap}"])}]'
        yield f"  g{at} -> n{at} [style=dashed arrowhead=none]"


def _arrow(arrow: Arrow, *, on_spine: bool) -> str:
    parts = [_LINES.get(arrow.basis, _LINES["observed"])]
    if arrow.basis != "observed":
        parts.append(f"label={_quoted(printable(arrow.basis))}")
    if on_spine:
        parts.append('penwidth=2.2 color="#1a1f25" weight=10')
    return f"  n{arrow.cause} -> n{arrow.effect} [{' '.join(parts)}]"


def _label(lines: Sequence[str] | Iterator[str]) -> str:
    """Lines as one string, broken by the escape that centres them."""
    return '"' + "\\n".join(map(_escaped, lines)) + '"'


def _quoted(text: str) -> str:
    return f'"{_escaped(text)}"'


def _escaped(text: str) -> str:
    """Printable text inside a double-quoted string of a label.

    A backslash would begin an escape, such as the one for the node's name, and ``&lt;`` would be
    read as HTML has it.
    """
    return text.replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"')
