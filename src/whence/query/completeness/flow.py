"""How much each thing and each run of a story counts.

What is asked about weighs 1. A thing hands its weight to the runs that made it; a run keeps half
and hands the other half to the things that it used. So the nearer counts more, nothing counts
twice, and finding out where a thing came from only divides what had been wholly unknown: that is
why learning more never lowers a score.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from whence.model.edge import Basis
from whence.model.identity import NodeId
from whence.query.completeness.story import RunTold, Story, Thing
from whence.query.completeness.table import LAYERS, LINK_PART, STEP_BACK

_DATA = LAYERS["data"].questions
CONTENT_PART = _DATA["content"] / sum(_DATA.values())
"""Of what a thing weighs in the layer of data: what knowing its bytes answers."""


@dataclass(frozen=True, slots=True)
class Portion:
    """A part of the data layer, and how it is known."""

    thing: NodeId
    question: str
    weight: float
    basis: Basis | None


@dataclass(slots=True)
class Flow:
    """What everything in a story weighs."""

    runs: dict[NodeId, float] = field(default_factory=dict)
    things: dict[NodeId, float] = field(default_factory=dict)
    data: list[Portion] = field(default_factory=list)
    beyond: float = 0.0
    """The weight of what lies behind things of unknown origin: runs that nobody has seen."""


def weigh(story: Story) -> Flow:
    """Let the weight flow back from what is asked about to the beginnings."""
    return _Weigher(story).weigh()


class _Weigher:
    def __init__(self, story: Story) -> None:
        self._story = story
        self._flow = Flow()
        self._weight: dict[NodeId, float] = defaultdict(float)
        self._data: dict[NodeId, float] = defaultdict(float)

    def weigh(self) -> Flow:
        root = self._story.root
        self._weight[root] = self._data[root] = 1.0
        for node in _effects_first(self._story):
            weight, data = self._weight[node], self._data[node]
            if node in self._story.runs:
                self._pass_run(self._story.runs[node], weight, data)
            else:
                self._pass_thing(self._story.things[node], weight, data)
        return self._flow

    def _pass_run(self, run: RunTold, weight: float, data: float) -> None:
        self._flow.runs[run.id] = weight * (1 - STEP_BACK) if run.used else weight
        for each in run.used:
            self._weight[each] += weight * STEP_BACK / len(run.used)
            self._data[each] += data / len(run.used)

    def _pass_thing(self, thing: Thing, weight: float, data: float) -> None:
        if thing.is_name:
            for origin in thing.origins:
                self._weight[origin.of] += weight / len(thing.origins)
                self._data[origin.of] += data / len(thing.origins)
            return
        self._flow.things[thing.id] = weight
        self._tell(thing, "content", data * CONTENT_PART, thing.content)
        rest = data * (1 - CONTENT_PART)
        if thing.source is not None:
            self._tell(thing, "origin", rest, thing.source)
        elif not thing.origins:
            self._tell(thing, "origin", rest, None)
            self._flow.beyond += weight
        else:
            self._pass_on(thing, weight, rest, data * LINK_PART)

    def _pass_on(self, thing: Thing, weight: float, data: float, link: float) -> None:
        """To the makers; those that used no data leave nothing to ask further back."""
        count = len(thing.origins)
        for origin in thing.origins:
            run = self._story.runs.get(origin.of)
            if run is not None and not run.used:
                self._tell(thing, "origin", data / count, origin.basis)
            else:
                self._tell(thing, "origin", link / count, origin.basis)
                self._data[origin.of] += (data - link) / count
            if run is not None or not origin.executed:
                self._weight[origin.of] += weight / count
            else:
                self._flow.beyond += weight * (1 - STEP_BACK) / count
                self._weight[origin.of] += weight * STEP_BACK / count

    def _tell(self, thing: Thing, question: str, weight: float, basis: Basis | None) -> None:
        self._flow.data.append(Portion(thing.id, question, weight, basis))


def _effects_first(story: Story) -> Iterator[NodeId]:
    """Everything that the story's subject leads back to, each before what it came from.

    What is part of a circle, which no honest record holds, is left out with all behind it.
    """
    causes = _reached(story)
    waiting: dict[NodeId, int] = defaultdict(int)
    for origins in causes.values():
        for each in origins:
            waiting[each] += 1
    ready = [node for node in causes if not waiting[node]]
    while ready:
        node = ready.pop()
        yield node
        for each in causes[node]:
            waiting[each] -= 1
            if not waiting[each]:
                ready.append(each)


def _reached(story: Story) -> Mapping[NodeId, tuple[NodeId, ...]]:
    found: dict[NodeId, tuple[NodeId, ...]] = {}
    pending = [story.root]
    while pending:
        node = pending.pop()
        if node in found:
            continue
        run = story.runs.get(node)
        if run is not None:
            found[node] = run.used
        else:
            thing = story.things[node]
            ends = thing.source is not None and not thing.is_name
            found[node] = () if ends else tuple(each.of for each in thing.origins)
        pending += found[node]
    return found
