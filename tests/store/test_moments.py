from collections.abc import Mapping, Sequence
from functools import partial

from hypothesis import given, settings
from hypothesis import strategies as st

from whence.store.moments import Told, raised

MOMENTS = st.sampled_from(["", "1", "2", "3", "4"])


@st.composite
def graphs(draw: st.DrawFn) -> list[list[Told]]:
    """Edges, some at a time; circles too, since what looks for circles counts on it."""
    edge = st.tuples(st.integers(0, 7), st.integers(0, 7), MOMENTS)
    return draw(st.lists(st.lists(edge, max_size=4), max_size=8))


def latest(edges: list[Told], handle: int) -> str:
    """The latest moment of all that a node came of, by walking there."""
    seen, front = {handle}, {handle}
    while front:
        front = {target for origin, target, _ in edges if origin in front} - seen
        seen |= front
    return max((moment for origin, _, moment in edges if origin in seen), default="")


def of(moments: Mapping[int, str], handles: Sequence[int]) -> list[str]:
    return [moments.get(each, "") for each in handles]


def into(edges: Sequence[Told], handles: Sequence[int]) -> list[tuple[int, int]]:
    return [(origin, target) for origin, target, _ in edges if target in handles]


@settings(max_examples=300, deadline=None)
@given(graphs(), st.booleans())
def test_a_node_is_as_late_as_the_latest_of_what_it_came_of(
    batches: list[list[Told]], behind: bool
) -> None:
    edges: list[Told] = []
    moments: dict[int, str] = {}
    for batch in batches:
        changed = raised(
            batch, partial(of, moments), partial(into, edges if behind else edges + batch)
        )
        assert all(moment > moments.get(handle, "") for handle, moment in changed.items())
        moments |= changed
        edges += batch
        assert of(moments, range(8)) == [latest(edges, each) for each in range(8)]


def test_what_comes_in_its_order_moves_nothing_that_was_there() -> None:
    asked: set[int] = set()

    def effects(handles: Sequence[int]) -> list[tuple[int, int]]:
        asked.update(handles)
        return []

    changed = raised([(2, 1, "5"), (3, 2, "6")], partial(of, {1: "4"}), effects)
    assert changed == {2: "5", 3: "6"}
    assert 1 not in asked
