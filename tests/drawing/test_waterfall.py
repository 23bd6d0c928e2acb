"""The waterfall: figures, whiskers and words that hold together."""

from collections.abc import Callable
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.drawing.waterfall import (
    MINUS,
    Bar,
    Waterfall,
    bar_of_letters,
    figure,
    render_waterfall,
    signed,
)

NAMESPACE = "{http://www.w3.org/2000/svg}"

FALL = Waterfall(
    "Why auc fell from delay@1 to delay@2",
    "0.7641 → 0.7493",
    ("delay@1", 0.7641),
    ("delay@2", 0.7493),
    (
        Bar("data/raw/flights.csv", -0.0133, -0.0146, -0.0118, note="tied"),
        Bar("--learning-rate 0.1 → 0.3", -0.0131, -0.0136, -0.0126, note="tied"),
        Bar("scikit-learn 1.5.2 → 1.7.2", 0.0081, 0.0073, 0.009),
        Bar("features.py", 0.0035, 0.0035, 0.0035),
        Bar("leaves 31 → 63 (config.yaml)", -0.0001, -0.0005, 0.0003, certain=False),
    ),
    4,
    ("Causes among the recorded factors.",),
)


def test_the_picture_changes_only_on_purpose(golden: Callable[[str, str], None]) -> None:
    golden("waterfall.svg", render_waterfall(FALL))


def test_every_figure_is_told_in_text_and_whiskers_only_where_there_is_doubt() -> None:
    tree = ET.fromstring(render_waterfall(FALL))
    shown = [each.text for each in tree.iter(f"{NAMESPACE}text")]
    for text in ("0.7641", "0.7493", f"{MINUS}0.0133", "+0.0035", "features.py", "tied"):
        assert text in shown
    drawn = [each.get("class") for each in tree.iter(f"{NAMESPACE}path")]
    assert drawn.count("doubt") == 4


@given(
    st.text(max_size=300),
    st.floats(-1e6, 1e6),
    st.lists(st.tuples(st.text(max_size=300), st.floats(-1e6, 1e6)), max_size=5),
)
def test_whatever_is_drawn_is_well_formed_and_on_the_page(
    text: str, start: float, steps: list[tuple[str, float]]
) -> None:
    bars = tuple(Bar(name, it, it - 1, it + 1, note=text) for name, it in steps)
    end = start + sum(it for _, it in steps)
    tree = ET.fromstring(
        render_waterfall(Waterfall(text, text, (text, start), (text, end), bars, 2, (text,)))
    )
    width = int(tree.get("width", "0"))
    for each in tree.iter(f"{NAMESPACE}rect"):
        left = int(each.get("x", "0"))
        assert left >= 0
        assert left + int(each.get("width", "0")) <= width


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [(-0.0133, 4, f"{MINUS}0.0133"), (0.00001, 3, "0.000"), (-0.00001, 3, "0.000"), (4, 0, "+4")],
)
def test_signs_stand_where_there_is_something(value: float, decimals: int, text: str) -> None:
    assert signed(value, decimals) == text


def test_a_value_has_the_real_minus() -> None:
    assert figure(-3, 1) == f"{MINUS}3.0"


@pytest.mark.parametrize(
    ("span", "bar"),
    [((0, 5), "#####"), ((5, 0), "#####"), ((5, 10), "     #####"), ((4, 4), "    |")],
)
def test_bars_of_letters_stand_where_their_values_are(span: tuple[float, float], bar: str) -> None:
    assert bar_of_letters(span, (0, 10), 11, plain=True) == bar


def test_a_bar_hangs_where_the_one_before_it_ended() -> None:
    spans = FALL.spans()
    assert spans[0][0] == 0.7641
    assert [each[0] for each in spans[1:]] == [each[1] for each in spans[:-1]]
    assert replace(FALL, bars=()).reach()[0] < 0.7493
