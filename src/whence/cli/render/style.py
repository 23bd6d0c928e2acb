"""Colours by ANSI codes. They only repeat what the words already say."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

STYLES: Mapping[str, str] = MappingProxyType(
    {
        "name": "1",
        "dim": "2",
        "run": "33",
        "failed": "1;31",
        "gap": "35",
        "added": "32",
        "removed": "31",
    }
)
"""What is shown → select graphic rendition (ECMA-48, 8.3.117)."""

Paint = Callable[[str, str], str]
"""Text and the name of its style → the text as printed."""


def painter(*, styled: bool) -> Paint:
    """What puts on colours, or leaves the text alone."""

    def paint(text: str, style: str) -> str:
        return f"\x1b[{STYLES[style]}m{text}\x1b[0m" if text else text

    return paint if styled else lambda text, _style: text
