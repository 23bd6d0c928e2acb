from whence.drawing.picture import Picture, compose_picture
from whence.drawing.spine import find_spine
from whence.model.node import NodeKind
from whence.store.interface import Direction
from whence.testing.answers import Sketch


def names(picture: Picture) -> list[str]:
    return [picture.items[at].first.node.name for at in find_spine(picture)]


def story() -> Sketch:
    sketch = Sketch()
    sketch.thing("code", NodeKind.CODE)
    sketch.thing("model", NodeKind.MODEL)
    sketch.thing("delay@1", NodeKind.MODEL_VERSION)
    sketch.run("prepare", used=["raw"], made=["clean"])
    sketch.run("train", used=["code", "lookup", "clean"], made=["model"])
    sketch.run("report", used=["clean"], made=["page"])
    sketch.run("mail", used=["page"], made=["sent"])
    sketch.run("archive", used=["sent"], made=["box"])
    sketch.join("delay@1", "model", "pins")
    return sketch


def test_back_to_the_data_that_has_the_longest_story() -> None:
    picture = compose_picture(story().lineage("model"))
    assert names(picture) == ["raw", "prepare", "clean", "train", "model"]


def test_forth_to_what_was_registered_even_if_others_are_longer() -> None:
    picture = compose_picture(story().lineage("raw", Direction.EFFECTS))
    assert names(picture) == ["raw", "prepare", "clean", "train", "model", "delay@1"]


def test_a_lonely_thing_is_its_own_spine() -> None:
    sketch = Sketch()
    sketch.thing("a")
    assert names(compose_picture(sketch.lineage("a"))) == ["a"]
