"""Which of the user's functions ran, and from Python 3.12 on which of their lines.

Nothing is watched while it runs. From 3.12 on, ``sys.monitoring`` reports each line of the user's
own code objects once and then never again; code of libraries is left alone. Before, the
interpreter itself counts the first calls of each code object, to know what is worth optimizing: a
short number in the object, of which nobody is told, and which is read here at the end. Where it
lies is found by an experiment, so that no layout is taken for granted; where the experiment finds
nothing, nothing is told.
"""

from __future__ import annotations

import sys
import time
from types import CodeType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

_MOST = 20_000
"""Code objects that are followed; a program that loads its modules again and again has more."""
_EVERY = 0.05
"""Seconds between two writings while lines come that never ran before."""
_SELDOM = 0.5
"""Seconds between two looks at what ran while other things are told."""
_TOOLS = (4, 3)
"""Ids of ``sys.monitoring`` that nobody has spoken for (PEP 669)."""
_DEEP = 50


class Executed:
    """Follows the code objects of the user's files; one for each process, as the agent is."""

    def __init__(self, write: Callable[..., None], late: bool = False) -> None:
        self._write = write
        self._codes: dict[int, tuple[str, CodeType]] = {}
        """By their id: code objects are slow to hash. Held, so that ids stay theirs."""
        self._lines: dict[int, set[int]] = {}
        self._named: set[tuple[str, str]] = set()
        self._told: dict[int, set[int]] = {}
        self._last = time.monotonic()
        self._every = _EVERY
        self._took = 0.0
        self._telling = self._fresh = False
        self._full = False
        self._tool = _claim(self._on_line)
        self._count: Any = None if self._tool is not None else COUNT.find()
        by = "lines" if self._tool is not None else "functions" if self._count else ""
        write(event="executing", by=by, late=late)

    def meet(self, path: str, code: CodeType, depth: int = 0) -> None:
        """Follow a module's code, which is about to run, and all that is defined in it."""
        if len(self._codes) >= _MOST or depth > _DEEP:
            self._full = True
            return
        if self._tool is None and self._count is None:
            return
        key = id(code)
        if key not in self._codes:
            self._codes[key] = (path, code)
            if self._tool is not None:
                self._lines[key] = set()
                sys.monitoring.set_local_events(  # type: ignore[attr-defined,unused-ignore]
                    self._tool,
                    code,
                    sys.monitoring.events.LINE,  # type: ignore[attr-defined,unused-ignore]
                )
        for each in code.co_consts:
            if isinstance(each, CodeType):
                self.meet(path, each, depth + 1)

    def name(self, path: str, called: str) -> None:
        """A function was made here out of its parts: it was sent here, as a rule to be called."""
        if (path, called) not in self._named and len(self._named) < _MOST:
            self._named.add((path, called))
            self._write(event="executed", file=path, named=[called])

    def _on_line(self, code: CodeType, line: int) -> Any:
        """A line runs for the first time."""
        try:
            self._lines[id(code)].add(line)
            self._fresh = True
            if time.monotonic() - self._last > self._every:
                self.tell()
        except Exception:  # the user's program comes first
            pass
        return sys.monitoring.DISABLE  # type: ignore[attr-defined,unused-ignore]

    def forked(self) -> None:
        """This is a child now, which may be killed as soon as it has done its work."""
        self._every = 0.0

    def tell_now_and_then(self, least: float = 0.0) -> None:
        """Report, but spend no more than a fiftieth of the time with it.

        A program that is killed has told at least what ran before its last word on other things.
        """
        if self._telling or (self._tool is not None and not self._fresh):
            return
        if time.monotonic() - self._last > max(50 * self._took, least):
            self.tell()

    def tell_beside(self) -> None:
        """The same while other things are told, which may be often."""
        self.tell_now_and_then(_SELDOM if self._tool is None else 0.0)

    def tell(self, done: bool = False) -> None:
        """Report what ran since the last time; ``done`` when this process is at its end."""
        began, self._telling, self._fresh = time.monotonic(), True, False
        try:
            for path, file in self._news().items():
                self._write(event="executed", file=path, **file)
        finally:
            self._last = time.monotonic()
            self._took, self._telling = self._last - began, False
        if done:
            following = _followers()
            traced = sys.gettrace() is not None or sys.getprofile() is not None
            if traced and self._tool is None:
                following.append("a tracer of its own")
            if self._full:
                following.append("more code than is followed")
            self._write(event="executing", done=True, besides=following)

    def _news(self) -> dict[str, dict[str, Any]]:
        """What ran since the last time, by file."""
        files: dict[str, dict[str, Any]] = {}
        for key, (path, code) in list(self._codes.items()):
            ran = self._ran(key)
            known = self._told.get(key)
            if ran is None or (known is not None and len(known) == len(ran)):
                continue
            new = ran if known is None else ran - known
            self._told[key] = ran
            file = files.setdefault(path, {"functions": [], "lines": []})
            if known is None:
                name = getattr(code, "co_qualname", code.co_name)
                file["functions"].append([code.co_firstlineno, name])
            file["lines"] += sorted(new)
        return files

    def _ran(self, key: int) -> set[int] | None:
        """The lines of a code object that ran, which are unknown before 3.12; ``None`` for none."""
        if self._tool is not None:
            lines = self._lines[key]
            return set(lines) if lines else None
        count, fresh = self._count
        return set() if count(key) != fresh else None

    def end(self) -> None:
        """Report the rest, and follow nothing any more."""
        self.tell(done=True)
        if self._tool is not None:
            monitoring = sys.monitoring  # type: ignore[attr-defined,unused-ignore]
            for _, code in self._codes.values():
                monitoring.set_local_events(self._tool, code, 0)
            monitoring.free_tool_id(self._tool)
            self._tool, self._count = None, None
        self._codes.clear()


