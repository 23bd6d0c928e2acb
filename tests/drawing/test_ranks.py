from hypothesis import given
from hypothesis import strategies as st

from whence.drawing.ranks import forward_only, longest_paths, topological, turned

GRAPHS = st.integers(1, 12).flatmap(
    lambda count: st.lists(
        st.lists(st.integers(0, count - 1), max_size=4), min_size=count, max_size=count
    )
)


@given(GRAPHS)
def test_any_graph_has_an_order_and_loses_only_what_leads_back(ahead: list[list[int]]) -> None:
    order = topological(ahead)
    assert sorted(order) == list(range(len(ahead)))
    follows = forward_only(ahead, order)
    for place, after in enumerate(follows):
        assert set(after) <= set(ahead[place])
        assert all(order.index(each) > order.index(place) for each in after)


@given(GRAPHS)
def test_an_acyclic_graph_loses_nothing(drawn: list[list[int]]) -> None:
    ahead = [[each for each in after if each > at] for at, after in enumerate(drawn)]
    follows = forward_only(ahead, topological(ahead))
    assert [set(after) for after in follows] == [set(after) for after in ahead]
    steps = longest_paths(ahead)
    for place, after in enumerate(ahead):
        assert all(steps[each] > steps[place] for each in after)


def test_ranks_and_turning() -> None:
    assert topological([[2], [2], []]) == [0, 1, 2]
    assert longest_paths([[1, 2], [2], []]) == [0, 1, 2]
    assert turned([[1, 2], [2], []]) == [[], [0], [0, 1]]
