import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.drawing.escaping import printable


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


@given(st.text(st.characters(codec=None)))
def test_printable_text_obeys_nobody(text: str) -> None:
    shown = printable(text)
    assert not {"Cc", "Cf", "Cs", "Zl", "Zp"} & {unicodedata.category(char) for char in shown}
    assert printable(shown) == shown
    shown.encode("utf-8")
