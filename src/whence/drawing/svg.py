"""A lineage as one SVG file: no script, no foreign font, light and dark, print and screen alike.

SVG 1.1 with a style sheet. Text is shortened before it is drawn (``lettering``) and is given in
full in the ``title`` of each item. Colour only repeats what outline, glyph and word say.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from whence.drawing.escaping import printable
from whence.drawing.figures import count_text, counted
from whence.drawing.kinds import KIND_LOOKS, many_of
from whence.drawing.lanes import find_columns
from whence.drawing.layout import LAYOUT_VERSION, Line, Point, place
from whence.drawing.lettering import fit_end, fit_text, text_width
from whence.drawing.marks import BASES, SAMPLES, draw_arrow, draw_item, measure_item
from whence.drawing.markup import as_xml, draw_text
from whence.drawing.outlines import GLYPHS
from whence.drawing.picture import CAP, Arrow, Picture, compose_picture, story
from whence.drawing.riders import hang
from whence.drawing.sheet import STYLE
from whence.drawing.spine import find_spine
from whence.drawing.telling import gap_text
from whence.query.lineage import Lineage

_MARGIN = 28
_LANE_PAD = 12
_HEAD = 66
_LANE_HEAD = 34
_NARROWEST = 640
_NOTES = 12
_HATCH = (
    '<defs><pattern id="whence-hatch" width="6" height="6" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><path class="hatch" d="M0 0V6"/></pattern></defs>'
)


def render_svg(lineage: Lineage, *, cap: int = CAP) -> str:
    """The lineage as a drawing.

    Args:
        lineage: The answer to draw.
        cap: With more items than this, the picture says so and counts the things of each kind.
    """
    picture = compose_picture(lineage, cap=cap)
    sheet = _Counted(picture) if picture.is_too_large else _Drawn(picture)
    return "\n".join(sheet.lines()) + "\n"


class _Sheet(ABC):
    """The page around a drawing."""

    def __init__(self, picture: Picture) -> None:
        self.picture = picture
        self.width = _NARROWEST
        self.height = _HEAD

    def lines(self) -> Iterator[str]:
        """The file, line by line."""
        body = list(self.body())  # sets the size, which stands in the first line
        title, told = printable(story(self.picture)), self._sum()
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{self.width}" height="{self.height}" '
            f'viewBox="0 0 {self.width} {self.height}" role="img" xml:space="preserve" '
            f'aria-labelledby="whence-title whence-desc" data-layout="{LAYOUT_VERSION}">'
        )
        yield f'<title id="whence-title">{as_xml(title)}</title>'
        yield f'<desc id="whence-desc">{as_xml(told)}</desc>'
        yield f"<style>{STYLE}</style>"
        yield _HATCH
        yield f'<rect class="page" width="{self.width}" height="{self.height}"/>'
        room = self.width - 2 * _MARGIN
        yield draw_text(_MARGIN, 34, fit_text(title, 20, room, bold=True), "title")
        yield draw_text(_MARGIN, 56, fit_end(told, 13, room), "soft small")
        yield from body
        yield "</svg>"

    @abstractmethod
    def body(self) -> Iterator[str]:
        """What stands below the head; sets the size of the page."""

    def _sum(self) -> str:
        lineage = self.picture.lineage
        words = [counted(len(lineage.nodes), "thing", "things")]
        if self.picture.is_too_large:
            words.append("not drawn")
        if self.picture.troubled:
            words.append(f"{counted(self.picture.troubled, 'run', 'runs')} failed or killed")
        gaps = len(lineage.gaps)
        words.append(counted(gaps, "thing not known", "things not known") if gaps else "no gaps")
        if lineage.truncated:
            words.append("there is more than this answer holds")
        return "; ".join(words) + "."

    def notes(self, top: int) -> Iterator[str]:
        """What is not known, in sentences."""
        gaps = self.picture.lineage.gaps
        if not gaps:
            return
        top += 26
        yield draw_text(_MARGIN, top, "What is not known", "ink head")
        room = self.width - 2 * _MARGIN
        for gap in gaps[:_NOTES]:
            top += 21
            text = f"? {gap_text(gap, '')}"
            if gap.remedy:
                text += f"; to fill it: {gap.remedy}"
            yield draw_text(_MARGIN, top, fit_end(printable(text), 13, room), "ink small")
        if len(gaps) > _NOTES:
            top += 21
            rest = f"+ {count_text(len(gaps) - _NOTES)} more"
            yield draw_text(_MARGIN, top, rest, "soft small")
        self.height = top + _MARGIN


class _Counted(_Sheet):
    """A page that says that there is too much to draw, and how much of what."""

    def body(self) -> Iterator[str]:
        picture = self.picture
        told = (
            f"{counted(picture.needed, 'item', 'items')} cannot be read in one picture. "
            "Ask about something nearer, or read them as a list."
        )
        yield draw_text(_MARGIN, 96, fit_end(told, 13, self.width - 2 * _MARGIN), "ink small")
        y = 112
        most_first = sorted(picture.counts.items(), key=lambda each: (-each[1], each[0].value))
        for kind, count in most_first:
            look = KIND_LOOKS[kind]
            y += 26
            yield (
                f'<g class="{look.colour}"><path class="glyph" '
                f'transform="translate({_MARGIN} {y - 11})" d="{GLYPHS[look.glyph]}"/>'
                f"{draw_text(_MARGIN + 22, y, many_of(kind, count), 'ink')}</g>"
            )
        self.height = y + _MARGIN
        yield from self.notes(y + 10)


class _Drawn(_Sheet):
    """A page with the drawing, its legend and its notes."""

    def __init__(self, picture: Picture) -> None:
        super().__init__(picture)
        hung = hang(picture)
        self.picture = hung.picture
        self._faces, self._riders = hung.faces, hung.riders
        self._boxes = [
            measure_item(*each)
            for each in zip(self.picture.items, hung.faces, hung.riders, strict=True)
        ]
        self._columns = find_columns(self.picture)
        spine = find_spine(self.picture)
        self._steps = set(pairwise(spine))
        self._layout = place(
            self._boxes,
            [Line(each.cause, each.effect, each.basis) for each in self.picture.arrows],
            self._columns.of,
            spine,
            frozenset(lane.first for lane in self._columns.lanes),
        )
        self.width = max(self._layout.width + 2 * (_MARGIN + _LANE_PAD), _NARROWEST)

    def body(self) -> Iterator[str]:
        has_lanes = len(self._columns.lanes) > 1
        left, top = _MARGIN + _LANE_PAD, _HEAD + (_LANE_HEAD if has_lanes else 0) + _LANE_PAD
        if has_lanes:
            yield from self._lanes(left, top)
        yield f'<g transform="translate({left} {top})">'
        yield from self._arrows()
        yield from self._items()
        yield "</g>"
        bottom = top + self._layout.height + _LANE_PAD + 12
        lines, bottom = _draw_legend(self._explained(), bottom, self.width)
        yield from lines
        self.height = bottom + _MARGIN - 12
        yield from self.notes(bottom)

    def _lanes(self, left: int, top: int) -> Iterator[str]:
        height = self._layout.height + _LANE_HEAD + 2 * _LANE_PAD
        y = top - _LANE_HEAD - _LANE_PAD
        for lane in self._columns.lanes:
            x = left + self._layout.columns[lane.first][0] - _LANE_PAD
            wide = left + self._layout.columns[lane.last][1] + _LANE_PAD - x
            yield f'<rect class="band" x="{x}" y="{y}" width="{wide}" height="{height}" rx="10"/>'
            yield draw_text(x + _LANE_PAD, y + 24, lane.title, "head soft")

    def _arrows(self) -> Iterator[str]:
        """All arrows, the main line last and so on top."""
        drawn: list[tuple[bool, Arrow, Sequence[Point]]] = [
            ((arrow.cause, arrow.effect) in self._steps, arrow, points)
            for arrow, points in zip(self.picture.arrows, self._layout.routes, strict=True)
        ]
        met = set[tuple[int, str, bool, Point]]()
        for on_spine, arrow, points in sorted(drawn, key=lambda each: each[0]):
            # Where arrows of one cause run together, one line is drawn: each begins at its branch.
            keys = [(arrow.cause, arrow.basis, on_spine, point) for point in points]
            begin = next((at for at in range(1, len(keys)) if keys[at] not in met), 1) - 1
            met.update(keys)
            yield draw_arrow(arrow, self._told(arrow), points[begin:], on_spine=on_spine)

    def _told(self, arrow: Arrow) -> str:
        how = ", ".join(kind.replace("_", " ") for kind in arrow.kinds)
        roles = f" as {', '.join(arrow.roles)}" if arrow.roles else ""
        cause, effect = self._faces[arrow.cause].name, self._faces[arrow.effect].name
        return printable(f"{effect}: {how}{roles}: {cause} ({', '.join(arrow.bases)})")

    def _items(self) -> Iterator[str]:
        """All items, column by column."""
        spots, root = self._layout.spots, self.picture.root_item
        order = sorted(range(len(spots)), key=lambda at: (spots[at].x, spots[at].y))
        for at in order:
            item, face, spot = self.picture.items[at], self._faces[at], spots[at]
            names = ["item", KIND_LOOKS[item.kind].colour]
            names += ["troubled"] * item.is_troubled + ["root"] * (at == root)
            yield (
                f'<g class="{" ".join(names)}" transform="translate({spot.x} {spot.y})" '
                f'data-id="{as_xml(printable(item.first.node.id))}">'
            )
            yield from draw_item(item, face, self._riders[at], self._boxes[at].width)
            yield "</g>"

    def _explained(self) -> Iterator[str]:
        """Everything on the page that needs a word."""
        if self._steps:
            yield "main line"
        bases = {arrow.basis for arrow in self.picture.arrows}
        bases.update(rider.basis for riders in self._riders for rider in riders)
        yield from (basis for basis in BASES if basis in bases)
        if any(face.gap for face in self._faces):
            yield "not known"
        if any(item.is_troubled for item in self.picture.items):
            yield "failed or killed"


def _draw_legend(words: Iterable[str], top: int, width: int) -> tuple[list[str], int]:
    lines: list[str] = []
    x, y = _MARGIN, top + 16
    for each in words:
        wide = 44 + int(text_width(each, 13)) + 26
        if x + wide > width - _MARGIN and x > _MARGIN:
            x, y = _MARGIN, y + 24
        lines.append(f'<g transform="translate({x} {y})">{SAMPLES[each]}</g>')
        lines.append(draw_text(x + 44, y + 4, each, "soft small"))
        x += wide
    return lines, y + 14 if lines else top
