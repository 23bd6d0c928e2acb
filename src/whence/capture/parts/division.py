"""Which processes of a run are a part of it together: a pure decision.

A shell, a build tool or a Python program that only starts others is a *driver*. What it starts is
a step; a step that read or wrote data is a part, with all that it started itself. Programs that
are joined by pipes are one step. A driver with one step is not divided. A program that computes and
calls a tool on the way is one run; and so is one with its workers. Ranks are parts.
"""

from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from whence.capture.parts.pipelines import group
from whence.capture.parts.programs import (
    is_interpreter,
    is_whence,
    script_of,
    starts_others,
    worker_of,
)
from whence.capture.parts.tree import Process, Tree
from whence.capture.parts.versions import Version
from whence.model.identity import NodeId

MOST_PARTS = 200
"""Parts of one run; what further steps did is said of the run itself."""
_DEEPEST = 100
"""Processes below one another that are looked into."""


@dataclass(frozen=True, slots=True)
class Part:
    """One step, with its processes."""

    mains: tuple[Process, ...]
    """The programs that make the step: several where pipes join them."""
    processes: frozenset[int]
    """The keys of all of its processes."""
    recorded: NodeId | None = None
    """The run as which it is recorded already, by a ``whence run`` of its own."""

    @property
    def lead(self) -> Process:
        """The program that the step is called after: the last that runs a script, or the last."""
        scripted = [each for each in self.mains if script_of(each.argv)]
        return (scripted or self.mains)[-1]


@dataclass(frozen=True, slots=True)
class Division:
    """A run, divided."""

    parts: tuple[Part, ...]
    """In the order in which they started."""
    owners: tuple[int, ...]
    """For each process, by key: 0 for the run itself, else 1 + the place of its part."""
    folded: int = 0
    """How many steps more there were."""


@dataclass(frozen=True, slots=True)
class Traces:
    """What processes did, as far as it decides what is a part."""

    touched: AbstractSet[int]
    """Those that read or wrote data."""
    wrote: AbstractSet[int]
    """Those that wrote what is there at the end, or what another one read."""
    recorded: Mapping[int, NodeId] = field(default_factory=dict)
    """Process → the run as which it is recorded already."""


def find_traces(
    versions: Sequence[Version],
    inputs: Collection[str],
    outputs: Collection[str],
    recorded: Mapping[int, NodeId],
) -> Traces:
    """Who touched data.

    Args:
        versions: All contents of the run's files.
        inputs: Paths of data that was there before.
        outputs: Paths that the run left behind.
        recorded: Process → the run as which it is recorded already.
    """
    touched: set[int] = set()
    wrote: set[int] = set()
    for version in versions:
        if version.maker is None:
            if version.path in inputs:
                touched |= version.users.keys()
        elif version.users or (version.stands and version.path in outputs):
            touched |= {version.maker, *version.users}
            wrote.add(version.maker)
    return Traces(touched, wrote, recorded)


def divide(tree: Tree, traces: Traces, *, most: int = MOST_PARTS) -> Division | None:
    """Tell the parts of a run; ``None`` where it is one thing."""
    steps = _Divider(tree, traces).steps()
    known = [each for each in steps if each.recorded]
    if not known and len([each for each in steps if each.weighs]) < 2:
        return None
    steps.sort(key=lambda each: min(tree.nodes[main].started_at for main in each.mains))
    owners = [0] * len(tree.nodes)
    for place, step in enumerate(steps[:most], start=1):
        for key in step.processes:
            owners[key] = place
    parts = tuple(
        Part(
            tuple(tree.nodes[main] for main in step.mains),
            frozenset(key for key in step.processes if owners[key] == place),
            step.recorded,
        )
        for place, step in enumerate(steps[:most], start=1)
    )
    return Division(parts, tuple(owners), max(0, len(steps) - most))


@dataclass(slots=True)
class _Step:
    mains: list[int]
    processes: set[int]
    weighs: bool
    """Whether it does more than look at data."""
    recorded: NodeId | None = None
    rank: bool = False


