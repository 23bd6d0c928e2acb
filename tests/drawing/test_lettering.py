import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.drawing.escaping import printable
from whence.drawing.lettering import fit_end, fit_parts, fit_text, text_width

ANY = st.text(st.characters(codec=None), max_size=60).map(printable)


@given(ANY, st.integers(20, 300), st.booleans())
def test_fitted_text_fits(text: str, room: int, bold: bool) -> None:
    for shown in (
        fit_text(text, 14, room, bold=bold),
        fit_end(text, 14, room, bold=bold),
    ):
        assert text_width(shown, 14, bold=bold) <= room
        assert shown == text or "…" in shown
    assert text_width(fit_parts(text, 14, room), 14) <= room


@pytest.mark.parametrize(
    ("room", "shown"),
    [
        (400, "/srv/projects/flights/data/clean.parquet"),
        (250, "…/flights/data/clean.parquet"),
        (140, "…/clean.parquet"),
        (90, "clea…rquet"),
        (8, "…"),
    ],
)
def test_a_path_loses_folders_first(room: int, shown: str) -> None:
    assert fit_text("/srv/projects/flights/data/clean.parquet", 14, room) == shown


def test_parts_go_before_letters() -> None:
    assert fit_parts("train.py · commit 3ab1c9f", 12, 100) == "train.py"
    assert fit_parts("a_long_name.py · commit 3ab1c9f", 12, 60) == "a_long_…"


def test_wide_bold_and_combining_letters() -> None:
    assert text_width("m", 10) < text_width("m", 10, bold=True)
    assert text_width("e\u0301", 10) == text_width("e", 10)
    assert text_width("数", 10) > 10
    assert text_width("\ufdfd", 10) > 100
