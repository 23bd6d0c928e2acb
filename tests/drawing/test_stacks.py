from whence.drawing.picture import compose_picture
from whence.model.gap import Gap
from whence.model.node import NodeKind
from whence.store.interface import Direction
from whence.testing.answers import Sketch


def stacks(sketch: Sketch, root: str) -> dict[str, int]:
    """The first name of each stack and its size; single things are left out."""
    items = compose_picture(sketch.lineage(root, Direction.EFFECTS)).items
    return {item.first.node.name: len(item.told) for item in items if item.is_stack}


def sweep(count: int) -> Sketch:
    sketch = Sketch()
    for number in range(count):
        model = f"model {number}"
        sketch.thing(model, NodeKind.MODEL)
        sketch.run(f"run {number}", used=["data.csv"], made=[model], job="sweep")
    return sketch


def test_a_sweep_is_two_stacks() -> None:
    assert stacks(sweep(60), "data.csv") == {"sweep": 60, "model 0": 60}


def test_few_are_not_folded() -> None:
    assert stacks(sweep(8), "data.csv") == {}
    assert stacks(sweep(9), "data.csv") == {"sweep": 9, "model 0": 9}


def test_whoever_is_used_further_stands_apart() -> None:
    sketch = sweep(30)
    sketch.run("deploy", used=["model 7"])
    assert stacks(sketch, "data.csv") == {"sweep": 29, "model 0": 29}


def test_a_failure_and_a_gap_come_out_of_a_stack() -> None:
    sketch = sweep(30)
    sketch.run("run 3", used=["data.csv"], job="sweep", state="failed", exit_status=1)
    sketch.thing("model 5", NodeKind.MODEL, gaps=[Gap("content-unknown", "model 5", "gone")])
    items = compose_picture(sketch.lineage("data.csv", Direction.EFFECTS)).items
    alone = [item for item in items if not item.is_stack]
    assert any(item.is_troubled for item in alone)
    assert any(item.gaps for item in alone)
    assert not any(item.is_troubled or item.gaps for item in items if item.is_stack)


def test_equal_gaps_are_told_on_their_stack() -> None:
    sketch = Sketch()
    names = [f"part-{number:02}.csv" for number in range(12)]
    for name in names:
        sketch.thing(name, gaps=[Gap("origin-unknown", name, "no recorded run made it")])
    sketch.run("read", used=names)
    (stack,) = [item for item in compose_picture(sketch.lineage("read")).items if item.is_stack]
    assert len(stack.told) == len(stack.gaps) == 12


def test_the_thing_asked_about_is_never_in_a_stack() -> None:
    sketch = sweep(30)
    assert len(compose_picture(sketch.lineage("model 4")).items[0].told) == 1


def test_neighbours_that_differ_keep_things_apart() -> None:
    sketch = Sketch()
    for number in range(12):
        sketch.run(f"run {number}", used=[f"input {number % 3}"], made=["sum.csv"], job="add")
    items = compose_picture(sketch.lineage("sum.csv")).items
    assert len(items) == 16


def test_a_long_chain_of_equal_steps_is_not_folded_and_is_quick() -> None:
    sketch = Sketch()
    for number in range(3000):
        sketch.run(f"run {number}", used=[f"v{number}"], made=[f"v{number + 1}"], job="step")
    assert compose_picture(sketch.lineage("v3000")).needed == 6001


def test_many_equal_pipelines_become_one_of_stacks() -> None:
    sketch = Sketch()
    for month in range(12):
        sketch.run(f"clean {month}", used=[f"raw {month}"], made=[f"tidy {month}"], job="clean")
    sketch.run("merge", used=[f"tidy {month}" for month in range(12)], made=["year"])
    items = compose_picture(sketch.lineage("year")).items
    assert sorted(len(item.told) for item in items) == [1, 1, 12, 12, 12]
