from whence.drawing.faces import Face, find_faces
from whence.drawing.picture import compose_picture
from whence.model.gap import Gap
from whence.model.node import NodeKind
from whence.testing.answers import Sketch


def faces(sketch: Sketch, root: str) -> dict[str, Face]:
    picture = compose_picture(sketch.lineage(root))
    found = find_faces(picture)
    return {face.name: face for face in found}


def test_what_stands_on_an_item() -> None:
    gap = Gap("origin-unknown", "data/flights.csv", "no recorded run made it", "find it")
    sketch = Sketch()
    sketch.thing("data/flights.csv", facts={"size": 31_000_000, "rows": 336_776}, gaps=[gap])
    sketch.thing("python 3.11.7", NodeKind.ENVIRONMENT, {"python": "3.11.7", "packages": 84})
    sketch.thing("unknown.bin", known=False)
    sketch.run("train", used=["data/flights.csv", "python 3.11.7", "unknown.bin", "a\nb.csv"])
    told = faces(sketch, "train")
    flights = told["data/flights.csv"]
    assert (flights.kind, flights.facts) == ("data", "31.0 MB · 336,776 rows")
    assert flights.gap == "no recorded run made it"
    assert "? no recorded run made it" in flights.details
    assert told["train"].facts == "completed · 12.3 s"
    assert told["python 3.11.7"].facts == "84 packages"
    assert told["unknown.bin"].facts == "content unknown"
    assert told["a\\nb.csv"].facts.startswith("sha256:")


def test_trouble_and_several_gaps() -> None:
    gaps = [Gap("observer-blind", "io_uring", "not seen"), Gap("actor-unknown", "", "nobody")]
    sketch = Sketch()
    sketch.run("train", state="failed", exit_status=1, gaps=gaps, command=["make", "it"])
    face = faces(sketch, "train")["train"]
    assert face.facts == "failed (exit status 1)"
    assert face.gap == "2 things not known"
    assert "make it" in face.details
    assert face.details[-2:] == ("? io_uring: not seen", "? nobody")


def test_stacks_say_how_many_and_where() -> None:
    sketch = Sketch()
    names = [f"data/raw/part-{number:02}.csv" for number in range(20)]
    for name in names:
        sketch.thing(name, gaps=[Gap("origin-unknown", name, "no recorded run made it")])
    sketch.run("read", used=names)
    stack = faces(sketch, "read")["20 files"]
    assert stack.facts == "in data/raw/"
    assert stack.gap == "no recorded run made it (20)"
    assert "+ 8 more" in stack.details


def test_code_says_at_which_commit_unless_its_users_differ() -> None:
    sketch = Sketch()
    sketch.thing("code", NodeKind.CODE, {"files": 3})
    sketch.run("a", used=["code"], made=["x"], commit="3ab1c9f0", dirty=True)
    assert faces(sketch, "x")["code"].facts == "3 files · commit 3ab1c9f · uncommitted changes"
    sketch.run("b", used=["code", "x"], commit="ffffffff")
    assert faces(sketch, "b")["code"].facts == "3 files"
