"""A lineage as a Mermaid flowchart (https://mermaid.js.org/syntax/flowchart.html)."""

import json
import re
from collections.abc import Iterator, Mapping
from itertools import pairwise

from whence.drawing.escaping import printable
from whence.drawing.faces import Face, find_faces
from whence.drawing.figures import counted
from whence.drawing.kinds import COLOURS, KIND_LOOKS, many_of
from whence.drawing.picture import CAP, Arrow, Item, Picture, compose_picture, story
from whence.drawing.spine import find_spine
from whence.drawing.telling import gap_text
from whence.query.lineage import Lineage

_SHAPES: Mapping[str, tuple[str, str]] = {
    "box": ("[(", ")]"),
    "pill": ("([", "])"),
    "cut": ("[/", "/]"),
    "hexagon": ("{{", "}}"),
    "page": (">", "]"),
    "label": ("[[", "]]"),
    "double": ("[/", "\\]"),
}
"""Outline → the brackets of the nearest shape."""

_DASHES: Mapping[str, str] = {"declared": "11 5", "imported": "11 4 2 4", "inferred": "2 4"}
_LONGEST = 60


def render_mermaid(lineage: Lineage, *, cap: int = CAP) -> str:
    """The lineage as a flowchart from left to right; too many items give one that says so."""
    picture = compose_picture(lineage, cap=cap)
    return "\n".join(_lines(picture)) + "\n"


def _lines(picture: Picture) -> Iterator[str]:
    # Front matter is YAML, of which JSON strings are a part.
    yield from ("---", f"title: {json.dumps(printable(story(picture)))}", "---", "flowchart LR")
    if picture.is_too_large:
        told = [f"{counted(picture.needed, 'item', 'items')}: too many for one picture"]
        told += [many_of(kind, count) for kind, count in picture.counts.items()]
        yield f"  counts[{_label(told)}]"
    faces = find_faces(picture)
    for at, (item, face) in enumerate(zip(picture.items, faces, strict=True)):
        yield from _item(at, item, face)
    steps = _steps(picture)
    styles = []
    for number, arrow in enumerate(picture.arrows):
        yield _arrow(arrow)
        if style := _style(arrow, on_spine=(arrow.cause, arrow.effect) in steps):
            styles.append(f"  linkStyle {number} {style}")
    for at, face in enumerate(faces):
        if face.gap:
            yield f"  g{at} -.- n{at}"
    yield from styles
    if picture.unplaced:
        told = [f"? {gap_text(gap, '')}" for gap in picture.unplaced]
        yield f"  gaps[{_label(map(printable, told))}]"
    yield from _classes(picture, faces)


def _item(at: int, item: Item, face: Face) -> Iterator[str]:
    look = KIND_LOOKS[item.kind]
    opening, closing = _SHAPES[look.outline]
    lines = (text for text in (face.kind, face.name, face.facts) if text)
    yield f"  n{at}{opening}{_label(lines)}{closing}"
    if face.gap:
        yield f"  g{at}[{_label([f'? {face.gap}'])}]"


def _arrow(arrow: Arrow) -> str:
    if arrow.basis == "observed":
        return f"  n{arrow.cause} --> n{arrow.effect}"
    return f"  n{arrow.cause} -->|{_label([printable(arrow.basis)])}| n{arrow.effect}"


def _style(arrow: Arrow, *, on_spine: bool) -> str:
    parts = ["stroke-width:3px"] if on_spine else []
    if arrow.basis in _DASHES:
        parts.append(f"stroke-dasharray:{_DASHES[arrow.basis]}")
    return ",".join(parts)


def _steps(picture: Picture) -> set[tuple[int, int]]:
    spine = find_spine(picture) if picture.items else []
    return set(pairwise(spine))


def _classes(picture: Picture, faces: list[Face]) -> Iterator[str]:
    """Only outlines are coloured, so that text is legible in every theme."""
    wearers: dict[str, list[str]] = {}
    for at, item in enumerate(picture.items):
        colour = "troubled" if item.is_troubled else KIND_LOOKS[item.kind].colour
        wearers.setdefault(colour, []).append(f"n{at}")
    gaps = [f"g{at}" for at, face in enumerate(faces) if face.gap]
    if picture.unplaced:
        gaps.append("gaps")
    for name, nodes in wearers.items():
        stroke = "#b3261e,stroke-width:3px" if name == "troubled" else COLOURS[name].light
        yield f"  classDef {name} stroke:{stroke}"
        yield f"  class {','.join(nodes)} {name}"
    if gaps:
        yield "  classDef gap stroke-dasharray:4 3"
        yield f"  class {','.join(gaps)} gap"


def _label(lines: Iterator[str] | list[str]) -> str:
    """Lines as one quoted string."""
    shown = (line if len(line) <= _LONGEST else f"{line[:20]}…{line[-39:]}" for line in lines)
    return '"' + "<br/>".join(map(_escaped, shown)) + '"'


_SPECIAL = re.compile(r"[^\w ,()=·…/:@?.+-]|(?<!\w)[_.+-]|[_.+-](?!\w)", re.ASCII)


def _escaped(text: str) -> str:
    """Printable text in which whatever Mermaid or Markdown could take for its own is a number."""
    # A backslash before an n is a line break to Mermaid even when it comes from a number; a space
    # of no width between the two keeps them apart.
    return _SPECIAL.sub(_numbers, text).replace("#92;n", "#92;#8203;n")


def _numbers(found: re.Match[str]) -> str:
    return "".join(f"#{ord(char)};" for char in found[0])
