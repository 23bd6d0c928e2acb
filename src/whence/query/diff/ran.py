"""Whether the lines that changed ran, as far as anybody knows."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from pathlib import PurePosixPath
from typing import Any, Literal

from whence.query.diff.hunks import Edit
from whence.query.diff.syntax import MODULE, Syntax, Unit, read_syntax

Part = Literal[
    "ran", "called", "loaded", "imports", "speaks", "unseen", "unnamed", "idle", "layout"
]
"""What part a change of code can have had:

- ``ran``: its lines ran.
- ``called``: the function that it lies in ran; which lines of it is not known.
- ``loaded``: its file was used; what of it ran is not known.
- ``imports``: it only makes names of other modules known.
- ``speaks``: it only prints or logs.
- ``unseen``: it was not seen to run, but not all was seen.
- ``unnamed``: nothing that was used names what it defines.
- ``idle``: it did not run.
- ``layout``: comments, docstrings, annotations or layout, and nothing that does anything.
"""

_ORDER: Sequence[Part] = (
    "ran",
    "called",
    "loaded",
    "unseen",
    "imports",
    "speaks",
    "unnamed",
    "idle",
    "layout",
)
"""What matters most first: of an edit with several parts this is told."""

_WORD = re.compile(r"[^\W\d]\w*")
_PYTHON = frozenset({".py", ".pyw", ""})
_HASHED = frozenset(".sh .bash .zsh .r .R .jl .rb .pl .yaml .yml .toml .cfg .ini .mk .txt".split())
"""Endings of files in which a line that begins with ``#`` is a comment."""


@dataclass(frozen=True, slots=True)
class Trace:
    """What ran of one run's sources, as its ``executed`` facet has it."""

    by: str = ""
    """``lines`` or ``functions``: what was followed; empty where nothing was."""
    files: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    whole: bool = False
    """Whether what is not there did not run."""
    words: Mapping[str, int] = field(default_factory=dict)
    """The words of all its sources, and how often they occur; empty where not all are at hand."""

    def lines(self, path: str) -> frozenset[int] | None:
        """The lines of a file that ran; ``None`` where that is not known."""
        told = self.files.get(path, {}).get("lines")
        return None if told is None else numbers(str(told))

    def functions(self, path: str) -> frozenset[int] | None:
        """The first lines of the functions of a file that ran, of classes and the module too."""
        told = self.files.get(path)
        return None if told is None else frozenset(int(first) for first, _ in told["functions"])

    def named(self, path: str) -> frozenset[str]:
        """The names of functions of a file that were sent to a process, as a rule to be called."""
        return frozenset(map(str, self.files.get(path, {}).get("named") or ()))


def read_trace(executed: Mapping[str, Any], texts: Iterable[str | None]) -> Trace:
    """A trace of a run.

    Args:
        executed: The facet.
        texts: The sources that it used.
    """
    known = tuple(texts)
    return Trace(
        str(executed.get("by") or ""),
        executed.get("files") or {},
        bool(executed.get("whole")),
        _count_words(known),
    )


@lru_cache(maxsize=256)
def _count_words(texts: tuple[str | None, ...]) -> Mapping[str, int]:
    """The words of texts; none where not all texts are at hand."""
    if None in texts:
        return {}
    return Counter(chain.from_iterable(_WORD.findall(text) for text in texts if text is not None))


def numbers(text: str) -> frozenset[int]:
    """Ranges as numbers: ``1-3,7`` is 1, 2, 3 and 7."""
    found: set[int] = set()
    for each in text.split(","):
        one, dash, other = each.partition("-")
        if one.isdigit() and (other.isdigit() or not dash):
            found.update(range(int(one), int(other or one) + 1))
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class Version:
    """A source file as one of the two runs used it."""

    path: str
    text: str | None
    trace: Trace
    syntax: Syntax | None = None


def version(path: str, text: str | None, trace: Trace) -> Version:
    """A source file; one that is no Python has no syntax."""
    is_python = PurePosixPath(path).suffix in _PYTHON
    return Version(path, text, trace, read_syntax(text) if is_python else None)


@dataclass(frozen=True, slots=True)
class Role:
    """What part one edit, or a file that only one side used, can have had."""

    part: Part
    line: int
    """Where it begins, in b if it has lines there, else in a."""
    function: str = ""
    """The function that it lies in; empty for the module."""


def role_alone(only: Version) -> Role:
    """The part of a file that only one side used."""
    functions = only.trace.functions(only.path)
    if functions is None:
        return Role(_unfollowed(only.trace), 1)
    defines = only.syntax is not None and any(
        unit.opens and unit.opens.is_function for unit in only.syntax.units
    )
    ran = len(functions) > 1 or not defines or only.trace.named(only.path)
    return Role("ran" if ran else "idle" if only.trace.whole else "unseen", 1)


