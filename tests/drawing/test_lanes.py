from hypothesis import given, settings
from hypothesis import strategies as st

from whence.drawing.lanes import find_columns
from whence.drawing.picture import Picture, compose_picture
from whence.model.node import NodeKind
from whence.store.interface import Direction
from whence.testing.answers import Sketch


def lanes_of(picture: Picture) -> dict[str, str]:
    columns = find_columns(picture)
    return {
        item.first.node.name: next(
            lane.title for lane in columns.lanes if lane.first <= column <= lane.last
        )
        for item, column in zip(picture.items, columns.of, strict=True)
    }


def pipeline() -> Sketch:
    sketch = Sketch()
    sketch.thing("env", NodeKind.ENVIRONMENT)
    sketch.thing("model", NodeKind.MODEL)
    sketch.thing("delay@1", NodeKind.MODEL_VERSION)
    sketch.thing("metrics", NodeKind.EVALUATION)
    sketch.run("prepare", used=["raw", "env"], made=["clean"])
    sketch.run("train", used=["clean", "env"], made=["model"])
    sketch.run("evaluate", used=["clean", "model"], made=["metrics"])
    sketch.join("delay@1", "model", "pins")
    sketch.run("predict", used=["model", "today"], made=["predictions"])
    return sketch


def test_a_story_goes_through_its_lanes() -> None:
    picture = compose_picture(pipeline().lineage("predictions"))
    assert lanes_of(picture) == {
        "raw": "Sources",
        "today": "Sources",
        "env": "Sources",
        "prepare": "Data",
        "clean": "Data",
        "train": "Training",
        "model": "Model",
        "evaluate": "Evaluation",
        "metrics": "Evaluation",
        "delay@1": "Registered",
        "predict": "Use",
        "predictions": "Use",
    }


def test_what_led_nowhere_yet_is_a_run() -> None:
    sketch = Sketch()
    sketch.run("train", used=["clean"])
    picture = compose_picture(sketch.lineage("clean", Direction.EFFECTS))
    assert lanes_of(picture) == {"clean": "Data", "train": "Run"}


def test_a_story_that_starts_again_starts_its_lanes_again() -> None:
    sketch = pipeline()
    sketch.thing("student", NodeKind.MODEL)
    sketch.run("distil", used=["predictions"], made=["student"])
    columns = find_columns(compose_picture(sketch.lineage("student")))
    titles = [lane.title for lane in columns.lanes]
    assert titles[-3:] == ["Use", "Training", "Model"]


KINDS = st.lists(st.sampled_from(NodeKind), min_size=1, max_size=14)
PAIRS = st.lists(st.tuples(st.integers(0, 13), st.integers(0, 13)), max_size=40)


@settings(deadline=None)
@given(KINDS, PAIRS, st.sampled_from(Direction))
def test_causes_stand_left_of_effects(
    kinds: list[NodeKind], pairs: list[tuple[int, int]], direction: Direction
) -> None:
    sketch = Sketch()
    for at, kind in enumerate(kinds):
        sketch.thing(str(at), kind)
    for cause, effect in pairs:
        if cause < effect < len(kinds):
            sketch.join(str(effect), str(cause))
    picture = compose_picture(sketch.lineage("0", direction))
    columns = find_columns(picture)
    for arrow in picture.arrows:
        assert columns.of[arrow.cause] < columns.of[arrow.effect]
    assert sorted(set(columns.of)) == list(range(max(columns.of) + 1))
    covered = [at for lane in columns.lanes for at in range(lane.first, lane.last + 1)]
    assert covered == sorted(set(columns.of))
