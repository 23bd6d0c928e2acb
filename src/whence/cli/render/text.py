"""Text by terminal cells: how wide it is, how to cut and how to fold it."""

import unicodedata
from collections.abc import Iterator

from whence.drawing.escaping import printable

__all__ = ["cells", "cut", "fold", "printable", "shorten"]

ELLIPSIS = "…"


def cells(text: str) -> int:
    """How many columns a terminal needs for printable text (Unicode Standard Annex 11)."""
    if text.isascii():
        return len(text)
    return sum(map(_cells_of, text))


def _cells_of(char: str) -> int:
    if unicodedata.category(char) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def cut(text: str, width: int, ellipsis: str = ELLIPSIS) -> str:
    """The text in at most ``width`` cells; what is missing at its end shows as ``…``."""
    if cells(text) <= width:
        return text
    room = width - cells(ellipsis)
    if room < 0:
        return ""
    return _head(text, room) + ellipsis


def shorten(text: str, width: int, ellipsis: str = ELLIPSIS) -> str:
    """The text in at most ``width`` cells, cut in its middle: a path is told by both its ends."""
    if cells(text) <= width:
        return text
    room = width - cells(ellipsis)
    if room < 2:
        return cut(text, width, ellipsis)
    head = room // 3
    return _head(text, head) + ellipsis + _tail(text, room - head)


def fold(text: str, width: int) -> Iterator[str]:
    """The text as lines of at most ``width`` cells, broken at spaces where there are any."""
    line = ""
    for given in text.split(" "):
        word = given
        if line and cells(line) + 1 + cells(word) <= width:
            line = f"{line} {word}"
            continue
        if line:
            yield line
        while cells(word) > width:
            part = _head(word, width) or word[0]
            yield part
            word = word[len(part) :]
        line = word
    if line:
        yield line


def _head(text: str, width: int) -> str:
    used = 0
    for at, char in enumerate(text):
        used += _cells_of(char)
        if used > width:
            return text[:at]
    return text


def _tail(text: str, width: int) -> str:
    used = 0
    for at in range(len(text) - 1, -1, -1):
        used += _cells_of(text[at])
        if used > width:
            return text[at + 1 :]
    return text


def is_utf8(encoding: str | None) -> bool:
    """Whether a stream of this encoding takes every sign; others get plain ASCII ones."""
    return (encoding or "ascii").lower().replace("-", "") in {"utf8", "utf8sig"}
