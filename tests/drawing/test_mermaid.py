import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whence.drawing.mermaid import _SHAPES, render_mermaid
from whence.drawing.outlines import OUTLINES
from whence.model.gap import Gap
from whence.testing.answers import Sketch, gallery

# Inside quotation marks: letters, the few signs that mean nothing, breaks, and numbered characters.
LABEL = r'"(?:[\w ,()=·…/:@?.+-]|<br/>|#\d+;)*"'
SHAPES = ("[(*)]", "([*])", "[/*/]", "{{*}}", ">*]", "[*]", "[[*]]", r"[/*\]")
NODE = r"\w+(?:" + "|".join(re.escape(each).replace(r"\*", LABEL) for each in SHAPES) + ")"
LINES = [
    r"---",
    r'title: "(?:[^"\\]|\\.)*"',
    r"flowchart LR",
    rf"  {NODE}",
    rf"  n\d+ -->(?:\|{LABEL}\|)? n\d+",
    r"  g\d+ -\.- n\d+",
    r"  linkStyle \d+ [\w:, -]+",
    r"  classDef \w+ [\w:#, -]+",
    r"  class [\w,]+ \w+",
]
LINE = re.compile("|".join(f"(?:{line})" for line in LINES), re.ASCII)


def assert_grammar(chart: str) -> None:
    for line in chart.split("\n")[:-1]:
        assert LINE.fullmatch(line), line


@pytest.mark.parametrize("name", gallery())
def test_charts_change_only_on_purpose(name: str, golden: Callable[[str, str], None]) -> None:
    chart = render_mermaid(gallery()[name])
    assert_grammar(chart)
    golden(f"{name}.mmd", chart)


def test_basis_gap_failure_and_stack_can_be_seen() -> None:
    chart = render_mermaid(gallery()["effects"])
    assert '-->|"inferred"|' in chart
    assert '["? no recorded run made it"]' in chart
    assert '(["run<br/>serve<br/>failed (exit status 1)"])' in chart
    assert "classDef troubled" in chart
    assert "58 runs of sweep" in render_mermaid(gallery()["sweep"])


def test_markdown_and_markup_are_numbers() -> None:
    sketch = Sketch()
    sketch.thing("1. `a` <b> #quot; __init__.py")
    chart = render_mermaid(sketch.lineage("1. `a` <b> #quot; __init__.py"))
    assert "1#46; #96;a#96; #60;b#62; #35;quot#59; #95;_init_#95;.py" in chart


def test_an_escaped_line_break_stays_on_its_line() -> None:
    sketch = Sketch()
    sketch.thing("a\nb")
    assert "a#92;#8203;nb<br/>" in render_mermaid(sketch.lineage("a\nb"))


def test_too_much_is_said() -> None:
    chart = render_mermaid(gallery()["effects"], cap=3)
    assert "too many for one picture" in chart
    assert "-->" not in chart


@settings(deadline=None, max_examples=80)
@given(st.text(st.characters(codec=None), max_size=70), st.booleans())
def test_any_name_keeps_the_grammar(name: str, placed: bool) -> None:
    sketch = Sketch()
    sketch.thing("b", gaps=[Gap(name, name, name)] if placed else [])
    sketch.join("b", name, basis=name)
    assert_grammar(render_mermaid(sketch.lineage("b", gaps=[Gap("erased", "", name)])))


def test_every_outline_has_a_shape() -> None:
    assert set(_SHAPES) == set(OUTLINES)
