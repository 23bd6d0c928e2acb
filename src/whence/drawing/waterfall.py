"""How a number came from one value to another, step by step, as bars: numbers and the SVG of them.

Each step hangs where the one before it ended. A whisker says how far its end may be off. Colour
only repeats the sign, which stands in the figures and in the arrow of each bar.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from whence.drawing.escaping import printable
from whence.drawing.kinds import COLOURS, Colour
from whence.drawing.lettering import fit_end, fit_text, text_width
from whence.drawing.markup import as_xml, draw_text
from whence.drawing.sheet import STYLE

MINUS = "\N{MINUS SIGN}"

Scale = Callable[[float], int]
"""Value → pixel."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One step."""

    name: str
    change: float
    low: float
    """The least that the change may be."""
    high: float
    certain: bool = True
    """Whether it is more than noise."""
    note: str = ""
    """A few words behind the figures."""


@dataclass(frozen=True, slots=True)
class Waterfall:
    """From a value to another."""

    title: str
    told: str
    """A sentence below the title."""
    start: tuple[str, float]
    """What the first value is of, and the value."""
    end: tuple[str, float]
    bars: tuple[Bar, ...]
    decimals: int
    """With how many figures are told."""
    notes: tuple[str, ...] = ()
    """Sentences below the drawing."""

    def spans(self) -> list[tuple[float, float]]:
        """From where to where each bar goes."""
        at, found = self.start[1], []
        for bar in self.bars:
            found.append((at, at + bar.change))
            at += bar.change
        return found

    def reach(self) -> tuple[float, float]:
        """The least and the largest value that are drawn; apart, also where nothing changed."""
        values = [self.start[1], self.end[1]]
        for bar, (begin, _) in zip(self.bars, self.spans(), strict=True):
            values += [begin + bar.change, begin + bar.low, begin + bar.high]
        low, high = min(values), max(values)
        room = (high - low) * 0.04 or max(abs(low) * 0.01, 1e-9)
        return low - room, high + room


def figure(value: float, decimals: int) -> str:
    """A value, with the sign for minus."""
    return f"{value:.{decimals}f}".replace("-", MINUS)


def signed(value: float, decimals: int) -> str:
    """A change with its sign: ``+0.0035``; none where it rounds to nothing."""
    text = figure(abs(value), decimals)
    if not text.strip("0."):
        return text
    return f"{MINUS if value < 0 else '+'}{text}"


# -------------------------------------------------------------------------------- SVG

_MARGIN = 28
_HEAD = 76
_ROW = 34
_BAR = 18
_NAME = 300
_PLOT = 420
_FIGURES = 190
_WIDTH = 2 * _MARGIN + _NAME + _PLOT + _FIGURES + 24

_LOOKS: Mapping[str, tuple[str, Colour]] = MappingProxyType(
    {
        ".falls": ("fill", COLOURS["model"]),
        ".rises": ("fill", COLOURS["data"]),
        ".ends": ("fill", COLOURS["input"]),
        ".doubt": ("stroke", Colour("#1a1f25", "#e8ebee")),
        ".halo": ("stroke", Colour("#ffffff", "#14181c")),
        ".level": ("stroke", Colour("#77818c", "#808b96")),
        ".faint": ("fill", Colour("#c3cad1", "#46505a")),
    }
)
_FORMS = (
    ".doubt{stroke-width:1.4;fill:none}.halo{stroke-width:4;fill:none}"
    ".level{stroke-width:1;stroke-dasharray:2 3;fill:none}"
    ".right{text-anchor:end}.arrow{fill:none;stroke-width:1.6;stroke-linejoin:round}"
)


def _style() -> str:
    def rules(*, dark: bool) -> str:
        told = "".join(
            f"{name}{{{what}:{colour.dark if dark else colour.light}}}"
            for name, (what, colour) in _LOOKS.items()
        )
        return told + f".arrow{{stroke:{'#14181c' if dark else '#ffffff'}}}"

    dark = f"@media (prefers-color-scheme:dark){{{rules(dark=True)}}}"
    return STYLE + _FORMS + rules(dark=False) + dark


def render_waterfall(fall: Waterfall) -> str:
    """The drawing as one SVG file: no script, no foreign font, light and dark alike."""
    body = list(_body(fall))
    height = _HEAD + (len(fall.bars) + 2) * _ROW + 18 + 21 * len(fall.notes) + _MARGIN
    title, told = printable(fall.title), printable(fall.told)
    room = _WIDTH - 2 * _MARGIN
    lines = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}" '
            f'viewBox="0 0 {_WIDTH} {height}" role="img" xml:space="preserve" '
            'aria-labelledby="whence-title whence-desc">'
        ),
        f'<title id="whence-title">{as_xml(title)}</title>',
        f'<desc id="whence-desc">{as_xml(told)}</desc>',
        f"<style>{_style()}</style>",
        f'<rect class="page" width="{_WIDTH}" height="{height}"/>',
        draw_text(_MARGIN, 34, fit_text(title, 20, room, bold=True), "title"),
        draw_text(_MARGIN, 56, fit_end(told, 13, room), "soft small"),
        *body,
    ]
    top = _HEAD + (len(fall.bars) + 2) * _ROW + 30
    for at, note in enumerate(fall.notes):
        lines.append(
            draw_text(_MARGIN, top + 21 * at, fit_end(printable(note), 13, room), "soft small")
        )
    return "\n".join([*lines, "</svg>"]) + "\n"


