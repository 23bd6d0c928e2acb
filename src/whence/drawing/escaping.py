"""Names made safe to show: whatever cannot be seen as itself is written as an escape."""

import re
import unicodedata

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Control, format (every bidirectional override, zero widths), lone surrogates, line breaks.

A format character is escaped even where a language uses it: two names that look the same and are
not must not look the same in a record.
"""

_PLAIN = re.compile(r"[ -~]*\Z")
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def printable(text: str) -> str:
    r"""The text on one line, without anything that a terminal or a reader's eye would obey.

    A line break becomes ``\n``, with a visible backslash; other such characters become ``\x1b``,
    ``\u202e`` or ``\U000e0041``.
    """
    if _PLAIN.match(text):
        return text
    return "".join(map(_visible, text))


def _visible(char: str) -> str:
    if unicodedata.category(char) not in _UNSEEN and not _is_nobody(char):
        return char
    if char in _SHORT:
        return _SHORT[char]
    code = ord(char)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _is_nobody(char: str) -> bool:
    """Whether it is one of the 66 noncharacters, which XML 1.0 partly forbids."""
    code = ord(char)
    return code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF
