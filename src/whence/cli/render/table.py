"""Aligned columns, fitted to the width of a terminal."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from whence.cli.render.style import Paint
from whence.cli.render.text import cells, cut, printable, shorten

_GAP = "  "


class Fit(Enum):
    """What happens to a column's cells where the table is too wide."""

    WHOLE = "whole"
    """Never shortened: numbers, ids, states."""
    END = "end"
    """Loses its end: a command line."""
    MIDDLE = "middle"
    """Loses its middle: a path."""


@dataclass(frozen=True, slots=True)
class Column:
    """How one column is shown."""

    title: str
    right: bool = False
    """Whether its cells end in line, as numbers do."""
    fit: Fit = Fit.WHOLE
    least: int = 12
    """How many cells it keeps however narrow the terminal is."""


Style = Callable[[int, int], str | None]
"""Row and column → the style of that cell, or ``None``."""


def render_table(
    columns: Sequence[Column],
    rows: Sequence[Sequence[str]],
    *,
    width: int,
    paint: Paint,
    style: Style = lambda _row, _column: None,
) -> str:
    """The rows under their titles, one line each.

    Args:
        columns: Title and form of each column.
        rows: As many texts in each as there are columns; made printable here.
        width: Cells of a line. Columns that may be shortened share what is missing; where that is
            not enough, lines are longer, since an id cut in half names nothing.
        paint: Puts on colours.
        style: Which cell wears which.
    """
    shown = [[printable(text) for text in row] for row in rows]
    widths = _fitted(columns, shown, width)
    lines = [paint(_GAP.join(_aligned(columns, widths, [each.title for each in columns])), "dim")]
    for row_at, row in enumerate(shown):
        worn = []
        for at, text in enumerate(_aligned(columns, widths, row)):
            told = style(row_at, at)
            worn.append(paint(text, told) if told else text)
        lines.append(_GAP.join(worn))
    return "\n".join(line.rstrip() for line in lines)


def _fitted(columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int) -> list[int]:
    widths = [
        max(cells(each.title), *(cells(row[at]) for row in rows), 0)
        for at, each in enumerate(columns)
    ]
    missing = sum(widths) + len(_GAP) * (len(columns) - 1) - width
    while missing > 0:
        # One cell after another from whichever is widest, so that all end about equally wide.
        can = [
            at
            for at, each in enumerate(columns)
            if each.fit is not Fit.WHOLE and widths[at] > each.least
        ]
        if not can:
            break
        widths[max(can, key=lambda at: (widths[at], at))] -= 1
        missing -= 1
    return widths


def _aligned(columns: Sequence[Column], widths: Sequence[int], row: Sequence[str]) -> list[str]:
    last = len(columns) - 1
    aligned = []
    for at, (column, width, text) in enumerate(zip(columns, widths, row, strict=True)):
        fitted = text
        if column.fit is Fit.END:
            fitted = cut(text, width)
        elif column.fit is Fit.MIDDLE:
            fitted = shorten(text, width)
        space = " " * (width - cells(fitted))
        if column.right:
            fitted = space + fitted
        elif at != last:
            fitted += space
        aligned.append(fitted)
    return aligned