class _Divider:
    def __init__(self, tree: Tree, traces: Traces) -> None:
        self._tree = tree
        self._nodes = tree.nodes
        self._traces = traces
        self._ranks = _ranks(tree)
        self._below: dict[int, list[_Step]] = {}

    def steps(self) -> list[_Step]:
        root = self._nodes[0]
        if starts_others(root.argv) or not root.argv or self._drives(0, 0):
            found = self._steps_below(0, 0)
        else:
            found = [each for each in self._steps_below(0, 0) if each.recorded]
        return found

    def _steps_of(self, key: int, depth: int) -> list[_Step]:
        """The steps that a process and all below it are: none, itself, or several."""
        node = self._nodes[key]
        if depth > _DEEPEST:
            return []
        if key in self._traces.recorded and is_whence(node.argv):
            known = self._traces.recorded[key]
            return [_Step([key], set(self._tree.below(key)), weighs=True, recorded=known)]
        if key in self._ranks:
            return [_Step([key], set(self._tree.below(key)), weighs=True, rank=True)]
        below = self._steps_below(key, depth)
        weighty = [each for each in below if each.weighs]
        if not node.argv or worker_of(node.argv):
            return below if not node.argv or any(each.rank for each in below) else []
        several = len(weighty) > 1 or any(each.recorded for each in below)
        if starts_others(node.argv):
            if several:
                return below
            inner = weighty or below
            return self._step(key, inner[0].mains if inner else [key])
        if self._drives(key, depth):
            return below
        known_ones = [each for each in below if each.recorded]
        carved = set().union(*(each.processes for each in known_ones))
        return [*self._step(key, [key], carved), *known_ones]

    def _step(self, key: int, mains: list[int], carved: Collection[int] = ()) -> list[_Step]:
        """One step of all that is below a process, if it touched data or runs a script."""
        processes = set(self._tree.below(key)) - set(carved)
        scripted = any(
            self._nodes[main].agent and script_of(self._nodes[main].argv) for main in mains
        )
        if not scripted and processes.isdisjoint(self._traces.touched):
            return []
        wrote = not processes.isdisjoint(self._traces.wrote)
        return [_Step(mains, processes, weighs=scripted or wrote)]

    def _steps_below(self, key: int, depth: int) -> list[_Step]:
        known = self._below.get(key)
        if known is not None:
            return known
        found: list[_Step] = []
        for joined in group(self._tree, key):
            inner = [self._steps_of(each, depth + 1) for each in joined]
            if len(joined) == 1 or any(_are_several(each) for each in inner):
                found += [step for steps in inner for step in steps]
            elif any(inner):
                found.append(_pipeline(joined, inner, self._tree))
        self._below[key] = found
        return found

    def _drives(self, key: int, depth: int) -> bool:
        """Whether a program of an interpreter is there to start others."""
        node = self._nodes[key]
        if not is_interpreter(node.argv):
            return False
        below = self._steps_below(key, depth)
        if any(each.rank for each in below):
            return True
        weighty = [each for each in below if each.weighs]
        scripts = [each for each in weighty if any(map(self._is_script, each.mains))]
        if len(scripts) > 1:
            return True
        return len(weighty) > 1 and not self._does_something(key)

    def _is_script(self, key: int) -> bool:
        return bool(script_of(self._nodes[key].argv))

    def _does_something(self, key: int) -> bool:
        """Whether a program itself, or a fork or worker of it, touched data."""
        own = [key]
        for each in own:
            for child in self._nodes[each].children:
                argv = self._nodes[child].argv
                if not argv or worker_of(argv):
                    own.append(child)
        return not self._traces.touched.isdisjoint(own)


def _are_several(steps: Sequence[_Step]) -> bool:
    known = any(each.recorded or each.rank for each in steps)
    return known or len([each for each in steps if each.weighs]) > 1


def _pipeline(joined: Sequence[int], inner: Sequence[Sequence[_Step]], tree: Tree) -> _Step:
    """A pipeline as one step."""
    mains: list[int] = []
    for key, steps in zip(joined, inner, strict=True):
        mains += steps[0].mains if steps else [key]
    return _Step(
        mains=[key for key in mains if tree.nodes[key].argv] or mains,
        processes={each for key in joined for each in tree.below(key)},
        weighs=any(step.weighs for steps in inner for step in steps),
    )


def _ranks(tree: Tree) -> set[int]:
    """Processes that are a rank each, where there are several; what one starts belongs to it."""
    found: dict[int, object] = {}
    for node in tree.nodes:
        if not node.rank:
            continue
        above = node.parent
        while above is not None and above not in found:
            above = tree.nodes[above].parent
        if above is None or found[above] != node.rank.get("rank"):
            found[node.key] = node.rank.get("rank")
    return set(found) if len(set(found.values())) > 1 else set()
