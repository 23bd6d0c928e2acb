from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from whence.drawing.order import find_order


def crossings(columns: list[list[int]], links: list[tuple[int, int]]) -> int:
    row = {vertex: at for column in columns for at, vertex in enumerate(column)}
    column_of = {vertex: at for at, column in enumerate(columns) for vertex in column}
    return sum(
        (row[a] - row[c]) * (row[b] - row[d]) < 0
        for (a, b), (c, d) in combinations(links, 2)
        if column_of[a] == column_of[c]
    )


def test_what_can_be_untangled_is() -> None:
    columns = [[0, 1, 2], [3, 4, 5], [6, 7, 8]]
    links = [(0, 5), (1, 4), (2, 3), (3, 8), (4, 7), (5, 6)]
    assert crossings(columns, links) == 6
    assert crossings(find_order(columns, links, [0]), links) == 0


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(5, 9)), max_size=20, unique=True))
def test_an_order_keeps_every_vertex_and_is_never_worse_than_depth_first(
    links: list[tuple[int, int]],
) -> None:
    columns = [list(range(5)), list(range(5, 10))]
    found = find_order(columns, links, [])
    assert [sorted(column) for column in found] == columns
    assert found == find_order(columns, links, [])
    again = find_order(found, links, [])
    assert crossings(again, links) <= max(crossings(found, links), crossings(columns, links))