def _claim(on_line: Callable[[CodeType, int], Any]) -> int | None:
    """An id among the tools that follow a program; ``None`` where there is none for us."""
    monitoring = getattr(sys, "monitoring", None)
    if monitoring is None:
        return None
    for tool in _TOOLS:
        if monitoring.get_tool(tool) is None:
            monitoring.use_tool_id(tool, "whence")
            monitoring.register_callback(tool, monitoring.events.LINE, on_line)
            return tool
    return None


def _one() -> None:
    """Called by the experiment alone."""


def _two() -> None:
    """As the first."""


def _three() -> None:
    """As the first."""


def _find_count() -> tuple[Callable[[int], int], int] | None:
    """How to read the count of calls of a code object by its id, and what it is before any call.

    Three functions are called twice each: the one number in their code objects that was equal
    in all of them and grew by one with each call is the count.
    """
    if sys.implementation.name != "cpython" or sys.version_info >= (3, 12):
        return None
    try:
        from _ctypes import _SimpleCData
    except ImportError:
        return None
    half: Any = type("half", (_SimpleCData,), {"_type_": "h"})
    read = half.from_address
    made = (_one, _two, _three)
    places = range(16, CodeType.__basicsize__, 2)

    def look() -> list[list[int]]:
        return [[read(id(each.__code__) + at).value for at in places] for each in made]

    seen = []
    for _ in range(3):
        seen.append(look())
        for each in made:
            each()
    found = [
        (at, seen[0][0][nth])
        for nth, at in enumerate(places)
        if all(
            counts[nth] == seen[0][0][nth] + calls
            for calls, several in enumerate(seen)
            for counts in several
        )
    ]
    if len(found) != 1:
        return None
    offset, fresh = found[0]
    return (lambda code: int(read(code + offset).value)), fresh


class _Count:
    """The experiment, made once in a process: afterwards its functions have been called."""

    def __init__(self) -> None:
        self._found: tuple[Callable[[int], int], int] | None = None
        self._sought = False

    def find(self) -> tuple[Callable[[int], int], int] | None:
        """What the experiment found."""
        if not self._sought:
            self._sought = True
            self._found = _find_count()
        return self._found


COUNT = _Count()

_COMPILERS = (
    ("numba", "numba.core.dispatcher", ""),
    ("torch.compile", "torch._dynamo.convert_frame", "FRAME_COUNTER"),
    ("tf.function", "tensorflow.python.autograph.impl.api", ""),
)
"""What may run the user's functions in a form of its own: the module by which it is known, and the
number in it that says whether it did."""


def _followers() -> list[str]:
    """Compilers at work in this process."""
    found = []
    for name, module, counter in _COMPILERS:
        loaded = sys.modules.get(module)
        if loaded is not None and (not counter or getattr(loaded, counter, True)):
            found.append(name)
    return found
