import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whence.drawing.dot import _SHAPES, render_dot
from whence.drawing.outlines import OUTLINES
from whence.model.gap import Gap
from whence.testing.answers import Sketch, gallery

STRING = r'"(?:[^"\\\n]|\\[n"\\])*"'
TOKENS = re.compile(rf"{STRING}|\w+|->|[\[\]{{}}=#.,-]|\s+")


def assert_grammar(dot: str) -> None:
    """Nothing but the tokens of the language, and every bracket closed."""
    at, depth = 0, 0
    while at < len(dot):
        token = TOKENS.match(dot, at)
        assert token, dot[at : at + 60]
        depth += (token[0] in "[{") - (token[0] in "]}")
        assert 0 <= depth <= 2
        at = token.end()
    assert depth == 0


@pytest.mark.parametrize("name", gallery())
def test_graphs_change_only_on_purpose(name: str, golden: Callable[[str, str], None]) -> None:
    golden(f"{name}.dot", render_dot(gallery()[name]))


def test_basis_gap_failure_and_stack_can_be_seen() -> None:
    dot = render_dot(gallery()["effects"])
    assert 'style="dotted" label="inferred"' in dot
    assert 'style="dashed" arrowhead=empty label="declared"' in dot
    assert "failed (exit status 1)" in dot
    assert '"? no recorded run made it"' in dot
    assert "peripheries=2" in render_dot(gallery()["sweep"])


def test_escapes_are_those_of_the_language() -> None:
    sketch = Sketch()
    sketch.thing('a\\N"&lt;\n')
    dot = render_dot(sketch.lineage('a\\N"&lt;\n'))
    assert 'label="data\\na\\\\N\\"&amp;lt;\\\\n\\n' in dot


def test_too_much_is_said() -> None:
    dot = render_dot(gallery()["effects"], cap=3)
    assert "too many for one picture" in dot
    assert "->" not in dot
    assert_grammar(dot)


@settings(deadline=None, max_examples=80)
@given(st.text(st.characters(codec=None), max_size=30), st.booleans())
def test_any_name_keeps_the_grammar(name: str, placed: bool) -> None:
    sketch = Sketch()
    sketch.thing("b", gaps=[Gap(name, name, name)] if placed else [])
    sketch.join("b", name, basis=name)
    assert_grammar(render_dot(sketch.lineage("b", gaps=[Gap("erased", "", name)])))


def test_every_outline_has_a_shape() -> None:
    assert set(_SHAPES) == set(OUTLINES)
