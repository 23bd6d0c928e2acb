import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.cli.render.text import cells, cut, fold, printable, shorten

ANY = st.text(st.characters(codec=None))


@pytest.mark.parametrize(
    ("given_text", "shown"),
    [
        ("data/flights.csv", "data/flights.csv"),
        ("a\nb\tc\rd", "a\\nb\\tc\\rd"),
        ("\x1b[31mred\x7f\x9b", "\\x1b[31mred\\x7f\\x9b"),
        ("invoice\u202efdp.exe", "invoice\\u202efdp.exe"),
        ("a\u200bb\u2028c\ufeff", "a\\u200bb\\u2028c\\ufeff"),
        ("\udcff", "\\udcff"),
        ("\U000e0041\uffff", "\\U000e0041\\uffff"),
        ("größe 数据 🛫", "größe 数据 🛫"),
    ],
)
def test_what_cannot_be_seen_is_escaped(given_text: str, shown: str) -> None:
    assert printable(given_text) == shown


@given(ANY)
def test_printable_text_obeys_nobody(text: str) -> None:
    shown = printable(text)
    assert not {"Cc", "Cf", "Cs", "Zl", "Zp"} & {unicodedata.category(char) for char in shown}
    assert printable(shown) == shown
    shown.encode("utf-8")


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
