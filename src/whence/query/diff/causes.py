"""Which changes can have changed what a run made."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from whence.query.diff.align import StepPair, ThingPair
from whence.query.diff.comparison import Comparison
from whence.query.diff.difference import LayerDiff
from whence.query.diff.kinds import is_inert
from whence.query.diff.things import name_of, standing
from whence.query.diff.unknowns import unread

Cause = Mapping[str, Any]
"""``layer`` and ``name`` of a change; ``unknown`` where nobody knows whether it is one."""


CAUSES_TOLD = 8
"""How many causes in one layer a change names; others are counted. A step that reads and writes
thousands of files would otherwise name thousands for each of thousands."""


class Causes:
    """The direct causes of changes in files.

    Args:
        comparison: The two lineages.
        steering: The layers that steer runs, compared, by name.
    """

    def __init__(self, comparison: Comparison, steering: Mapping[str, LayerDiff]) -> None:
        self._comparison = comparison
        self._steps = comparison.alignment.steps
        self._steering = _by_place(steering)
        self._explained: dict[int, dict[str, Any]] = {}
        self._partners: dict[int, set[int]] = defaultdict(set)
        self._makers: tuple[dict[int, int], dict[int, int]] = ({}, {})
        self._index()

    def _index(self) -> None:
        alignment = self._comparison.alignment
        for place, made in enumerate(alignment.generated):
            for pair in made:
                for side, handle in enumerate((pair.a, pair.b)):
                    if handle is not None:
                        self._makers[side].setdefault(handle, place)
        for group in (*alignment.generated, *alignment.used, alignment.loose, alignment.outputs):
            for pair in group:
                if pair.a is not None and pair.b is not None:
                    self._partners[pair.a].add(pair.b)

    def explain(self, pair: ThingPair) -> dict[str, Any]:
        """Why a pair differs, as detail of the change.

        ``cause`` is

        - ``independent``: nothing recorded is upstream of it, or the two were made by one run;
        - ``consequence``: ``because`` lists what differs right upstream;
        - ``unexplained``: nothing upstream differs, so it was chance, time or something unseen;
        - ``unknown``: nothing upstream is known to differ, but not all of it is known.

        ``because_more`` counts causes beyond those that ``because`` names.
        """
        found = [*self._origins(pair)]
        places = self._places(pair)
        if len(places) == 1:
            (place,) = places
            step = self._steps[place]
            if step.shared:
                return {"cause": "independent", "because": found}
            if step.a is not None and step.b is not None:
                return self._explain_step(place, found)
        # Made by steps that do not answer to each other: that is why they differ.
        found += [
            {"layer": "steps", "name": job}
            for job in dict.fromkeys(self._steps[place].job for place in places)
        ]
        return _explanation(found) if found else {"cause": "independent", "because": []}

    def _explain_step(self, place: int, origins: Sequence[Cause]) -> dict[str, Any]:
        """Why what two aligned steps made differs: the same for all of it, origins aside."""
        if origins:
            return _explanation([*origins, *self._causes_of(place)])
        if place not in self._explained:
            self._explained[place] = _explanation([*self._causes_of(place)])
        return self._explained[place]

    def _places(self, pair: ThingPair) -> list[int]:
        """The aligned steps that made the two; one where they answer to each other."""
        made = [
            makers.get(handle)
            for makers, handle in zip(self._makers, (pair.a, pair.b), strict=True)
            if handle is not None
        ]
        return sorted({place for place in made if place is not None})

    def _causes_of(self, place: int) -> Iterable[Cause]:
        """What differs in the inputs, code, parameters and environment of a step."""
        step = self._steps[place]
        for pair in self._comparison.alignment.used[place]:
            if self._comparison.settings.isdisjoint({pair.a, pair.b}):
                yield from self._cause(pair, step)
        yield from self._steering.get(place, ())

    def _origins(self, pair: ThingPair) -> Iterable[Cause]:
        """What the two were copied from, or consist of, where that differs."""
        if pair.a is None or pair.b is None:
            return
        theirs = set(self._comparison.b.origins.get(pair.b, ()))
        for one in self._comparison.a.origins.get(pair.a, ()):
            for other in sorted(self._partners.get(one, set()) & theirs):
                yield from self._cause(ThingPair(one, other))

    def _cause(self, pair: ThingPair, step: StepPair | None = None) -> Iterable[Cause]:
        partly = unread(step.a) | unread(step.b) if step is not None else frozenset[str]()
        what = standing(self._comparison, pair, partly)
        if what != "same":
            cause = {"layer": "data", "name": name_of(self._comparison, pair)}
            yield {**cause, "unknown": True} if what == "unknown" else cause


def _explanation(found: Iterable[Cause]) -> dict[str, Any]:
    causes = {(each["layer"], each["name"]): dict(each) for each in found}
    if not causes:
        return {"cause": "unexplained", "because": [], "unexplained": True}
    known = any(not each.get("unknown") for each in causes.values())
    counts: dict[str, int] = defaultdict(int)
    because = []
    for (layer, _), cause in causes.items():
        counts[layer] += 1
        if counts[layer] <= CAUSES_TOLD:
            because.append(cause)
    told: dict[str, Any] = {"cause": "consequence" if known else "unknown", "because": because}
    return {**told, "because_more": more} if (more := len(causes) - len(because)) else told


def _by_place(steering: Mapping[str, LayerDiff]) -> Mapping[int, Sequence[Cause]]:
    """What differs in the code, parameters and environment of each aligned step."""
    found: dict[int, dict[tuple[str, str], Cause]] = defaultdict(dict)
    for layer, diff in steering.items():
        for change in diff.changes:
            if is_inert(change):
                continue
            # An environment differs as a whole: nobody can say which package mattered.
            name = "environment" if layer == "environment" else change.name
            for place in change.pairs:
                if change.what != "unknown":
                    found[place][layer, name] = {"layer": layer, "name": name}
                else:
                    found[place].setdefault(
                        (layer, name), {"layer": layer, "name": name, "unknown": True}
                    )
    return {place: list(causes.values()) for place, causes in found.items()}
