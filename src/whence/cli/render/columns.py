"""The lineage of a column as a tree."""

from collections import defaultdict

from whence.cli.render.text import cut, printable, shorten
from whence.query.columns import Column, ColumnEdge, ColumnLineage
from whence.store.interface import Direction

_LINES = ("├─ ", "└─ ", "│  ", "   ")
_ASCII = ("|- ", "`- ", "|  ", "   ")


def render_columns(answer: ColumnLineage, width: int, *, encoding: str | None = "utf-8") -> str:
    """The column asked about on top, below it what it came from, or what came of it.

    Args:
        answer: The answer.
        width: Cells of a line.
        encoding: What the terminal understands; other than UTF-8 gives plain ASCII lines.
    """
    glyphs = _LINES if "utf" in (encoding or "ascii").lower() else _ASCII
    return "\n".join(_Tree(answer, max(width, 40), glyphs).lines())


class _Tree:
    def __init__(self, answer: ColumnLineage, width: int, glyphs: tuple[str, ...]) -> None:
        self._answer = answer
        self._width = width
        self._glyphs = glyphs
        self._shown: set[Column] = set()
        self._after: dict[Column, list[tuple[Column, ColumnEdge]]] = defaultdict(list)
        for edge in answer.edges:
            ends = (edge.origin, edge.target)
            near, far = ends if answer.direction is Direction.ORIGINS else ends[::-1]
            if all(each != far for each, _ in self._after[near]):
                self._after[near].append((far, edge))

    def lines(self) -> list[str]:
        answer = self._answer
        told = [self._named(answer.root, self._width), *self._below(answer.root, "")]
        told += [
            cut(f"? {printable(gap.about)}: {printable(gap.reason)}", self._width * 2)
            for gap in answer.gaps
        ]
        things = len({each.dataset for each in answer.columns})
        columns = f"{len(answer.columns)} columns" if len(answer.columns) != 1 else "1 column"
        of = f"{things} things" if things != 1 else "1 thing"
        gaps = {0: "no gaps", 1: "1 gap"}.get(len(answer.gaps), f"{len(answer.gaps)} gaps")
        more = "; there are more" if answer.truncated else ""
        return [*told, "", f"{columns} of {of}; {gaps}{more}."]

    def _below(self, column: Column, indent: str) -> list[str]:
        if column in self._shown:
            return []
        self._shown.add(column)
        fork, last, line, blank = self._glyphs
        told: list[str] = []
        nexts = self._after.get(column, [])
        for at, (far, edge) in enumerate(nexts):
            ends = at == len(nexts) - 1
            how = [edge.how] if edge.how else []
            if edge.run is not None:
                how.append(f"by {shorten(printable(self._answer.nodes[edge.run].name), 30)}")
            tail = f"  ({', '.join([*how, edge.basis.value])})"
            again = "  (above)" if far in self._shown and self._after.get(far) else ""
            start = indent + (last if ends else fork)
            room = max(self._width - len(start) - len(tail) - len(again), 24)
            told.append(start + self._named(far, room) + tail + again)
            told += self._below(far, indent + (blank if ends else line))
        return told

    def _named(self, column: Column, room: int) -> str:
        """``DATASET#COLUMN``, the dataset by its table or file alone where there is no room."""
        dataset = printable(self._answer.nodes[column.dataset].name)
        name = printable(column.name)
        if len(dataset) + len(name) + 1 > room:
            dataset = shorten(dataset.rpartition("#")[2], max(room - len(name) - 1, 12))
        return f"{dataset}#{name}"
