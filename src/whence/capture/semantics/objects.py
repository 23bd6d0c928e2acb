"""Live objects of a run: where each came from, as far as it could be followed.

Objects are told by number within their process; a forked child goes on with its parent's numbers.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from whence.capture.agent.reports import Telling

Key = tuple[int, int]
"""Process and number."""

FITTING = frozenset({"fit", "search"})
"""Kinds of step after which a model comes from the step's inputs."""

MOST = 200
"""How many origins of one object are followed."""


@dataclass(frozen=True, slots=True)
class Origin:
    """A file or URI that an object came from."""

    location: str
    split: str = ""
    """Which part of it: ``train``, ``test``, ``validation``."""
    by: str = ""
    """The fit through which it went into a model."""
    relation: str = ""
    """What a tool said of it: ``fine-tuned``, ``quantized`` …"""


@dataclass(slots=True)
class Thing:
    """One object."""

    key: Key
    facts: dict[str, Any] = field(default_factory=dict)
    reads: list[Origin] = field(default_factory=list)
    sources: list[Key] = field(default_factory=list)
    """Objects that it was made of: data alone."""
    models: list[Key] = field(default_factory=list)
    """Models that had a part in it, such as the one that predicted it."""
    fits: list[tuple[str, list[Key]]] = field(default_factory=list)
    """For a model: each fit, with what it was fitted on."""
    split: str = ""
    how: str = ""
    relation: str = ""

    def parts(self, models: bool) -> list[Key]:
        """What it was made of, with the models that had a part in it or without."""
        return [*self.sources, *self.models] if models else self.sources


class Things:
    """All objects of a run."""

    def __init__(self) -> None:
        self._things: dict[Key, Thing] = {}
        self._parents: dict[int, int] = {}
        self._known: tuple[dict[Key, tuple[Origin, ...]], dict[Key, tuple[Origin, ...]]] = ({}, {})

    def fork(self, child: int, parent: int) -> None:
        """A process goes on with another's objects."""
        self._parents[child] = parent

    def at(self, pid: int, number: int) -> Thing:
        """An object; a new one if nothing was told of it."""
        process = pid
        while (process, number) not in self._things and process in self._parents:
            process = self._parents[process]
        return self._things.get((process, number)) or self._things.setdefault(
            (pid, number), Thing((pid, number))
        )

    def by_key(self, key: Key) -> Thing:
        """An object by its key."""
        return self.at(*key)

    # ----------------------------------------------------------------- origins

    def data_of(self, thing: Thing) -> tuple[Origin, ...]:
        """The files whose content an object holds, whatever models had a part in it."""
        return self._origins(thing.key, models=False)

    def all_of(self, thing: Thing) -> tuple[Origin, ...]:
        """The files that went into an object, those that its models were fitted on too."""
        return self._origins(thing.key, models=True)

    def _origins(self, asked: Key, *, models: bool) -> tuple[Origin, ...]:
        """Worked out from the origins of what it was made of; a loop can make that very deep."""
        known = self._known[models]
        pending, begun = [asked], set()
        while pending:
            key = pending[-1]
            thing = self.by_key(key)
            if key in known:
                pending.pop()
            elif key not in begun:
                begun.add(key)
                pending += [each for each in thing.parts(models) if each not in begun]
            else:
                known[key] = tuple(dict.fromkeys(self._combine(thing, models)))[:MOST]
                pending.pop()
        return known[asked]

    def _combine(self, thing: Thing, models: bool) -> Iterator[Origin]:
        known = self._known[models]
        for origin in thing.reads:
            relation = thing.relation or origin.relation or ("fine-tuned" if thing.fits else "")
            yield _with(origin, thing.split, relation=relation)
        for key in thing.sources:
            for origin in known.get(key, ()):
                yield _with(origin, thing.split, relation=thing.relation)
        for by, inputs in thing.fits:
            for key in inputs:
                for origin in self._origins(key, models=False):
                    yield _with(origin, "", by=by)
        if models:
            for key in thing.models:
                yield from known.get(key, ())


def _with(origin: Origin, split: str, *, by: str = "", relation: str = "") -> Origin:
    return Origin(
        origin.location, split or origin.split, by or origin.by, relation or origin.relation
    )


def gather(told: Iterable[Telling]) -> Things:
    """Everything told of objects and what was done to them."""
    things = Things()
    for each in told:
        fields = each.fields
        match each.event:
            case "fork":
                things.fork(each.pid, int(fields["parent"]))
            case "object":
                thing = things.at(each.pid, fields["n"])
                thing.facts.update(
                    {
                        name: value
                        for name, value in fields.items()
                        if name not in {"event", "n"} and value not in ("", None)
                    }
                )
            case "read":
                thing = things.at(each.pid, fields["n"])
                origin = Origin(
                    str(fields["location"]),
                    str(fields.get("split") or ""),
                    relation=str(fields.get("relation") or ""),
                )
                thing.reads.append(origin)
            case "derived":
                thing = things.at(each.pid, fields["n"])
                thing.sources += [things.at(each.pid, n).key for n in fields["of"]]
                thing.how = str(fields.get("how") or "")
                thing.split = str(fields.get("split") or thing.split)
                thing.relation = str(fields.get("relation") or thing.relation)
                for name in ("shape", "rows", "columns", "type"):
                    if fields.get(name) is not None:
                        thing.facts.setdefault(name, fields[name])
            case "step":
                _take_step(things, each)
    return things


def _take_step(things: Things, told: Telling) -> None:
    fields = told.fields
    inputs = [things.at(told.pid, n).key for n in fields["inputs"].values()]
    model = None if fields.get("model") is None else things.at(told.pid, fields["model"])
    if model is not None and fields["kind"] in FITTING:
        model.fits.append((str(fields["by"]), inputs))
    for number in fields["outputs"].values():
        made = things.at(told.pid, number)
        if model is not None and made is model:
            continue
        made.sources += [key for key in inputs if key != made.key]
        if model is not None:
            made.models.append(model.key)
