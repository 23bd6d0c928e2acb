from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from whence.drawing.rows import find_rows


def test_a_line_of_boxes_is_straight() -> None:
    assert find_rows([[0], [1], [2]], [(0, 1), (1, 2)], frozenset(), lambda _a, _b: 10) == [0, 0, 0]


def test_children_stand_around_their_parent() -> None:
    heights = find_rows([[0], [1, 2]], [(0, 1), (0, 2)], frozenset({0}), lambda _a, _b: 10)
    assert heights == [0, -5, 5]


def test_the_spine_stays_and_others_give_way() -> None:
    columns = [[0], [1, 2, 3]]
    links = [(0, 1), (0, 2), (0, 3)]
    assert find_rows(columns, links, frozenset({0, 3}), lambda _a, _b: 10) == [0, -20, -10, 0]


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(6, 11)), max_size=20),
    st.integers(0, 5),
    st.integers(1, 40),
)
def test_distances_are_kept(links: list[tuple[int, int]], fixed: int, distance: int) -> None:
    columns = [list(range(6)), list(range(6, 12))]
    heights = find_rows(columns, links, frozenset({fixed}), lambda upper, _lower: distance + upper)
    assert heights[fixed] == 0
    for column in columns:
        for upper, lower in pairwise(column):
            assert heights[lower] - heights[upper] >= distance + upper
