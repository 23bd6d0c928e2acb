"""Places in a program that have called one thing so often that it is told in brief.

A wrapper that tells in full looks at the stack, the arguments and the result. A loop cannot pay
that at each step, so a place that has been told often enough is known by its instruction alone.
"""

from __future__ import annotations

import sys

from _whence_wraps import Wraps  # type: ignore[import-not-found]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable


class Place:
    """A place, and how its calls are told but for each so many, which are told in full."""

    __slots__ = ("_code", "_every", "_kind", "_left", "tell")

    def __init__(self, frame: Any, first: Any, every: int, tell: Callable[..., None]) -> None:
        """Let the caller's frame be one.

        Args:
            frame: who calls.
            first: the first argument; where it has another type it is another call.
            every: each so many calls are told in full.
            tell: called with ``args, kwargs, result`` of the others.
        """
        self._code = frame.f_code  # which keeps its id
        self._kind = type(first)
        self._every = self._left = every
        self.tell = tell

    def passes(self, args: Any) -> bool:
        """Whether this call is one to tell in brief."""
        self._left -= 1
        if self._left > 0 and args and type(args[0]) is self._kind:
            return True
        self._left = self._every
        return False


class Places(Wraps):  # type: ignore[misc]
    """Wrappers that know such places."""

    def wrap_often(
        self, owner: Any, name: str, call: Any, places: dict[tuple[int, int], Place]
    ) -> None:
        """Wrap as ``wrap`` does, with ``before`` and ``after`` of a call, ``outermost`` if it says.

        Args:
            owner: a module or a class.
            name: a function or method of it.
            call: has ``before``, ``after`` and ``outermost``.
            places: those to tell in brief, by the ``id`` of their code and the instruction.
        """
        state, outermost, frame_at = self._state, call.outermost, sys._getframe
        self.wrap(owner, name, call.before, call.after, outermost=outermost)

        def make(inner: Any) -> Any:
            original = inner.__wrapped__

            def wrapper(*args: Any, **kwargs: Any) -> Any:
                if not places or state.quiet or state.outermost:
                    return inner(*args, **kwargs)
                frame = frame_at(1)
                place = places.get((id(frame.f_code), frame.f_lasti))
                if place is None or not place.passes(args):
                    return inner(*args, **kwargs)
                state.outermost = outermost
                try:
                    result = original(*args, **kwargs)
                finally:
                    state.outermost = False
                try:
                    place.tell(args, kwargs, result)
                except Exception as error:
                    self.trouble(name, error)
                return result

            return wrapper

        self.swap(owner, name, make)
