"""What framework hooks have at hand: ways to wrap, and words to tell what they see.

Loaded with the first library that has hooks. Nothing here raises into the program: what goes wrong
in a hook is told as a gap, once for each hook. The words are the events of
``whence.capture.agent.reports``; objects are numbered, and held by weak references alone.
"""

from __future__ import annotations

import os
import sys
import time

from _whence_imports import load_file  # type: ignore[import-not-found]
from _whence_lines import json_object  # type: ignore[import-not-found]

for _name in (
    "_whence_frames",
    "_whence_measuring",
    "_whence_objects",
    "_whence_plain",
    "_whence_wraps",
    "_whence_places",
):
    load_file(_name, os.path.join(os.path.dirname(__file__), _name + ".py"))

from _whence_frames import Frames  # type: ignore[import-not-found]  # noqa: E402
from _whence_measuring import Measuring  # type: ignore[import-not-found]  # noqa: E402
from _whence_objects import Numbers  # type: ignore[import-not-found]  # noqa: E402
from _whence_places import Places  # type: ignore[import-not-found]  # noqa: E402
from _whence_plain import flat, plain  # type: ignore[import-not-found]  # noqa: E402

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Iterable, Mapping

UNEVALUATED = frozenset({"DuckDBPyRelation", "LazyFrame"})
"""Types that stand for data that nobody has computed yet."""


