"""When do two names mean one person?"""

import re
from collections.abc import Iterable, Mapping

_GIT = re.compile(r"\s*(.*?)\s*<([^<>]+)>\s*\Z")


def spellings(name: str) -> frozenset[str]:
    """What a name may also be written as: ``Ada L. <ada@x.org>`` is ``Ada L.`` and ``ada@x.org``.

    The part of an address before the ``@`` is none: two firms may each have an ``ada``.
    """
    told = _GIT.match(name)
    parts = [name] if told is None else [name, told[1], told[2]]
    return frozenset(" ".join(part.casefold().split()) for part in parts if part.strip())


def is_among(name: str, others: Iterable[str]) -> bool:
    """Whether a person is one of these people, as far as names tell."""
    mine = spellings(name)
    return any(mine & spellings(other) for other in others)


def any_among(names: Iterable[str], others: Mapping[str, object]) -> bool:
    """Whether one of several names of a person is among these people."""
    return any(is_among(name, others) for name in names)
