"""Two trees side by side: what is equal, what is within tolerance, what differs first.

A tree is what JSON has (objects, lists, texts, numbers, truth values, nothing), and beyond it
bytes, tuples and the nodes below. Readers of formats make trees; this walk knows what is harmless.
Nodes may be shared and may lie in circles: each pair is looked at once.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import Any, ClassVar, NamedTuple

from whence.reproduction.comparers.blocks import Block, compare_blocks
from whence.reproduction.comparers.embedded import LightGBMText, Opened, XGBoostBytes, opened
from whence.reproduction.comparers.harmless import HARMLESS, named, renamed
from whence.reproduction.comparers.tolerance import distance, is_within
from whence.reproduction.interface import Comparison, Likeness


@dataclass(eq=False, slots=True)
class Made:
    """An object, by how it is made; nothing of it was run."""

    what: str
    """The class or function that makes it, with its module."""
    arguments: Any = ()
    state: Any = None
    items: list[Any] = field(default_factory=list)
    pairs: list[tuple[Any, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Named:
    """A class or a function, by its name."""

    name: str


@dataclass(eq=False, slots=True)
class Pairs:
    """A dictionary, whose keys may be anything."""

    pairs: list[tuple[Any, Any]] = field(default_factory=list)


@dataclass(eq=False, slots=True)
class Loose:
    """A set."""

    items: list[Any] = field(default_factory=list)


class _Step(NamedTuple):
    """Where a node lies: the last part of its path, and the rest."""

    part: str
    above: "_Step | None"

    def spelled(self) -> str:
        parts: list[str] = []
        step: _Step | None = self
        while step is not None and len(parts) < _SHOWN:
            parts.append(step.part)
            step = step.above
        return "".join(reversed(parts)).lstrip(".") or "the value"


_Steps = Iterator[tuple[_Step | None, Any, Any]]

_SHOWN = 12
_SPELLED_DEEP, _SPELLED_NODES = 6, 10_000


@dataclass(slots=True)
class Likening:
    """What a walk found."""

    exact: bool = True
    """Nothing differs but what is harmless."""
    within: bool = True
    """What differs are numbers within tolerance."""
    beyond: int = 0
    """Places that differ beyond tolerance."""
    opaque: int = 0
    """Of these, those that are bytes which only their library can read."""
    compared: int = 0
    """Numbers that were looked at."""
    differing: int = 0
    """Numbers that differ."""
    largest: float = 0.0
    """The largest difference, relative."""
    first: str = ""
    """The first difference: where, what it was and what it is."""
    worst: str = ""
    """The first difference beyond tolerance, likewise."""
    harmless: set[str] = field(default_factory=set)
    """Keys of the table of harmless differences that were met."""

    def number(self, where: str, words: str, apart: float, *, within: bool) -> None:
        """A number that differs."""
        self.differing += 1
        self.largest = max(self.largest, apart)
        self.differs(f"{where}: {words}", within=within)

    def differs(self, words: str, *, within: bool = False) -> None:
        """Something that differs."""
        self.exact = False
        self.first = self.first or words
        if not within:
            self.within = False
            self.beyond += 1
            self.worst = self.worst or words

    def _amount(self) -> str:
        """How many numbers differ, and by how much."""
        if self.differing == self.compared == 1:
            return f", by {self.largest:.2g} of itself" if isfinite(self.largest) else ""
        if not self.differing:
            return ""
        count = f"; {self.differing:,} of {self.compared:,} numbers differ"
        at_most = f", by {self.largest:.2g} of themselves at most"
        return count + at_most if isfinite(self.largest) else count

    def comparison(self, comparer: str) -> Comparison:
        """As a comparer answers."""
        met = tuple(row.what for key, row in HARMLESS.items() if key in self.harmless)
        if self.exact:
            return Comparison(Likeness.CANONICAL, comparer, "", met)
        detail = {
            "first_difference": self.first,
            "largest_difference": self.largest if isfinite(self.largest) else None,
            "numbers": self.compared,
            "numbers_differing": self.differing,
        }
        amount = self._amount()
        if self.within:
            return Comparison(
                Likeness.VALUES, comparer, f"first at {self.first}{amount}", met, detail
            )
        likeness = Likeness.UNREAD if self.opaque == self.beyond else Likeness.DIFFERENT
        return Comparison(likeness, comparer, f"first at {self.worst}{amount}", met, detail)


def liken(recorded: Any, again: Any) -> Likening:
    """How alike two trees are."""
    return _Walk().walk(recorded, again)


class _Walk:
    def __init__(self) -> None:
        self.found = Likening()
        self._seen: set[tuple[int, int]] = set()
        self._held: list[Any] = []

    def walk(self, recorded: Any, again: Any) -> Likening:
        todo: list[tuple[_Step | None, Any, Any]] = [(None, recorded, again)]
        while todo:
            step, one, other = todo.pop()
            todo.extend(reversed(list(self._pair(step, one, other))))
        return self.found

    def _pair(self, step: _Step | None, one: Any, other: Any) -> "_Steps":
        if one is other:
            return
        if not isinstance(one, _PLAIN):
            pair = (id(one), id(other))
            if pair in self._seen:
                return
            self._seen.add(pair)
            self._held.append((one, other))  # so that no other node gets their ids
        if isinstance(one, _NUMBERS) and isinstance(other, _NUMBERS):
            self._numbers(step, one, other)
        elif type(one) is not type(other):
            self._differ(step, one, other)
        elif (look := self._LOOKS.get(type(one))) is not None:
            if (row := _harmless(step, one, other)) is None:
                yield from look(self, step, one, other)
            elif not liken(one, other).exact:
                self.found.harmless.add(row)
        elif one != other:
            yield from self._contents(step, one, other)

    def _contents(self, step: _Step | None, one: Any, other: Any) -> "_Steps":
        """Texts or bytes that differ: maybe a library's own model."""
        models = opened(one), opened(other)
        if None not in models:
            yield step, *models
            return
        self.found.opaque += isinstance(one, bytes | bytearray)
        self._differ(step, one, other)

    def _names(self, step: _Step | None, one: Named, other: Named) -> "_Steps":
        if one.name == other.name:
            return
        if renamed(one.name) == renamed(other.name):
            self.found.harmless.add("renamed-module")
        else:
            self._differ(step, one, other)
        yield from ()

    def _differ(self, step: _Step | None, one: Any, other: Any) -> None:
        if (row := _harmless(step, one, other)) is not None:
            self.found.harmless.add(row)
        else:
            self.found.differs(f"{_at(step)}: {brief(one)} was, {brief(other)} is")

    def _numbers(self, step: _Step | None, one: float, other: float) -> None:
        self.found.compared += 1
        if type(one) is bool or type(other) is bool:
            if one is not other:
                self._differ(step, one, other)
            return
        if one == other:
            if type(one) is not type(other):
                self.found.harmless.add("spelling")
            return
        if one != one and other != other:  # noqa: PLR0124  not a number, either
            return
        if (row := _harmless(step, one, other)) is not None:
            self.found.harmless.add(row)
            return
        whole = type(one) is int and type(other) is int
        try:
            within = not whole and is_within(float(one), float(other))
            apart = distance(float(one), float(other))
        except OverflowError:
            within, apart = False, float("inf")
        self.found.number(_at(step), f"{brief(one)} was, {brief(other)} is", apart, within=within)

    def _blocks(self, step: _Step | None, one: Block, other: Block) -> "_Steps":
        found = compare_blocks(one, other)
        self.found.compared += found.count
        self.found.differing += found.differing
        if found.padding:
            self.found.harmless.add("padding")
        if found.words:
            self.found.largest = max(self.found.largest, found.largest)
            self.found.differs(f"{_at(step)}{found.words}", within=found.within)
        yield from ()

    def _sequences(self, step: _Step | None, one: Sequence[Any], other: Sequence[Any]) -> "_Steps":
        if len(one) != len(other):
            self.found.differs(f"{_at(step)}: {len(one):,} values were, {len(other):,} are")
        for at, (left, right) in enumerate(zip(one, other, strict=False)):
            if left is not right:
                yield _Step(f"[{at}]", step), left, right

    def _pairs(self, step: _Step | None, one: Any, other: Any) -> "_Steps":
        left, right = _by_key(one), _by_key(other)
        if list(left) != list(right):
            if left.keys() == right.keys():
                self.found.harmless.add("key-order")
            for key in [*(left.keys() - right.keys()), *(right.keys() - left.keys())]:
                verb = "is gone" if key in left else "is new"
                self.found.differs(f"{_Step(_part(key), step).spelled()}: {verb}")
        for key, value in left.items():
            if key in right:
                yield _Step(_part(key), step), value, right[key]

    def _sets(self, step: _Step | None, one: Loose, other: Loose) -> "_Steps":
        left, right = ({spell(it): it for it in loose.items} for loose in (one, other))
        if left.keys() == right.keys():
            if list(left) != list(right):
                self.found.harmless.add("set-order")
            return
        gone, new = sorted(left.keys() - right.keys()), sorted(right.keys() - left.keys())
        words = [f"{len(gone):,} are gone, {len(new):,} are new"]
        words += [f"such as {it[:60]}" for it in (gone or new)[:1]]
        self.found.differs(f"{_at(step)}: of a set, {', '.join(words)}")
        yield from ()

    def _objects(self, step: _Step | None, one: Made, other: Made) -> "_Steps":
        if one.what != other.what:
            if renamed(one.what) != renamed(other.what):
                self._differ(step, one, other)
                return
            self.found.harmless.add("renamed-module")
        if one.arguments or other.arguments:
            yield _Step("()", step), one.arguments, other.arguments
        if one.items or other.items:
            yield step, one.items, other.items
        if one.pairs or other.pairs:
            yield step, Pairs(one.pairs), Pairs(other.pairs)
        yield step, one.state, other.state

    def _models(self, step: _Step | None, one: Opened, other: Opened) -> "_Steps":
        if one.rest != other.rest:
            self.found.harmless.add(one.beside)
        yield step, one.model, other.model

    _LOOKS: ClassVar[Mapping[type, Callable[..., "_Steps"]]] = {
        Block: _blocks,
        dict: _pairs,
        Pairs: _pairs,
        list: _sequences,
        tuple: _sequences,
        Loose: _sets,
        Made: _objects,
        Named: _names,
        LightGBMText: _models,
        XGBoostBytes: _models,
    }


