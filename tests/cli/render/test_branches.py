from hypothesis import given, settings
from hypothesis import strategies as st

from whence.cli.render.branches import Branches, Fold, Twig
from whence.store.interface import Direction
from whence.testing.answers import Sketch, model_story


def test_a_walk_tells_each_thing_once_and_refers_to_it_after() -> None:
    branches = list(Branches(model_story().lineage("reports/metrics.json"), 20).walk())
    twigs = [each.on for each in branches if isinstance(each.on, Twig)]
    first = [twig.told.node.name for twig in twigs if not twig.again]
    assert len(first) == len(set(first))
    again = [twig.told.node.name for twig in twigs if twig.again]
    assert again.count("python 3.11.7") == 2
    assert "data/clean.parquet" in again


@settings(deadline=None)
@given(
    st.integers(1, 20).flatmap(
        lambda count: st.tuples(
            st.just(count),
            st.lists(st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)), max_size=60),
        )
    ),
    st.integers(1, 6),
    st.sampled_from(Direction),
)
def test_every_reachable_thing_is_told_or_counted(
    graph: tuple[int, list[tuple[int, int]]], depth: int, direction: Direction
) -> None:
    count, pairs = graph
    sketch = Sketch()
    for number in range(count):
        sketch.thing(str(number))
    edges = {(max(pair), min(pair)) for pair in pairs if pair[0] != pair[1]}
    for effect, cause in edges:
        sketch.join(str(effect), str(cause))
    root = count - 1 if direction is Direction.ORIGINS else 0
    reached, pending = set[int](), [root]
    while pending:
        at = pending.pop()
        if at not in reached:
            reached.add(at)
            ends = edges if direction is Direction.ORIGINS else {(b, a) for a, b in edges}
            pending += [to for start, to in ends if start == at]
    told, folded = set[int](), False
    for branch in Branches(sketch.lineage(str(root), direction), depth).walk():
        assert len(branch.trail) <= depth
        if isinstance(branch.on, Fold):
            folded = True
            told |= {int(each.node.name) for each in branch.on.told}
        else:
            told.add(int(branch.on.told.node.name))
    assert told == reached or (folded and told < reached)
