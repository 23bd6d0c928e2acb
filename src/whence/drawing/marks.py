"""The marks of a drawing: an item with what hangs below it, and an arrow."""

from collections.abc import Iterator, Sequence

from whence.drawing.faces import Face
from whence.drawing.kinds import KIND_LOOKS
from whence.drawing.layout import Box, Point
from whence.drawing.lettering import fit_end, fit_parts, fit_text, text_width
from whence.drawing.markup import as_xml, draw_text
from whence.drawing.outlines import GLYPHS, OUTLINES
from whence.drawing.picture import Arrow, Item
from whence.drawing.riders import Rider
from whence.model.edge import Basis

BASES = tuple(each.value for each in Basis)
"""Every basis has a line of its own in the style sheet."""

_HEIGHT = 62
_STRIP = 24
_ROW, _ROW_PITCH, _ROW_INDENT = 22, 26, 24
_KIND, _NAME, _FACTS = 12, 14, 12
_LEAST, _MOST = 108, 204
_MARK = 17


def measure_item(item: Item, face: Face, riders: Sequence[Rider]) -> Box:
    """The room that an item needs; what would be wider than the widest box is shortened."""
    outline = OUTLINES[KIND_LOOKS[item.kind].outline]
    text = max(
        text_width(face.kind, _KIND, bold=True) + _MARK,
        text_width(face.name, _NAME, bold=True),
        text_width(face.facts, _FACTS) + (_MARK if item.is_troubled else 0),
        min(text_width(f"? {face.gap}", _FACTS), 170.0) if face.gap else 0.0,
        *(min(text_width(rider.text, _FACTS), 120.0) + 14 for rider in riders),
    )
    wide = min(max(int(text) + 1 + outline.left + outline.right, _LEAST), _MOST)
    below = _HEIGHT // 2 + (_STRIP if face.gap else 0) + _ROW_PITCH * len(riders)
    return Box(wide, _HEIGHT // 2, below)


def draw_item(item: Item, face: Face, riders: Sequence[Rider], width: int) -> Iterator[str]:
    """The marks of an item, from its upper left corner."""
    look = KIND_LOOKS[item.kind]
    outline = OUTLINES[look.outline]
    form = outline.draw(width, _HEIGHT)
    yield _pointed_at(face)
    if item.is_stack:
        yield f'<path class="outline" transform="translate(5 -5)" d="{form}"/>'
    top = _HEIGHT + (_STRIP if face.gap else 0)
    for row, rider in enumerate(riders):
        yield from _draw_row(rider, top + row * _ROW_PITCH, width)
    if face.gap:
        yield from _draw_gap(face, width)
    yield f'<path class="outline" d="{form}"/>'
    x, room = outline.left, width - outline.left - outline.right
    yield f'<path class="glyph" transform="translate({x} 9)" d="{GLYPHS[look.glyph]}"/>'
    yield draw_text(x + _MARK, 20, face.kind, "kind")
    yield draw_text(x, 38, fit_text(face.name, _NAME, room, bold=True), "ink name")
    if item.is_troubled:
        yield f'<path class="glyph" transform="translate({x} 44)" d="{GLYPHS["cross"]}"/>'
        state = fit_end(face.facts, _FACTS, room - _MARK)
        yield draw_text(x + _MARK, 54, state, "state fact")
    else:
        yield draw_text(x, 54, fit_parts(face.facts, _FACTS, room), "soft fact")


def _draw_gap(face: Face, width: int) -> Iterator[str]:
    """A hatched strip that looks out from under the item, with words."""
    place = f'x="3" y="{_HEIGHT - 8}" width="{width - 6}" height="{_STRIP + 7}" rx="5"'
    yield f'<rect class="gap" {place}/><rect class="hatched" {place}/>'
    text = fit_end(f"? {face.gap}", _FACTS, width - 20)
    wide = int(text_width(text, _FACTS)) + 5
    yield f'<rect class="gap-ground" x="8" y="{_HEIGHT + 4}" width="{wide}" height="16"/>'
    yield draw_text(10, _HEIGHT + 16, text, "ink fact")


def _draw_row(rider: Rider, top: int, width: int) -> Iterator[str]:
    """One input below its run, joined to it by a short line."""
    look = KIND_LOOKS[rider.item.kind]
    middle = top + _ROW_PITCH - _ROW // 2
    x, wide = _ROW_INDENT, width - _ROW_INDENT
    yield f'<g class="{look.colour}">{_pointed_at(rider.face)}'
    yield (
        f'<g class="arrow {_line_of(rider.basis)}">'
        f'<path class="line" d="M14 {middle - _ROW_PITCH}V{middle}H{x}"/></g>'
    )
    yield (
        f'<path class="outline" transform="translate({x} {middle - _ROW // 2})" '
        f'd="M0 0H{wide}V{_ROW}H6L0 {_ROW - 6}z"/>'
        f'<path class="glyph" transform="translate({x + 7} {middle - 6})" '
        f'd="{GLYPHS[look.glyph]}"/>'
    )
    text = fit_parts(rider.text, _FACTS, wide - 32)
    yield draw_text(x + 25, middle + 4, text, "ink fact") + "</g>"


def draw_arrow(arrow: Arrow, told: str, points: Sequence[Point], *, on_spine: bool) -> str:
    """An arrow through its points.

    Args:
        arrow: What it says.
        told: The same in words.
        points: Where it runs: straight where heights are equal, otherwise in a curve that leaves
            and arrives level.
        on_spine: Whether it is a part of the main line.
    """
    x, y = points[-1]
    size = 5 if on_spine else 4
    names = f"arrow {_line_of(arrow.basis)}" + (" spine" if on_spine else "")
    return (
        f'<g class="{names}"><title>{as_xml(told)}</title>'
        f'<path class="line" d="{_curve(points)}"/>'
        f'<path class="tip" d="M{x - 9} {y - size}L{x - 1} {y}L{x - 9} {y + size}z"/></g>'
    )


def _curve(points: Sequence[Point]) -> str:
    x, y = points[0]
    parts = [f"M{x} {y}"]
    for at, (to_x, to_y) in enumerate(points[1:], 1):
        end = to_x - 8 if at == len(points) - 1 else to_x
        if to_y == y:
            parts.append(f"H{end}")
        else:
            middle = (x + end) // 2
            parts.append(f"C{middle} {y} {middle} {to_y} {end} {to_y}")
        x, y = end, to_y
    return "".join(parts)


def _line_of(basis: str) -> str:
    return basis if basis in BASES else "observed"


def _pointed_at(face: Face) -> str:
    return f"<title>{as_xml(chr(10).join(face.details))}</title>"


SAMPLES = {
    "main line": '<g class="arrow spine"><path class="line" d="M0 0H34"/></g>',
    **{basis: f'<g class="arrow {basis}"><path class="line" d="M0 0H34"/></g>' for basis in BASES},
    "not known": (
        '<rect class="gap" y="-8" width="34" height="16" rx="4"/>'
        '<rect class="hatched" y="-8" width="34" height="16" rx="4"/>'
    ),
    "failed or killed": (
        '<g class="troubled">'
        '<path class="outline" d="M8-8H26a8 8 0 0 1 0 16H8a8 8 0 0 1 0-16z"/>'
        f'<path class="glyph" transform="translate(11 -6)" d="{GLYPHS["cross"]}"/></g>'
    ),
}
"""Words of the legend → a mark of 34 pixels that they explain."""
