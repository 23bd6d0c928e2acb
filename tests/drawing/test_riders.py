from whence.drawing.picture import compose_picture
from whence.drawing.riders import hang
from whence.model.gap import Gap
from whence.model.node import NodeKind
from whence.testing.answers import Sketch


def test_inputs_of_one_run_hang_below_it_and_shared_ones_stand_apart() -> None:
    sketch = Sketch()
    sketch.thing("env", NodeKind.ENVIRONMENT, {"python": "3.11.7"})
    sketch.thing("config.yaml", NodeKind.CONFIG, {"size": 74})
    sketch.thing("made.yaml", NodeKind.CONFIG)
    sketch.thing("odd.yaml", NodeKind.CONFIG, gaps=[Gap("content-unknown", "x", "gone")])
    sketch.thing("code of train", NodeKind.CODE)
    sketch.thing("train.py", NodeKind.CODE)
    sketch.join("code of train", "train.py", "has_member")
    sketch.run("prepare", used=["env", "raw"], made=["clean", "made.yaml"])
    sketch.run(
        "train",
        used=["env", "clean", "made.yaml", "odd.yaml", "config.yaml", "code of train"],
        commit="3ab1c9f0",
    )
    hung = hang(compose_picture(sketch.lineage("train")))
    names = [item.first.node.name for item in hung.picture.items]
    assert names == ["train", "env", "made.yaml", "odd.yaml", "prepare", "raw", "clean"]
    riders = dict(zip(names, hung.riders, strict=True))
    assert [rider.text for rider in riders.pop("train")] == [
        "train.py · commit 3ab1c9f",
        "config.yaml · 74 B",
    ]
    assert not any(riders.values())
    assert len(hung.picture.arrows) == 8
    assert [face.name for face in hung.faces] == names


def test_what_was_asked_about_never_hangs() -> None:
    sketch = Sketch()
    sketch.thing("config.yaml", NodeKind.CONFIG)
    sketch.run("train", used=["config.yaml"])
    hung = hang(compose_picture(sketch.lineage("config.yaml")))
    assert len(hung.picture.items) == 2
