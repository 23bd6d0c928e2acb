from itertools import combinations, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from whence.drawing.layout import BOX_GAP, LINE_GAP, Box, Line, place
from whence.drawing.ranks import longest_paths


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[Box], list[Line], list[int], list[int]]:
    """Any acyclic graph with boxes of any size, columns by longest path, and a spine."""
    count = draw(st.integers(1, 24))
    sizes = st.builds(Box, st.integers(20, 200), st.integers(5, 60), st.integers(5, 90))
    boxes = draw(st.lists(sizes, min_size=count, max_size=count))
    ends = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1))
    pairs = {pair for pair in draw(st.lists(ends, max_size=50)) if pair[0] < pair[1]}
    lines = [Line(*pair, draw(st.sampled_from("ab"))) for pair in sorted(pairs)]
    ahead: list[list[int]] = [[] for _ in boxes]
    for line in lines:
        ahead[line.cause].append(line.effect)
    spine = [draw(st.integers(0, count - 1))]
    while ahead[spine[-1]]:
        spine.append(draw(st.sampled_from(ahead[spine[-1]])))
    return boxes, lines, longest_paths(ahead), spine


@settings(deadline=None)
@given(graphs())
def test_no_box_overlaps_another(graph: tuple[list[Box], list[Line], list[int], list[int]]) -> None:
    boxes, lines, columns, spine = graph
    layout = place(boxes, lines, columns, spine)
    for one, other in combinations(range(len(boxes)), 2):
        a, b = layout.spots[one], layout.spots[other]
        apart_x = a.x + boxes[one].width <= b.x or b.x + boxes[other].width <= a.x
        top, bottom = sorted((one, other), key=lambda at: layout.spots[at].y)
        height = boxes[top].above + boxes[top].below
        gap = layout.spots[bottom].y - (layout.spots[top].y + height)
        assert apart_x or gap >= BOX_GAP


@settings(deadline=None)
@given(graphs())
def test_no_arrow_is_lost_and_none_crosses_a_box(
    graph: tuple[list[Box], list[Line], list[int], list[int]],
) -> None:
    boxes, lines, columns, spine = graph
    layout = place(boxes, lines, columns, spine)
    assert len(layout.routes) == len(lines)
    for line, route in zip(lines, layout.routes, strict=True):
        cause, effect = layout.spots[line.cause], layout.spots[line.effect]
        assert route[0] == (cause.x + boxes[line.cause].width, cause.port)
        assert route[-1] == (effect.x, effect.port)
        assert all(before[0] <= after[0] for before, after in pairwise(route))
        for column, (left, right) in enumerate(layout.columns):
            if not columns[line.cause] < column < columns[line.effect]:
                continue
            heights = {y for x, y in route if left <= x <= right}
            assert len(heights) == 1
            for at, box in enumerate(boxes):
                if columns[at] == column:
                    above = layout.spots[at].y - min(heights)
                    below = min(heights) - (layout.spots[at].y + box.above + box.below)
                    assert max(above, below) >= LINE_GAP


@settings(deadline=None)
@given(graphs())
def test_the_spine_is_straight_and_everything_is_on_the_page(
    graph: tuple[list[Box], list[Line], list[int], list[int]],
) -> None:
    boxes, lines, columns, spine = graph
    layout = place(boxes, lines, columns, spine)
    assert len({layout.spots[at].port for at in spine}) == 1
    steps = set(pairwise(spine))
    for line, route in zip(lines, layout.routes, strict=True):
        if (line.cause, line.effect) in steps:
            assert len({y for _, y in route}) == 1
    for box, spot in zip(boxes, layout.spots, strict=True):
        assert spot.x >= 0
        assert spot.y >= 0
        assert spot.x + box.width <= layout.width
        assert spot.y + box.above + box.below <= layout.height
    assert all(
        0 <= x <= layout.width and 0 <= y <= layout.height
        for route in layout.routes
        for x, y in route
    )


@settings(deadline=None, max_examples=30)
@given(graphs())
def test_the_same_graph_is_placed_the_same(
    graph: tuple[list[Box], list[Line], list[int], list[int]],
) -> None:
    assert place(*graph) == place(*graph)


def test_nothing_and_one_box() -> None:
    assert place([], [], [], []).height == 0
    layout = place([Box(100, 30, 40)], [], [0], [0])
    assert (layout.width, layout.height) == (100, 70)
    assert (layout.spots[0].x, layout.spots[0].y, layout.spots[0].port) == (0, 0, 30)


def test_parts_that_are_not_joined_stand_below_one_another() -> None:
    layout = place([Box(50, 10, 10)] * 4, [Line(0, 1), Line(2, 3)], [0, 1, 0, 1], [0, 1])
    assert layout.spots[0].port == layout.spots[1].port
    assert layout.spots[2].port == layout.spots[3].port
    assert abs(layout.spots[2].port - layout.spots[0].port) >= 20 + BOX_GAP


def test_long_arrows_of_one_cause_run_together() -> None:
    boxes = [Box(50, 10, 10)] * 5
    chain = [Line(0, 1), Line(1, 2), Line(2, 3), Line(2, 4)]
    layout = place(boxes, [*chain, Line(0, 3), Line(0, 4)], [0, 1, 2, 3, 3], [0, 1, 2])
    long, other = layout.routes[4], layout.routes[5]
    assert long[:5] == other[:5]


def test_a_circle_does_not_hang() -> None:
    layout = place([Box(50, 10, 10)] * 2, [Line(0, 1), Line(1, 0)], [0, 1], [0, 1])
    assert len(layout.routes) == 2