class Watch(Frames, Places):  # type: ignore[misc]
    """The words."""

    def __init__(self, agent: Any) -> None:
        Frames.__init__(self)
        Places.__init__(self)
        self.agent = agent
        self.lines = agent.lines
        self.plain = plain
        self.flat = flat
        self._numbers = Numbers()
        self.trail_one = self._numbers.lay_one
        self.knows = self._numbers.knows
        self._measuring = Measuring(agent.lines)
        self._series: dict[tuple[str, str, str], Callable[..., None]] = {}
        self._ends: list[Callable[[], None]] = []
        self._random: set[tuple[str, bool]] = set()
        self._troubled: set[str] = set()

    # -------------------------------------------------------------- beginnings

    def take_in(self, name: str, path: str) -> None:
        """Load a file of hooks, and have it called as its modules come."""
        module = load_file("_whence_framework_" + name.replace(".", "_"), path)
        for wanted, call in module.hooks(self).items():
            self.expect(wanted, call)

    def expect(self, name: str, call: Callable[[Any], None]) -> None:
        """Call with a module right after it is executed, or now if it was."""
        self.agent.finder.want(name, self.guarded(call, name))

    def load(self, name: str) -> Any:
        """Another file of ours that stands beside the hooks, by its name."""
        frame = sys._getframe(1)
        place = os.path.join(os.path.dirname(frame.f_code.co_filename), name + ".py")
        return load_file("_whence_framework_" + name, place)

    def guarded(self, call: Callable[..., Any], about: str) -> Callable[..., Any]:
        """The same call, which raises nothing, and whose own doings are not told."""

        def guarded(*args: Any) -> Any:
            try:
                with self.quiet():
                    return call(*args)
            except Exception as error:
                self.trouble(about, error)
                return None

        return guarded

    def trouble(self, about: str, error: BaseException) -> None:
        """A hook failed: its library is not seen fully from now on."""
        if about in self._troubled:
            return
        self._troubled.add(about)
        try:
            self.gap("observer-blind", about, "a hook failed: %s" % _cut(repr(error), 200))
        except Exception:
            pass

    def at_end(self, call: Callable[[], None]) -> None:
        """Call when the interpreter ends, or becomes another program."""
        self._ends.append(call)

    def begin_again(self) -> None:
        """This is a forked child."""
        self._measuring.begin_again()

    def end(self) -> None:
        """The interpreter ends."""
        ends, self._ends = self._ends, []
        for call in ends:
            self.guarded(call, "end")()

    # ------------------------------------------------------------------- words

    def tell(self, event: str, **fields: Any) -> None:
        """Write a line; values must be plain already (``plain``)."""
        fields["event"] = event
        self.lines.append((json_object(fields) + "\n").encode("ascii"))

    def parameters(
        self,
        owner: str,
        values: Mapping[str, Any],
        defaults: Iterable[str] = (),
        source: str = "",
    ) -> None:
        """What steers a thing: ``values`` by name; ``defaults``: names of the library's own."""
        told = {str(name): plain(value) for name, value in values.items()}
        self.tell(
            "parameters",
            owner=owner,
            values=told,
            defaults=[str(name) for name in defaults if name in values],
            source=source,
        )

    def metric(
        self, name: str, value: Any, step: Any = None, on: str = "", source: str = ""
    ) -> None:
        """One measured number, as cheap as can be; ``series`` is cheaper where one is measured."""
        self.series(name, on, source)(value, step)

    def series(self, name: str, on: str = "", source: str = "") -> Callable[..., None]:
        """What tells the numbers of one metric: ``tell(value, step=None)``."""
        key = (name, on, source)
        found = self._series.get(key)
        if found is None:
            found = self._series[key] = self._measuring.series(len(self._series) + 1, *key)
        return found

    def seed(self, name: str, value: Any, source: str = "", where: str = "") -> None:
        """A generator of random numbers was seeded."""
        if not where:
            frame = self.user()
            where = self.where(frame) if frame is not None else ""
        self.tell("seed", name=name, value=plain(value), source=source, where=where)

    def random(self, name: str, seeded: bool) -> None:
        """A generator of random numbers was used."""
        if (name, seeded) not in self._random:
            self._random.add((name, seeded))
            frame = self.user()
            where = self.where(frame) if frame is not None else ""
            self.tell("random", name=name, seeded=bool(seeded), where=where)

    def configured(
        self, source: str, values: Mapping[str, Any], origins: Mapping[str, str]
    ) -> None:
        """The program's own configuration: dotted names, and where each value came from."""
        told = {str(name): plain(value) for name, value in values.items()}
        self.tell("configured", source=source, values=told, origins=dict(origins))

    def remote(self, mode: str, uri: str, service: str, **facts: Any) -> None:
        """Something beyond this machine was read or written."""
        self.tell("remote", mode=mode, uri=uri, service=service, **_plain_facts(facts))

    def query(self, dialect: str, statement: str, database: str, **facts: Any) -> None:
        """A statement was sent to a database."""
        self.tell(
            "query", dialect=dialect, statement=statement, database=database, **_plain_facts(facts)
        )

    def link(self, system: str, name: str, uri: str = "", **facts: Any) -> None:
        """Another tool keeps a run of its own, called ``name`` there, for this one."""
        self.tell("link", system=system, id=str(name), uri=str(uri), **_plain_facts(facts))

    def declare(self, form: str, source: str, **facts: Any) -> None:
        """What another tool was told."""
        self.tell("declared", form=form, source=source, **_plain_facts(facts))

    def part(self, kind: str, **facts: Any) -> None:
        """This process is one of several that do one thing together."""
        self.tell("part", kind=kind, **_plain_facts(facts))

    def cell(self, **facts: Any) -> None:
        """A cell of a notebook was executed."""
        self.tell("cell", **_plain_facts(facts))

    def gap(self, kind: str, about: str, reason: str, remedy: str = "") -> None:
        """Something is not known."""
        self.tell("gap", kind=kind, about=about, reason=reason, remedy=remedy)

    # ----------------------------------------------------------------- objects

    def known(self, thing: Any) -> int | None:
        """The number of an object, or of the one whose memory it shows; ``None`` without one.

        What was made of numbered objects gets its own with the first question.
        """
        found: int | None = self._numbers.find(thing)
        if found is None:
            followed = self._numbers.follow(thing)
            if followed is not None:
                first, trail = followed
                found = int(self._numbers.give(first))
                self._tell_derived(first, found, trail.of, trail.how)
        return found

    def trail(self, result: Any, sources: Iterable[Any], how: str) -> None:
        """An object was made of others, as ``derived``: told when it is met, and if it ever is."""
        self._numbers.lay(result, sources, how)

    def origins(self, thing: Any) -> tuple[int, ...]:
        """The number of an object, or those of what it was made of, without giving it one."""
        found: tuple[int, ...] = self._numbers.origins(thing)
        return found

    def is_own(self, thing: Any) -> bool:
        """Whether an object has a number of its own, not that of the array whose part it shows."""
        return bool(self._numbers.is_own(thing))

    def rows(self, thing: Any) -> dict[str, Any] | None:
        """A sketch of the rows of a table or array, see ``_whence_rows``; only with a key."""
        if not os.environ.get("WHENCE_ROWS_KEY"):
            return None
        place = os.path.join(os.path.dirname(__file__), "_whence_rows.py")
        found: dict[str, Any] | None = load_file("_whence_rows", place).rows(thing)
        return found

    def object(self, thing: Any, kind: str = "other", name: str = "", **facts: Any) -> int:
        """Number an object, and tell what it is when it is met first or more is known."""
        number = self.known(thing)
        if number is None:
            number = self._numbers.give(thing)
            facts.setdefault("type", type(thing).__name__)
        elif not facts and not name:
            return number
        self.tell("object", n=number, kind=kind, name=name, **_plain_facts(facts))
        return int(number)

    def same(self, thing: Any, known: Any) -> None:
        """Another object that holds the same data as a known one."""
        number = self.known(known)
        if number is not None:
            self._numbers.same(thing, number)

    def read(self, thing: Any, location: Any, by: str, **facts: Any) -> None:
        """An object came from a file or a URI."""
        self.tell(
            "read", n=self._meet(thing), location=_located(location), by=by, **_plain_facts(facts)
        )

    def wrote(self, thing: Any, location: Any, by: str, **facts: Any) -> None:
        """An object, or ``None``, went into a file or to a URI."""
        number = None if thing is None else self._meet(thing)
        self.tell("write", n=number, location=_located(location), by=by, **_plain_facts(facts))

    def derived(self, result: Any, sources: Iterable[Any], how: str, **facts: Any) -> None:
        """An object was made of others; where none of them is known, nothing is told."""
        numbers = [number for number in map(self.known, sources) if number is not None]
        if numbers:
            given = self.known(result)
            number = self._numbers.give(result) if given is None or given in numbers else given
            self._tell_derived(result, number, numbers, how, **_plain_facts(facts))

    def derived_of(self, result: Any, numbers: Iterable[int], how: str) -> None:
        """As ``derived``, where the sources are known by their numbers alone."""
        self._tell_derived(result, self._meet(result), numbers, how)

    def changed(self, thing: Any, sources: Iterable[Any], how: str) -> None:
        """Something was put into an object: with it the object is another from now on."""
        of = self.origins(thing)
        for source in sources:
            number = self.known(source)
            if number is not None and number not in of:
                of += (number,)
        if of:
            self._tell_derived(thing, int(self._numbers.give(thing)), of, how)

    def _tell_derived(
        self, thing: Any, number: int, of: Iterable[int], how: str, **told: Any
    ) -> None:
        shape = _shape_of(thing)
        if shape is not None:
            told.setdefault("shape", shape)
        self.tell("derived", n=number, how=how, type=type(thing).__name__, **told, of=list(of))

    def step(
        self,
        kind: str,
        by: str,
        inputs: Mapping[str, Any] | None = None,
        outputs: Mapping[str, Any] | None = None,
        model: Any = None,
        **facts: Any,
    ) -> None:
        """Something happened to objects: roles with the objects themselves, ``None`` left out."""
        if "where" not in facts:
            frame = self.user()
            facts["where"] = self.where(frame) if frame is not None else ""
        self.tell(
            "step",
            kind=kind,
            by=by,
            at=time.time_ns(),
            inputs=self._numbered(inputs),
            outputs=self._numbered(outputs),
            model=None if model is None else self._meet(model, "model"),
            **_plain_facts(facts),
        )

    def _numbered(self, things: Mapping[str, Any] | None) -> dict[str, int]:
        met = (things or {}).items()
        return {role: self._meet(thing) for role, thing in met if thing is not None}

    def _meet(self, thing: Any, kind: str = "other") -> int:
        """The number of an object, which is told with its looks when it is new."""
        number = self.known(thing)
        if number is not None:
            return number
        facts: dict[str, Any] = {}
        shape = _shape_of(thing)
        if shape is not None:
            facts["shape"] = shape
        elif isinstance(thing, (list, tuple)):
            facts["shape"] = [len(thing)]
        return self.object(thing, kind, self.name_of(thing, self.user()), **facts)


def _shape_of(thing: Any) -> Any:
    """The shape of an array or table; not of what would run a query to know it."""
    if type(thing).__name__ in UNEVALUATED:
        return None
    shape = getattr(thing, "shape", None)
    return plain(list(shape)) if isinstance(shape, tuple) else None


def _plain_facts(facts: dict[str, Any]) -> dict[str, Any]:
    told = {name: plain(value) for name, value in facts.items() if value is not None}
    if "rows" in facts:
        told["rows"] = facts["rows"]  # a sketch is of no use when it is cut
    return told


def _located(location: Any) -> str:
    """An absolute path, or a URI as it is."""
    text = os.fsdecode(location)
    if "://" in text.split("?")[0][:64] or text.startswith("<"):
        return text
    return os.path.abspath(text)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
