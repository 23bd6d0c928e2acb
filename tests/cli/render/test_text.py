from hypothesis import given
from hypothesis import strategies as st

from whence.cli.render.text import cells, cut, fold, printable, shorten

ANY = st.text(st.characters(codec=None))


def test_wide_and_combining_characters_count_as_terminals_do() -> None:
    assert cells("abc") == 3
    assert cells("数据") == 4
    assert cells("e\u0301") == 1


@given(ANY.map(printable), st.integers(0, 30))
def test_cut_and_shortened_text_fits(text: str, width: int) -> None:
    assert cells(cut(text, width)) <= width
    assert cells(shorten(text, width)) <= width
    if cells(text) <= width:
        assert cut(text, width) == shorten(text, width) == text


def test_a_shortened_path_keeps_both_ends() -> None:
    assert shorten("/home/ada/flights/data/clean.parquet", 20) == "/home/…clean.parquet"
    assert cut("python train.py --rate 0.1", 12) == "python trai…"


@given(ANY.map(printable), st.integers(2, 30))
def test_folding_loses_nothing_but_spaces(text: str, width: int) -> None:
    lines = list(fold(text, width))
    assert all(cells(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
