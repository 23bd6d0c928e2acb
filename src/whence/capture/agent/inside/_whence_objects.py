"""Numbers for live objects, which are held by weak references alone."""

from __future__ import annotations

import weakref
from collections import deque

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_LENDERS = 16
_FLEETING = 2_000


class Numbers:
    """An object keeps its number while it lives; a number is given once."""

    def __init__(self) -> None:
        self._kept: dict[int, tuple[int, Any, Any]] = {}
        self._fleeting: deque[int] = deque()
        self._last = 0

    def find(self, thing: Any) -> int | None:
        """The number of an object, or of the numpy array whose memory it shows."""
        for _ in range(_LENDERS):
            kept = self._kept.get(id(thing))
            if kept is not None and _is_same(kept, thing):
                return kept[0]
            if type(thing).__name__ != "ndarray":
                return None
            thing = thing.base
            if thing is None:
                return None
        return None

    def give(self, thing: Any) -> int:
        """A new number."""
        self._last += 1
        key, number = id(thing), self._last
        try:
            held = weakref.ref(thing, lambda _: self._forget(key, number))
        except TypeError:
            # A list or a dictionary: taken for the same while it looks the same.
            self._kept[key] = (number, None, _looks(thing))
            self._fleeting.append(key)
            if len(self._fleeting) > _FLEETING:
                self._kept.pop(self._fleeting.popleft(), None)
        else:
            self._kept[key] = (number, held, None)
        return number

    def same(self, thing: Any, number: int) -> None:
        """Let another object share a number: a wrapper of the same data."""
        key = id(thing)
        try:
            held = weakref.ref(thing, lambda _: self._forget(key, number))
        except TypeError:
            return
        self._kept[key] = (number, held, None)

    def _forget(self, key: int, number: int) -> None:
        kept = self._kept.get(key)
        if kept is not None and kept[0] == number:
            del self._kept[key]


def _is_same(kept: tuple[int, Any, Any], thing: Any) -> bool:
    if kept[1] is not None:
        return kept[1]() is thing
    return bool(kept[2] == _looks(thing))


def _looks(thing: Any) -> tuple[Any, ...]:
    try:
        size = len(thing)
    except TypeError:
        return (type(thing),)
    if size and isinstance(thing, (list, tuple)):
        return type(thing), size, id(thing[0]), id(thing[-1])
    return type(thing), size
