from collections.abc import Callable
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whence.drawing.svg import render_svg
from whence.model.gap import Gap
from whence.model.node import NodeKind
from whence.store.interface import Direction
from whence.testing.answers import Sketch, gallery, model_story

NAMESPACE = "{http://www.w3.org/2000/svg}"


def texts(svg: str) -> list[str]:
    return [each.text or "" for each in ET.fromstring(svg).iter(f"{NAMESPACE}text")]


def classes(svg: str) -> set[str]:
    return {name for each in ET.fromstring(svg).iter() for name in each.get("class", "").split()}


@pytest.mark.parametrize("name", gallery())
def test_pictures_change_only_on_purpose(name: str, golden: Callable[[str, str], None]) -> None:
    golden(f"{name}.svg", render_svg(gallery()[name]))


def test_a_picture_is_one_file_without_script_or_foreign_parts() -> None:
    for lineage in gallery().values():
        svg = render_svg(lineage)
        tree = ET.fromstring(svg)
        assert {each.tag.removeprefix(NAMESPACE) for each in tree.iter()} <= {
            *("svg", "title", "desc", "style", "defs", "pattern", "g", "path", "rect", "text"),
        }
        names = {name for each in tree.iter() for name in each.attrib}
        assert not {name for name in names if name.startswith("on") or "href" in name}
        assert "http" not in svg.replace("http://www.w3.org/2000/svg", "")
        assert tree[0].tag == f"{NAMESPACE}title"
        assert tree[1].tag == f"{NAMESPACE}desc"
        assert "prefers-color-scheme:dark" in svg


def test_kinds_bases_gaps_and_failures_are_told_in_words() -> None:
    svg = render_svg(gallery()["effects"])
    shown = texts(svg)
    for word in ("data", "run", "model", "model version", "evaluation", "document"):
        assert word in shown
    for word in ("main line", "observed", "declared", "imported", "inferred", "not known"):
        assert word in shown
    assert "failed (exit status 1)" in shown
    assert "? no recorded run made it" in shown
    assert {"declared", "imported", "inferred", "troubled", "gap"} <= classes(svg)
    assert "What is not known" in shown


def test_the_legend_tells_only_what_is_there() -> None:
    sketch = Sketch()
    sketch.run("load", made=["a.csv"])
    shown = texts(render_svg(sketch.lineage("a.csv")))
    assert "observed" in shown
    assert not {"declared", "imported", "inferred", "not known", "failed or killed"} & set(shown)


def test_a_stack_tells_how_many() -> None:
    shown = texts(render_svg(gallery()["sweep"]))
    assert "58 runs of sweep" in shown
    assert "58 models" in shown
    assert "killed (SIGKILL)" in shown


def test_too_much_is_counted_and_said() -> None:
    sketch = Sketch()
    for number in range(250):
        sketch.run(f"run {number}", used=[f"v{number}"], made=[f"v{number + 1}"])
    shown = texts(render_svg(sketch.lineage("v250", truncated=True)))
    assert "501 items cannot be read in one picture." in shown[2]
    assert "250 runs" in shown
    assert "251 files" in shown
    assert "there is more than this answer holds" in shown[1]


def test_four_hundred_items_are_drawn() -> None:
    sketch = Sketch()
    for number in range(133):
        used = [f"v{number}", f"v{number // 2}", f"extra {number}"]
        sketch.run(f"run {number}", used=used, made=[f"v{number + 1}"])
    svg = render_svg(sketch.lineage("v133"))
    drawn = [each for each in ET.fromstring(svg).iter() if "data-id" in each.attrib]
    assert len(drawn) == 400


def test_the_same_answer_is_the_same_bytes() -> None:
    assert render_svg(model_story().lineage("delay@1")) == render_svg(
        model_story().lineage("delay@1")
    )


ANY = st.text(st.characters(codec=None), max_size=20)


@settings(deadline=None, max_examples=60)
@given(
    names=st.lists(ANY, min_size=1, max_size=9, unique=True),
    kinds=st.lists(st.sampled_from(NodeKind), min_size=9, max_size=9),
    pairs=st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), max_size=20),
    said=ANY,
    direction=st.sampled_from(Direction),
)
def test_any_names_give_well_formed_xml_with_every_item(
    names: list[str],
    kinds: list[NodeKind],
    pairs: list[tuple[int, int]],
    said: str,
    direction: Direction,
) -> None:
    sketch = Sketch()
    for at, (name, kind) in enumerate(zip(names, kinds, strict=False)):
        gaps = [Gap(said, said, said, said)] if at % 3 == 0 else []
        sketch.thing(name, kind, {"state": said, "python": said}, gaps)
    for cause, effect in pairs:
        if cause < effect < len(names):
            sketch.join(names[effect], names[cause], role=said, basis=said)
    svg = render_svg(sketch.lineage(names[0], direction))
    tree = ET.fromstring(svg.encode("utf-8"))
    outlines = sum("outline" in each.get("class", "").split() for each in tree.iter())
    assert outlines >= len(names)
