from whence.drawing.picture import compose_picture, story
from whence.model.gap import Gap
from whence.model.node import NodeKind
from whence.store.interface import Direction
from whence.testing.answers import Sketch


def test_source_files_are_told_with_their_set() -> None:
    sketch = Sketch()
    for name in ("code of train", "train.py", "made.py", "odd.py"):
        sketch.thing(name, NodeKind.CODE)
    for name in ("train.py", "made.py", "odd.py"):
        sketch.join("code of train", name, "has_member")
    sketch.thing("odd.py", NodeKind.CODE, gaps=[Gap("content-unknown", "odd.py", "gone")])
    sketch.run("generate", made=["made.py"])
    sketch.run("train", used=["code of train"])
    picture = compose_picture(sketch.lineage("train"))
    names = {item.first.node.name: item.members for item in picture.items}
    assert names == {
        "train": (),
        "code of train": ("train.py",),
        "made.py": (),
        "odd.py": (),
        "generate": (),
    }


def test_a_source_file_that_was_asked_about_is_drawn() -> None:
    sketch = Sketch()
    for name in ("code of train", "train.py"):
        sketch.thing(name, NodeKind.CODE)
    sketch.join("code of train", "train.py", "has_member")
    picture = compose_picture(sketch.lineage("train.py", Direction.EFFECTS))
    assert picture.items[picture.root_item].first.node.name == "train.py"
    assert len(picture.items) == 2


def test_arrows_join_what_is_drawn_and_keep_every_basis() -> None:
    sketch = Sketch()
    sketch.run("load", made=["a.csv"], basis="declared")
    sketch.join("a.csv", "load", "generated_by", role="output")
    picture = compose_picture(sketch.lineage("a.csv"))
    (arrow,) = picture.arrows
    assert picture.items[arrow.cause].kind is NodeKind.RUN
    assert arrow.bases == ("observed", "declared")
    assert arrow.basis == "observed"
    assert arrow.roles == ("output",)


def test_above_the_cap_nothing_is_drawn_and_everything_is_counted() -> None:
    sketch = Sketch()
    for number in range(30):
        sketch.run(f"run {number}", used=[f"v{number}"], made=[f"v{number + 1}"], state="failed")
    lineage = sketch.lineage("v30")
    picture = compose_picture(lineage, cap=60)
    assert picture.is_too_large
    assert not picture.items
    assert not picture.arrows
    assert picture.needed == 61
    assert picture.counts == {NodeKind.RUN: 30, NodeKind.DATASET: 31}
    assert picture.troubled == 30
    assert not compose_picture(lineage, cap=61).is_too_large


def test_gaps_of_nothing_drawn_are_kept() -> None:
    gap = Gap("truncated", "/elsewhere", "too much")
    sketch = Sketch()
    sketch.thing("a.csv")
    assert compose_picture(sketch.lineage("a.csv", gaps=[gap])).unplaced == (gap,)


def test_what_a_picture_is_called() -> None:
    sketch = Sketch()
    sketch.thing("a.csv")
    assert story(compose_picture(sketch.lineage("a.csv"))) == "Where a.csv comes from"
    later = compose_picture(sketch.lineage("a.csv", Direction.EFFECTS))
    assert story(later) == "What a.csv led to"
    sketch.run("train", used=["a.csv"])
    assert story(compose_picture(sketch.lineage("train"))) == "Where the run train comes from"
