import re
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from whence.drawing.faces import find_faces
from whence.drawing.layout import Box
from whence.drawing.lettering import text_width
from whence.drawing.marks import SAMPLES, draw_arrow, draw_item, measure_item
from whence.drawing.picture import Arrow, compose_picture
from whence.drawing.riders import hang
from whence.model.gap import Gap
from whence.model.node import NodeKind
from whence.testing.answers import Sketch

ANY = st.text(st.characters(codec=None), max_size=60)
ARROW = Arrow(0, 1, ("used",), ("observed",), ("input",))


def end_of(text: ET.Element) -> float:
    names = (text.get("class") or "").split()
    size = 14 if "name" in names else 12
    bold = bool({"name", "kind"} & set(names))
    return float(text.get("x", "0")) + text_width(text.text or "", size, bold=bold)


@given(ANY, ANY, st.sampled_from(NodeKind), st.sampled_from(["completed", "failed", "", "odd"]))
def test_no_text_leaves_its_item(name: str, said: str, kind: NodeKind, state: str) -> None:
    sketch = Sketch()
    facts = {"state": state, "signal": said, "size": 10**18, "rows": 10**12, "commit": said}
    sketch.thing("b", kind, facts, [Gap("content-unknown", said, said)])
    sketch.thing(f"c{name}", NodeKind.CONFIG, facts)
    sketch.run(f"r{name}", used=["b", f"c{name}"])
    hung = hang(compose_picture(sketch.lineage(f"r{name}")))
    for item, face, riders in zip(hung.picture.items, hung.faces, hung.riders, strict=True):
        box = measure_item(item, face, riders)
        marks = "".join(draw_item(item, face, riders, box.width))
        for text in ET.fromstring(f"<g>{marks}</g>").iter("text"):
            assert end_of(text) <= box.width - 5


def test_an_item_is_as_high_as_what_hangs_below_it() -> None:
    sketch = Sketch()
    sketch.thing("config.yaml", NodeKind.CONFIG)
    sketch.run("train", used=["config.yaml"], gaps=[Gap("erased", "", "gone")])
    sketch.run("plain", used=["x"])
    picture = compose_picture(sketch.lineage("train"))
    hung = hang(picture)
    heights = {
        item.first.node.name: measure_item(item, face, riders).below
        for item, face, riders in zip(hung.picture.items, hung.faces, hung.riders, strict=True)
    }
    assert heights == {"train": 31 + 24 + 26, "plain": 31, "x": 31}
    assert len(find_faces(picture)) == 4
    assert measure_item(hung.picture.items[0], hung.faces[0], ()) == Box(159, 31, 55)


def test_an_arrow_ends_at_its_tip() -> None:
    drawn = draw_arrow(ARROW, "told <so>", [(0, 5), (40, 5)], on_spine=True)
    assert 'class="arrow observed spine"' in drawn
    assert "<title>told &lt;so&gt;</title>" in drawn
    assert 'd="M0 5H32"' in drawn
    assert 'd="M31 0L39 5L31 10z"' in drawn


def test_an_arrow_bends_between_columns_and_is_straight_over_them() -> None:
    drawn = draw_arrow(ARROW, "", [(0, 0), (20, 10), (60, 10), (88, 0)], on_spine=False)
    assert re.search(r'd="M0 0C10 0 10 10 20 10H60C70 10 70 0 80 0"', drawn)


def test_every_word_of_the_legend_has_its_mark() -> None:
    for mark in SAMPLES.values():
        ET.fromstring(f"<g>{mark}</g>")
    assert list(SAMPLES) == [
        *("main line", "observed", "declared", "imported", "inferred"),
        *("not known", "failed or killed"),
    ]
