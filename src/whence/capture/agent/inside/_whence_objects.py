"""Numbers for live objects, which are held by weak references alone.

What libraries make of known objects comes by the thousand, and little of it is ever told: it gets
no number, but a trail, which says of which numbered objects it was made.
"""

from __future__ import annotations

import weakref
from collections import deque

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

_LENDERS = 16
_FLEETING = 2_000


class Trail(weakref.ref):  # type: ignore[type-arg]
    """A reference to an object without a number, and the numbers of those it was made of."""

    __slots__ = ("how", "key", "of")
    key: int
    of: tuple[int, ...]
    how: str


class Numbers:
    """An object keeps its number while it lives; a number is given once."""

    def __init__(self) -> None:
        self._kept: dict[int, tuple[int, Any, Any]] = {}
        self._trails: dict[int, Trail] = {}
        self.knows = _knowing(self._kept, self._trails)
        """Whether there may be a number or a trail for an ``id``."""
        self.lay_one = _laying(self)
        """Of one object another was made: as ``lay``, as quick as can be."""
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

    def is_own(self, thing: Any) -> bool:
        """Whether the number of an object is its own, or that of the memory that it shows."""
        kept = self._kept.get(id(thing))
        return kept is not None and _is_same(kept, thing)

    def lay(self, thing: Any, sources: Any, how: str) -> None:
        """Say of which objects this one was made; it costs a microsecond, so nothing is told."""
        of: tuple[int, ...] = ()
        for source in sources:
            of += self.origins(source)
        if not of:
            return
        key = id(thing)
        entry = self._kept.get(key)
        if entry is not None:
            if _is_same(entry, thing):
                return
            del self._kept[key]
        if len(of) > 1:
            of = tuple(dict.fromkeys(of))[:_LENDERS]
        made = Trail(thing, self.lose)
        made.key, made.of, made.how = key, of, how
        self._trails[key] = made

    def origins(self, thing: Any) -> tuple[int, ...]:
        """The number of an object, or the numbers of those that it was made of."""
        for _ in range(_LENDERS):
            key = id(thing)
            kept = self._kept.get(key)
            if kept is not None and _is_same(kept, thing):
                return (kept[0],)
            trail = self._trails.get(key)
            if trail is not None and trail() is thing:
                return trail.of
            if type(thing).__name__ != "ndarray":
                break
            thing = thing.base
            if thing is None:
                break
        return ()

    def follow(self, thing: Any) -> tuple[Any, Trail] | None:
        """The trail of an object, or of the array whose memory it shows, which comes first."""
        for _ in range(_LENDERS):
            trail = self._trails.get(id(thing))
            if trail is not None and trail() is thing:
                return thing, trail
            if type(thing).__name__ != "ndarray":
                return None
            thing = thing.base
            if thing is None:
                return None
        return None

    def lose(self, trail: Trail) -> None:
        if self._trails.get(trail.key) is trail:
            del self._trails[trail.key]

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


def _knowing(kept: dict[int, Any], trails: dict[int, Trail]) -> Callable[[int], bool]:
    def knows(key: int) -> bool:
        return key in trails or key in kept

    return knows


def _laying(numbers: Numbers) -> Callable[[Any, Any, str], None]:
    kept, trails = numbers._kept, numbers._trails
    lose, lay = numbers.lose, numbers.lay

    def lay_one(thing: Any, source: Any, how: str) -> None:
        key = id(source)
        trail = trails.get(key)
        if trail is not None and trail() is source:
            of = trail.of
        else:
            entry = kept.get(key)
            if entry is None:
                return
            held = entry[1]
            if held is None or held() is not source:
                return
            of = (entry[0],)
        key = id(thing)
        if key in kept:
            lay(thing, (source,), how)
            return
        made = Trail(thing, lose)
        made.key, made.of, made.how = key, of, how
        trails[key] = made

    return lay_one


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