def parts_of(a: Version, b: Version, edits: Iterable[Edit]) -> list[tuple[Edit, Role]]:
    """The edits with their parts; lines that stand for lines one by one are told apart."""
    found: list[tuple[Edit, Role]] = []
    for each in chain.from_iterable(map(_split, edits)):
        now = role(a, b, each)
        if found:
            last, before = found[-1]
            joined = (last.a.stop, last.b.stop) == (each.a.start, each.b.start)
            if joined and (before.part, before.function) == (now.part, now.function):
                both = Edit(range(last.a.start, each.a.stop), range(last.b.start, each.b.stop))
                found[-1] = (both, before)
                continue
        found.append((each, now))
    return found


def _split(edit: Edit) -> list[Edit]:
    if len(edit.a) != len(edit.b):
        return [edit]
    pairs = zip(edit.a, edit.b, strict=True)
    return [Edit(range(one, one + 1), range(other, other + 1)) for one, other in pairs]


def role(a: Version, b: Version, edit: Edit) -> Role:
    """The part of one edit between two versions of a file."""
    line = edit.b.start if edit.b else edit.a.start
    if a.syntax is None or b.syntax is None:
        same = _bare(a, edit.a) == _bare(b, edit.b)
        return Role("layout" if same else _unfollowed(b.trace, b.path), line)
    gone, come = _touched(a.syntax, edit.a), _touched(b.syntax, edit.b)
    ours, theirs = [unit.says() for unit in gone], [unit.says() for unit in come]
    if ours == theirs:
        return Role("layout", line)
    telling = [
        *((a, unit) for unit, says in zip(gone, ours, strict=True) if says not in theirs),
        *((b, unit) for unit, says in zip(come, theirs, strict=True) if says not in ours),
    ] or [*((a, unit) for unit in gone), *((b, unit) for unit in come)]
    # Where only one of the two was followed, that one tells of both.
    followed = [(side, unit) for side, unit in telling if side.trace.by]
    telling = followed or telling
    parts = {_part(side, unit): unit for side, unit in reversed(telling)}
    part = min(parts, key=_ORDER.index)
    scope = parts[part].opens or parts[part].scope
    named = "" if scope.name == MODULE else scope.name
    first = [unit.first for side, unit in telling if side is b and _part(side, unit) == part]
    return Role(part, max(min(first, default=line), line), named)


def _touched(syntax: Syntax, lines: range) -> list[Unit]:
    """The statements in which lines were changed, or between whose lines some came or went."""
    if lines:
        return syntax.among(lines)
    before = syntax.among(range(lines.start - 1, lines.start))
    return [unit for unit in before if unit.last >= lines.start]


def _part(side: Version, unit: Unit) -> Part:
    """The part that one statement of one side can have had."""
    ran = _ran(side, unit)
    if ran in {"idle", "unseen"}:
        return ran
    if unit.imports:
        return "imports"
    if unit.only_speaks:
        return "speaks"
    names = unit.names if unit.scope.name == MODULE else ()
    scope = unit.opens or unit.scope
    if ran == "loaded" and scope.is_function and not scope.decorated and "." not in scope.name:
        names = (scope.name,)
    if names and side.trace.words and _is_unnamed(side.trace, names):
        return "unnamed"
    return ran


def _is_unnamed(trace: Trace, names: Iterable[str]) -> bool:
    """Whether names occur nowhere but where they get their value."""
    return all(trace.words.get(name, 0) <= 1 and not name.startswith("__") for name in names)


def _ran(side: Version, unit: Unit) -> Part:
    functions = side.trace.functions(side.path)
    if functions is None:
        return _unfollowed(side.trace)
    silent: Part = "idle" if side.trace.whole else "unseen"
    # That a function was defined is no news: whether it was ever called is.
    opens = unit.opens if unit.opens is not None and not unit.opens.decorated else None
    scope = opens or unit.scope
    if scope.name.rpartition(".")[2] in side.trace.named(side.path):
        return "called"
    if scope.first not in functions and scope.name != MODULE:
        return silent
    lines = side.trace.lines(side.path)
    if lines is None:
        return "ran" if scope.name == MODULE and not unit.nesting else "called"
    if opens is not None:
        return "ran"
    return "ran" if not lines.isdisjoint(range(unit.first, unit.last + 1)) else silent


def _unfollowed(trace: Trace, path: str = "") -> Part:
    """The part of what was not followed: a file that is no Python, or that nobody told of."""
    if not trace.by or (path and PurePosixPath(path).suffix not in _PYTHON):
        return "loaded"
    return "idle" if trace.whole else "loaded"


def _bare(side: Version, lines: range) -> list[str]:
    """Lines without layout and comments, where it is known what those are."""
    text = (side.text or "").split("\n")
    hashed = PurePosixPath(side.path).suffix in _HASHED
    found = ["".join(text[at - 1].split()) for at in lines]
    return [each for each in found if each and not (hashed and each.startswith("#"))]
