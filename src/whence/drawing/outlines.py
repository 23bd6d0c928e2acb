"""Outlines and glyphs as SVG paths: the forms that tell kinds apart without colour."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Outline:
    """The form of an item."""

    draw: Callable[[int, int], str]
    """Width and height → the data of a path, from 0, 0."""
    left: int = 12
    """Pixels between the left edge and text."""
    right: int = 12


def _box(w: int, h: int) -> str:
    return f"M8 0H{w - 8}a8 8 0 0 1 8 8V{h - 8}a8 8 0 0 1-8 8H8a8 8 0 0 1-8-8V8a8 8 0 0 1 8-8z"


def _pill(w: int, h: int) -> str:
    r = h // 2
    return f"M{r} 0H{w - r}a{r} {r} 0 0 1 0 {h}H{r}a{r} {r} 0 0 1 0-{h}z"


def _cut(w: int, h: int) -> str:
    return f"M0 0H{w}V{h}H12L0 {h - 12}z"


def _hexagon(w: int, h: int) -> str:
    return f"M12 0H{w - 12}L{w} {h // 2}L{w - 12} {h}H12L0 {h // 2}z"


def _page(w: int, h: int) -> str:
    return f"M0 0H{w - 14}L{w} 14V{h}H0zM{w - 14} 0V14H{w}"


def _label(w: int, h: int) -> str:
    return f"M4 0H{w - 16}L{w} {h // 2}L{w - 16} {h}H4a4 4 0 0 1-4-4V4a4 4 0 0 1 4-4z"


def _double(w: int, h: int) -> str:
    return f"M0 0H{w}V{h}H0zM3.5 3.5H{w - 3.5:g}V{h - 3.5:g}H3.5z"


OUTLINES: Mapping[str, Outline] = MappingProxyType(
    {
        "box": Outline(_box),
        "pill": Outline(_pill, 22, 20),
        "cut": Outline(_cut),
        "hexagon": Outline(_hexagon, 20, 20),
        "page": Outline(_page, 12, 16),
        "double": Outline(_double),
        "label": Outline(_label, 12, 22),
    }
)

GLYPHS: Mapping[str, str] = MappingProxyType(
    {
        "play": "M3 1.5L11.5 6L3 10.5z",
        "cylinder": "M1.5 3a4.5 2 0 0 0 9 0a4.5 2 0 0 0-9 0V9.5a4.5 2 0 0 0 9 0V3",
        "cube": "M6 .8L11 3.4V8.6L6 11.2L1 8.6V3.4zM1 3.4L6 6L11 3.4M6 6V11.2",
        "ribbon": "M3 6.5L2 11.5L6 9.5L10 11.5L9 6.5M6 .8a3.2 3.2 0 0 0 0 6.4a3.2 3.2 0 0 0 0-6.4",
        "brackets": "M4 2.5L.8 6L4 9.5M8 2.5L11.2 6L8 9.5",
        "layers": "M6 1L11.2 3.6L6 6.2L.8 3.6zM.8 6L6 8.6L11.2 6M.8 8.4L6 11L11.2 8.4",
        "sliders": "M1 3H11M1 6H11M1 9H11M4 1.6V4.4M8 4.6V7.4M3.4 7.6V10.4",
        "speech": "M1 1.5H11V8H6L3.5 10.8V8H1z",
        "bars": "M1 11H11M2.5 11V6.5M6 11V2M9.5 11V4.5",
        "lines": "M1.5 2H10.5M1.5 4.7H10.5M1.5 7.4H10.5M1.5 10H7",
        "grid": "M1 1H11V11H1zM1 4.3H11M1 7.7H11M4.3 1V11M7.7 1V11",
        "person": "M6 1a2.4 2.4 0 0 0 0 4.8a2.4 2.4 0 0 0 0-4.8M1.4 11a4.6 4 0 0 1 9.2 0",
        "wrench": "M7.5 4.5L2 10M8 1.2a3 3 0 1 0 2.8 2.8L9 5.2L7 3.2z",
        "parts": "M1 1H5V5H1zM7 1H11V5H7zM4 7H8V11H4zM3 5V6H9V5M6 6V7",
        "rise": "M1 11H11M6 9V1.5M2.8 4.7L6 1.5L9.2 4.7",
        "cross": "M2 2L10 10M10 2L2 10",
    }
)
"""Drawn with lines in a square of 12 pixels."""

GLYPH_SIZE = 12
