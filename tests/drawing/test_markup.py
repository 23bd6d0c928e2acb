from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from whence.drawing.escaping import printable
from whence.drawing.markup import as_xml, draw_text


@given(st.text(st.characters(codec=None)).map(printable))
def test_printable_text_survives_xml(text: str) -> None:
    element = ET.fromstring(f'<a b="{as_xml(text)}">{as_xml(text)}</a>')
    assert (element.text or "") == element.get("b") == text


def test_a_line_of_text() -> None:
    assert draw_text(1, 2, "a < b", "ink") == '<text class="ink" x="1" y="2">a &lt; b</text>'
