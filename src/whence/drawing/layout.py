"""Where each box stands and how each arrow runs: a layered layout in plain Python.

Columns are given (``lanes``). Arrows over several columns get way-points, shared by all arrows of
one cause, so that they run together as long as they can; the order of each column is chosen so
that few arrows cross (``order``); heights are such that arrows are short and the spine is straight
(``rows``). Deterministic: equal input gives equal output, on every machine.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from whence.drawing.order import find_order
from whence.drawing.rows import find_rows

LAYOUT_VERSION = 1
"""Raised with every change that moves a box of an existing picture; pictures carry it."""

BOX_GAP = 18
"""Pixels between boxes, one below the other."""

LINE_GAP = 9
"""Pixels between an arrow and whatever it passes."""

COLUMN_GAP = 36
LANE_GAP = 16
"""Pixels added between columns of different lanes."""

Point = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Box:
    """The size of what is to be placed."""

    width: int
    above: int
    """Pixels above the line at which arrows meet it."""
    below: int


@dataclass(frozen=True, slots=True)
class Line:
    """An arrow to be placed, by the places of its boxes."""

    cause: int
    effect: int
    trunk: Hashable = None
    """Arrows of one cause run together when these are equal."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a box stands: its upper left corner, and the height at which arrows meet it."""

    x: int
    y: int
    port: int


@dataclass(frozen=True, slots=True)
class Layout:
    """Everything placed; the origin is the upper left corner of all of it."""

    spots: tuple[Spot, ...]
    routes: tuple[tuple[Point, ...], ...]
    """For each arrow the points it runs through: straight over a column, curved between two."""
    columns: tuple[tuple[int, int], ...]
    """The left and right edge of each column."""
    width: int
    height: int


def place(
    boxes: Sequence[Box],
    lines: Sequence[Line],
    columns: Sequence[int],
    spine: Sequence[int],
    lane_starts: frozenset[int] = frozenset(),
) -> Layout:
    """Place boxes and arrows.

    Args:
        boxes: What is placed.
        lines: The arrows.
        columns: The column of each box, from 0 on without holes.
        spine: Boxes in different columns that stand on one straight line.
        lane_starts: Columns that begin a lane and stand a little apart.
    """
    graph = _Graph(boxes, lines, columns, spine)
    order = find_order(graph.columns, graph.links, spine)
    heights = find_rows(order, graph.links, graph.spine, graph.distance)
    top = min((heights[at] - box.above for at, box in enumerate(boxes)), default=0)
    bottom = max((heights[at] + box.below for at, box in enumerate(boxes)), default=0)
    top = min([top, *(height - LINE_GAP for height in heights)])
    bottom = max([bottom, *(height + LINE_GAP for height in heights)])
    edges = _edges(boxes, columns, lane_starts)
    spots = tuple(
        Spot(edges[columns[at]][0], heights[at] - box.above - top, heights[at] - top)
        for at, box in enumerate(boxes)
    )
    return Layout(
        spots=spots,
        routes=tuple(
            _route(boxes, spots, line, graph.ways[at], heights, edges, columns, top)
            for at, line in enumerate(lines)
        ),
        columns=edges,
        width=edges[-1][1] if edges else 0,
        height=bottom - top,
    )


class _Graph:
    """Boxes and way-points as vertices, arrows as links between columns side by side."""

    def __init__(
        self,
        boxes: Sequence[Box],
        lines: Sequence[Line],
        columns: Sequence[int],
        spine: Sequence[int],
    ) -> None:
        self._boxes = boxes
        self._column_of = list(columns)
        self.columns: list[list[int]] = [[] for _ in range(max(columns, default=-1) + 1)]
        for at, column in enumerate(columns):
            self.columns[column].append(at)
        self.links: list[tuple[int, int]] = []
        self.ways: list[tuple[int, ...]] = []
        """For each arrow, its way-points from cause to effect."""
        straight = set(spine)
        steps = set(pairwise(spine))
        met: dict[tuple[int, Hashable, int], int] = {}
        linked = set[tuple[int, int]]()
        for line in lines:
            on_spine = (line.cause, line.effect) in steps
            trunk = ("spine",) if on_spine else ("trunk", line.trunk)
            way: list[int] = []
            for column in range(columns[line.cause] + 1, columns[line.effect]):
                key = (line.cause, trunk, column)
                if key not in met:
                    met[key] = len(self._column_of)
                    self._column_of.append(column)
                    self.columns[column].append(met[key])
                way.append(met[key])
            self.ways.append(tuple(way))
            if on_spine:
                straight.update(way)
            whole = [line.cause, *way, line.effect]
            for link in pairwise(whole):
                side_by_side = self._column_of[link[0]] + 1 == self._column_of[link[1]]
                if side_by_side and link not in linked:
                    linked.add(link)
                    self.links.append(link)
        self.spine = frozenset(straight)

    def distance(self, upper: int, lower: int) -> int:
        """How far apart two vertices of a column must stand."""
        boxes = self._boxes
        below = boxes[upper].below if upper < len(boxes) else 0
        above = boxes[lower].above if lower < len(boxes) else 0
        both = upper < len(boxes) and lower < len(boxes)
        return below + above + (BOX_GAP if both else LINE_GAP)


def _edges(
    boxes: Sequence[Box], columns: Sequence[int], lane_starts: frozenset[int]
) -> tuple[tuple[int, int], ...]:
    widths = [0] * (max(columns, default=-1) + 1)
    for box, column in zip(boxes, columns, strict=True):
        widths[column] = max(widths[column], box.width)
    edges: list[tuple[int, int]] = []
    x = 0
    for column, width in enumerate(widths):
        if column:
            x += COLUMN_GAP + (LANE_GAP if column in lane_starts else 0)
        edges.append((x, x + width))
        x += width
    return tuple(edges)


def _route(  # noqa: PLR0913, PLR0917  everything that has been placed
    boxes: Sequence[Box],
    spots: Sequence[Spot],
    line: Line,
    way: Sequence[int],
    heights: Sequence[int],
    edges: Sequence[tuple[int, int]],
    columns: Sequence[int],
    top: int,
) -> tuple[Point, ...]:
    cause, effect = spots[line.cause], spots[line.effect]
    points: list[Point] = [(cause.x + boxes[line.cause].width, cause.port)]
    right = edges[columns[line.cause]][1]
    if points[0][0] != right:
        points.append((right, cause.port))
    for step, vertex in enumerate(way, columns[line.cause] + 1):
        height = heights[vertex] - top
        points += [(edges[step][0], height), (edges[step][1], height)]
    points.append((effect.x, effect.port))
    return tuple(points)
