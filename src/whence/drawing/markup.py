"""Text as SVG."""

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})


def as_xml(text: str) -> str:
    """Printable text as character data or attribute value (XML 1.0, 2.4)."""
    return text.translate(_ESCAPES)


def draw_text(x: int, y: int, text: str, names: str) -> str:
    """One line of printable text.

    Args:
        x: Its left end.
        y: Its base line.
        text: What is written; must fit, since SVG neither wraps nor shortens.
        names: Rules of the style sheet.
    """
    return f'<text class="{names}" x="{x}" y="{y}">{as_xml(text)}</text>'