def _body(fall: Waterfall) -> Iterator[str]:
    low, high = fall.reach()
    left = _MARGIN + _NAME + 12

    def x(value: float) -> int:
        return left + round((value - low) / (high - low) * _PLOT)

    yield from _end(fall, fall.start, 0, x)
    for row, (bar, span) in enumerate(zip(fall.bars, fall.spans(), strict=True), 1):
        yield from _step(fall, bar, span, row, x)
    yield from _end(fall, fall.end, len(fall.bars) + 1, x)


def _end(fall: Waterfall, end: tuple[str, float], row: int, x: Scale) -> Iterator[str]:
    name, value = end
    middle = _HEAD + row * _ROW + _ROW // 2
    at = x(value)
    yield _name(name, middle, "ink name")
    yield f'<rect class="ends" x="{at - 3}" y="{middle - 12}" width="6" height="24" rx="2"/>'
    down = row == 0
    yield (
        f'<path class="level" d="M{at} {middle + 12 if down else middle - 12}'
        f'V{middle + _ROW - _BAR // 2 if down else middle - _ROW + _BAR // 2}"/>'
    )
    yield _figures(figure(value, fall.decimals), middle, "ink name")


def _step(
    fall: Waterfall, bar: Bar, span: tuple[float, float], row: int, x: Scale
) -> Iterator[str]:
    begin, end = x(span[0]), x(span[1])
    middle = _HEAD + row * _ROW + _ROW // 2
    look = ("rises" if bar.change > 0 else "falls") if bar.certain else "faint"
    left, wide = min(begin, end), max(abs(end - begin), 2)
    told = f"{signed(bar.change, fall.decimals)} [{signed(bar.low, fall.decimals)}, "
    told += f"{signed(bar.high, fall.decimals)}]"
    yield "<g>"
    yield f"<title>{as_xml(printable(f'{bar.name}: {told} {bar.note}'.rstrip()))}</title>"
    yield _name(bar.name, middle, "ink")
    yield (
        f'<rect class="{look}" x="{left}" y="{middle - _BAR // 2}" width="{wide}" '
        f'height="{_BAR}" rx="2"/>'
    )
    # The arrow stands where no whisker is: between where the bar begins and the least it may be.
    free = x(span[0] + (bar.low if bar.change > 0 else bar.high))
    if abs(free - begin) >= 20 and bar.certain:
        turn = 4 if bar.change > 0 else -4
        centre = (begin + free) // 2 - turn // 2
        yield (
            f'<path class="arrow" d="M{centre} {middle - 4}L{centre + turn} {middle}'
            f'L{centre} {middle + 4}"/>'
        )
    if bar.low != bar.high:
        one, other = x(span[0] + bar.low), x(span[0] + bar.high)
        drawn = (
            f"M{one} {middle}H{other}M{one} {middle - 5}V{middle + 5}"
            f"M{other} {middle - 5}V{middle + 5}"
        )
        yield f'<path class="halo" d="{drawn}"/><path class="doubt" d="{drawn}"/>'
    if row < len(fall.bars):
        yield f'<path class="level" d="M{end} {middle + _BAR // 2}V{middle + _ROW - _BAR // 2}"/>'
    yield _figures(
        signed(bar.change, fall.decimals), middle, "ink name" if bar.certain else "soft", bar.note
    )
    yield "</g>"


def _name(text: str, middle: int, names: str) -> str:
    bold = "name" in names
    return draw_text(_MARGIN, middle + 5, fit_text(printable(text), 14, _NAME, bold=bold), names)


def _figures(text: str, middle: int, names: str, note: str = "") -> str:
    left = _MARGIN + _NAME + _PLOT + 24
    told = draw_text(left, middle + 5, text, names)
    if note:
        beside = left + round(text_width(text, 14, bold=True)) + 10
        room = _WIDTH - _MARGIN - beside
        told += draw_text(beside, middle + 5, fit_end(printable(note), 12, room), "soft fact")
    return told


# ---------------------------------------------------------------------------- letters


def bar_of_letters(
    span: tuple[float, float], reach: tuple[float, float], cells: int, *, plain: bool
) -> str:
    """A bar as a row of characters: empty up to where it begins, then full blocks.

    Args:
        span: From where to where it goes.
        reach: The values at both ends of the row.
        cells: How many characters the row has.
        plain: Whether only ASCII can be shown.
    """
    low, high = reach

    def at(value: float) -> int:
        return min(max(round((value - low) / (high - low) * (cells - 1)), 0), cells - 1)

    begin, end = at(span[0]), at(span[1])
    left, right = min(begin, end), max(begin, end)
    full = "#" if plain else "█"
    if span[0] == span[1]:
        return " " * left + ("|" if plain else "│")
    return " " * left + full * max(right - left, 1)
