"""How wide a text will be, whatever ordinary sans font the reader has.

SVG text does not wrap and does not end in an ellipsis by itself, so a text must be known to fit
before it is drawn. The table holds the advance widths of DejaVu Sans, the widest of the fonts that
systems use for ``sans-serif``; in every other one the text is a little shorter than its room.
"""

import unicodedata
from collections.abc import Mapping

ELLIPSIS = "…"

_REGULAR = {
    0.28: "'ijl",
    0.30: "IJ",
    0.32: " ,.",
    0.34: "/:;\\|",
    0.36: "f",
    0.38: "-",
    0.40: "()[]t",
    0.42: "!r",
    0.46: '"',
    0.50: "*_`",
    0.54: "?sz",
    0.56: "Lc",
    0.58: "Fk",
    0.60: "vxy",
    0.62: "PTYaeo",
    0.64: "$0123456789ESbdghnpqu{}·",
    0.66: "K",
    0.70: "ABCRVXZ",
    0.74: "U",
    0.76: "HN",
    0.78: "&DG",
    0.80: "OQ",
    0.82: "w",
    0.84: "#+<=>^~",
    0.88: "M",
    0.96: "%",
    0.98: "m",
    1.00: "@W…",
}
_BOLD = {
    0.32: "'",
    0.36: " ijl",
    0.38: ",./IJ\\|",
    0.40: ":;",
    0.42: "-",
    0.44: "f",
    0.46: "!()[]",
    0.48: "t",
    0.50: "_`r",
    0.54: '"*',
    0.60: "?csz",
    0.64: "L",
    0.66: "vxy",
    0.68: "aek",
    0.70: "$0123456789EFTo",
    0.72: "bdghnpqu{}·",
    0.74: "CPSYZ",
    0.78: "ABKRVX",
    0.82: "U",
    0.84: "#+<=>DGHN^~",
    0.86: "OQ",
    0.88: "&",
    0.94: "w",
    1.00: "@M…",
    1.02: "%",
    1.06: "m",
    1.12: "W",
}

_GIANTS = {"\ufdfd": 12.0}
"""A whole Arabic phrase in one character, the widest there is."""


def _by_character(rows: Mapping[float, str]) -> dict[str, float]:
    return {char: width for width, chars in rows.items() for char in chars}


_WIDTHS = {False: _by_character(_REGULAR), True: _by_character(_BOLD)}


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """The width of a printable text in pixels, at most.

    Args:
        text: One line.
        size: Font size in pixels.
        bold: Whether it is set in bold.
    """
    widths = _WIDTHS[bold]
    return size * sum(widths.get(char) or _other(char, bold=bold) for char in text)


def _other(char: str, *, bold: bool) -> float:
    if unicodedata.category(char) in {"Mn", "Me"}:
        return 0.0
    if char in _GIANTS:
        return _GIANTS[char]
    if "\U00012000" <= char <= "\U0001254f":
        return 3.0  # cuneiform
    # A ligature is as wide as its letters.
    letters = len(unicodedata.normalize("NFKC", char))
    return letters * (1.2 if bold else 1.05)


def fit_text(text: str, size: float, room: float, *, bold: bool = False) -> str:
    """The text, shortened to its room: a path loses its first folders, then its middle.

    Args:
        text: One line.
        size: Font size in pixels.
        room: Pixels there are.
        bold: Whether it is set in bold.
    """
    if text_width(text, size, bold=bold) <= room:
        return text
    rest = text
    while "/" in rest:
        rest = rest.partition("/")[2]
        if rest and text_width(f"{ELLIPSIS}/{rest}", size, bold=bold) <= room:
            return f"{ELLIPSIS}/{rest}"
    name = text.rstrip("/").rpartition("/")[2] or text
    keep = len(name)
    while keep > 0:
        keep -= 1
        head = keep // 2
        shown = name[:head] + ELLIPSIS + name[len(name) - (keep - head) :]
        if text_width(shown, size, bold=bold) <= room:
            return shown
    return ELLIPSIS


def fit_parts(text: str, size: float, room: float, *, between: str = " · ") -> str:
    """The text without its last parts, as many as must go; then shortened at its end."""
    shown = text
    while between in shown and text_width(shown, size) > room:
        shown = shown.rpartition(between)[0]
    return fit_end(shown, size, room)


def fit_end(text: str, size: float, room: float, *, bold: bool = False) -> str:
    """The text, shortened at its end: for sentences."""
    if text_width(text, size, bold=bold) <= room:
        return text
    keep = len(text)
    while keep and text_width(text[:keep].rstrip() + ELLIPSIS, size, bold=bold) > room:
        keep -= 1
    return text[:keep].rstrip() + ELLIPSIS
