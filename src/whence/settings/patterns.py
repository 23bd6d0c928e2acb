"""Which files a rule for a path speaks of: patterns as in ``.gitignore``.

``*`` is anything but a ``/``, ``**`` anything, ``?`` one character, ``[ab]`` one of some. A
pattern without a ``/`` speaks of files of that name in any folder; one that ends in ``/``, of all
below that folder.
"""

import re
from functools import lru_cache


def matches(pattern: str, name: str) -> bool:
    """Whether a pattern speaks of a file, named as the workspace does, with ``/``."""
    return _compiled(pattern).match(name) is not None


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    if pattern.endswith("/"):
        pattern += "**"
    anywhere = "" if "/" in pattern else "(?:.*/)?"
    return re.compile(f"(?s:{anywhere}{''.join(_translated(pattern))})\\Z")


_TOKENS = re.compile(r"\*\*/|\*\*|\*|\?|\[!?\]?[^\]]*\]|.", re.DOTALL)
_TABLE = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


def _translated(pattern: str) -> list[str]:
    return [_TABLE.get(token) or _one(token) for token in _TOKENS.findall(pattern)]


def _one(token: str) -> str:
    if len(token) == 1:
        return re.escape(token)
    inside = token[1:-1]
    is_not = inside.startswith("!")
    body = re.sub(r"([\\\[\]^&~|])", r"\\\1", inside[is_not:])
    try:
        re.compile(f"[{body}]")
    except re.error:
        return re.escape(token)  # a range that goes backwards names nothing but itself
    return f"[{'^' if is_not else ''}{body}]"