_PLAIN = (str, bytes, int, float, bool, type(None))
_NUMBERS = (int, float)


def _at(step: _Step | None) -> str:
    return step.spelled() if step is not None else "the value"


def _part(key: str) -> str:
    return f".{key}"


def _harmless(step: _Step | None, one: Any, other: Any) -> str | None:
    if step is None:
        return None
    row = named(step.part.lstrip("."), one, other)
    return row.key if row is not None else None


def _by_key(node: Any) -> dict[str, Any]:
    pairs = node.pairs if isinstance(node, Pairs) else node.items()
    return {key if isinstance(key, str) else spell(key): value for key, value in pairs}


def spell(node: Any) -> str:
    """A key or a member of a set, as one text; equal texts are equal values, up to a length."""
    return "".join(_spelling(node, [_SPELLED_NODES], _SPELLED_DEEP))


def _spelling(node: Any, left: list[int], deep: int) -> Iterator[str]:
    left[0] -= 1
    if isinstance(node, Block):
        yield f"{node.dtype}{node.shape}{bytes(node.data)!r}"
    elif isinstance(node, Named):
        yield node.name
    elif isinstance(node, _PLAIN):
        yield repr(node)
    elif not deep or left[0] < 0:  # a hostile pickle can make a list of lists of the same lists
        yield type(node).__name__
    elif isinstance(node, tuple | list):
        yield "("
        for each in node:
            yield from _spelling(each, left, deep - 1)
            yield ", "
        yield ")"
    elif isinstance(node, Loose):
        yield from sorted("".join(_spelling(each, left, deep - 1)) for each in node.items)
    elif isinstance(node, Made):
        yield f"{node.what}"
        yield from _spelling(node.arguments, left, deep - 1)
        yield from _spelling(node.state, left, deep - 1)
    else:
        yield type(node).__name__


def brief(node: Any) -> str:
    """A value in a few words, for a person."""
    if isinstance(node, Block):
        return f"an array {node.shape} of {node.dtype}"
    if isinstance(node, Made):
        return f"a {node.what}"
    if isinstance(node, Named):
        return node.name
    if isinstance(node, bytes | bytearray):
        return f"{len(node):,} bytes"
    if isinstance(node, Mapping | Pairs):
        return "a dictionary"
    if isinstance(node, list | tuple | Loose):
        return f"{len(node.items if isinstance(node, Loose) else node):,} values"
    if isinstance(node, int) and node.bit_length() > 200:
        return f"a number of {node.bit_length():,} bits"
    text = repr(node)
    return text if len(text) <= 60 else f"{text[:57]}…"
