import re

import pytest

from whence.drawing.outlines import GLYPH_SIZE, GLYPHS, OUTLINES

NUMBER = re.compile(r"-?\d*\.?\d+")


@pytest.mark.parametrize("name", OUTLINES)
def test_an_outline_fills_its_box_and_leaves_room_for_text(name: str) -> None:
    outline = OUTLINES[name]
    form = outline.draw(150, 62)
    assert form.startswith("M")
    assert all(-62 <= float(number) <= 150 for number in NUMBER.findall(form))
    assert outline.left + outline.right < 60


@pytest.mark.parametrize("name", GLYPHS)
def test_a_glyph_stays_in_its_square(name: str) -> None:
    upper = re.sub(r"[a-z][^A-Z]*", "", GLYPHS[name])
    assert all(0 <= float(number) <= GLYPH_SIZE for number in NUMBER.findall(upper))
