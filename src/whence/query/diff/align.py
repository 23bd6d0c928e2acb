"""Which run of the one lineage answers to which of the other, and which file to which."""

import re
from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from whence.query.diff.matching import Likeness, match
from whence.query.diff.side import Meeting, Side, Step, holds_data

_CHANGING = re.compile(r"[0-9a-f]{8,}|\d+")
"""What differs in the names of files that each run calls anew: dates, counts, ids."""


@dataclass(frozen=True, slots=True)
class StepPair:
    """Two runs that answer to each other, or one that nothing answers to."""

    a: Step | None
    b: Step | None

    @property
    def job(self) -> str:
        """How the step is called."""
        step = self.b or self.a
        assert step is not None
        return step.job

    @property
    def shared(self) -> bool:
        """Whether it is one and the same run, so that nothing of it can differ."""
        return self.a is not None and self.b is not None and self.a.handle == self.b.handle


@dataclass(frozen=True, slots=True)
class ThingPair:
    """Two files that answer to each other, or one that nothing answers to."""

    a: int | None
    b: int | None


@dataclass(frozen=True, slots=True)
class Alignment:
    """Two lineages laid beside each other."""

    steps: tuple[StepPair, ...]
    used: tuple[tuple[ThingPair, ...], ...]
    """For each pair of steps, the files that they read."""
    generated: tuple[tuple[ThingPair, ...], ...]
    """For each pair of steps, the files that they made."""
    outputs: tuple[ThingPair, ...]
    """What was asked about, and what was made beside it."""
    loose: tuple[ThingPair, ...]
    """Files that no step of the two met: what others were copied from or consist of."""
    evaluations: tuple[StepPair, ...]


def align(a: Side, b: Side) -> Alignment:
    """Lay two lineages beside each other."""
    steps = _align_steps(a, b)
    outputs = _align_outputs(a, b)
    partners = _partners(outputs)
    generated = tuple(
        _align_step(_made(pair.a), _made(pair.b), {} if pair.shared else partners, _MADE_ALIKE)
        for pair in steps
    )
    made = [*outputs, *chain.from_iterable(generated)]
    partners = _partners(made)
    used = tuple(_align_step(_met(pair.a), _met(pair.b), partners, _MET_ALIKE) for pair in steps)
    return Alignment(
        steps=steps,
        used=used,
        generated=generated,
        outputs=tuple(outputs),
        loose=_align_rest(a, b, [*made, *chain.from_iterable(used)]),
        evaluations=_pairs(*match(a.evaluations, b.evaluations, [Likeness(lambda it: it.job)])),
    )


def align_used(steps: Iterable[StepPair]) -> tuple[tuple[ThingPair, ...], ...]:
    """The files that further pairs of steps read, for each of them by itself."""
    return tuple(_align_step(_met(pair.a), _met(pair.b), {}, _MET_ALIKE) for pair in steps)


# ------------------------------------------------------------------------ steps


def _align_steps(a: Side, b: Side) -> tuple[StepPair, ...]:
    roots = _root_steps(a, b)
    ours, theirs = {one for one, _ in roots}, {other for _, other in roots}
    pairs, left, right = match(
        [step for step in a.steps.values() if step.handle not in ours],
        [step for step in b.steps.values() if step.handle not in theirs],
        [
            Likeness(lambda it: it.handle),
            Likeness(lambda it: (it.job, _command(it), _names(it.generated))),
            Likeness(lambda it: (it.job, _names(it.generated))),
            Likeness(lambda it: (it.job, _names(it.used))),
            Likeness(lambda it: it.job),
        ],
    )
    first = [(a.steps[one], b.steps[other]) for one, other in roots]
    found = _pairs([*pairs, *first], left, right)
    return tuple(sorted(found, key=_age))


def _root_steps(a: Side, b: Side) -> list[tuple[int, int]]:
    """The runs that were asked about answer to each other, unless the other side has a better one.

    They do where they follow one recipe; and where neither's recipe occurs on the other side.
    """
    if any(len(side.makers) != 1 and side.thing is not None for side in (a, b)):
        return []
    one, other = a.makers[0], b.makers[0]
    if one == other:
        return []
    here, there = a.steps[one].job, b.steps[other].job
    if here == there:
        return [(one, other)]
    if any(step.job == here for step in b.steps.values()):
        return []
    if any(step.job == there for step in a.steps.values()):
        return []
    return [(one, other)]


def _command(step: Step) -> tuple[str, ...]:
    return tuple(map(str, step.account.said("execution").get("command") or ()))


def _names(met: Iterable[Meeting]) -> frozenset[str]:
    return frozenset(each.node.name for each in met)


def _age(pair: StepPair) -> tuple[str, str, str]:
    """Oldest first, by the later of the two; the same when the sides are exchanged."""
    ages = sorted(
        str(step.account.said("outcome").get("started_at") or "")
        for step in (pair.a, pair.b)
        if step is not None
    )
    ids = sorted(step.account.node.id for step in (pair.a, pair.b) if step is not None)
    return ages[-1], pair.job, ids[0]


def _pairs(
    pairs: Iterable[tuple[Step, Step]], left: Iterable[Step], right: Iterable[Step]
) -> tuple[StepPair, ...]:
    return (
        *(StepPair(one, other) for one, other in pairs),
        *(StepPair(one, None) for one in left),
        *(StepPair(None, other) for other in right),
    )


# ------------------------------------------------------------------------ files


def _made(step: Step | None) -> Sequence[Meeting]:
    return () if step is None else step.generated


def _met(step: Step | None) -> Sequence[Meeting]:
    return () if step is None else step.used


def _align_outputs(a: Side, b: Side) -> list[ThingPair]:
    """What was asked about answers to each other, whatever it is called."""
    asked = [ThingPair(a.thing, b.thing)] if a.thing is not None and b.thing is not None else []
    apart = {a.thing, b.thing} if asked else set()
    here = [each for each in a.outputs() if each.handle not in apart]
    there = [each for each in b.outputs() if each.handle not in apart]
    return [*asked, *_align_meetings(here, there, _MADE_ALIKE)]


def _align_meetings(
    a: Iterable[Meeting], b: Iterable[Meeting], likenesses: Sequence[Likeness[Meeting]]
) -> Iterable[ThingPair]:
    pairs, left, right = match(a, b, likenesses)
    yield from (ThingPair(one.handle, other.handle) for one, other in pairs)
    yield from (ThingPair(one.handle, None) for one in left)
    yield from (ThingPair(None, other.handle) for other in right)


def _align_step(
    a: Sequence[Meeting],
    b: Sequence[Meeting],
    partners: Mapping[int, Sequence[int]],
    likenesses: Sequence[Likeness[Meeting]],
) -> tuple[ThingPair, ...]:
    """The files of two steps; those that are known to answer to each other first."""
    waiting = {each.handle: each for each in b}
    known, left = [], []
    for one in a:
        other = next((at for at in partners.get(one.handle, ()) if at in waiting), None)
        if other is None:
            left.append(one)
        else:
            del waiting[other]
            known.append(ThingPair(one.handle, other))
    return (*known, *_align_meetings(left, waiting.values(), likenesses))


def _partners(pairs: Iterable[ThingPair]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for pair in pairs:
        if pair.a is not None and pair.b is not None and pair.b not in found[pair.a]:
            found[pair.a].append(pair.b)
    return found


def _align_rest(a: Side, b: Side, known: Iterable[ThingPair]) -> tuple[ThingPair, ...]:
    """Files that have no partner yet, wherever in the lineages they are."""
    taken_a: set[int] = set()
    taken_b: set[int] = set()
    for pair in known:
        if pair.a is not None and pair.b is not None:
            taken_a.add(pair.a)
            taken_b.add(pair.b)
    return tuple(_align_meetings(_rest(a, taken_a), _rest(b, taken_b), _MET_ALIKE))


def _rest(side: Side, taken: Collection[int]) -> Iterable[Meeting]:
    for handle, node in sorted(side.nodes.items(), key=lambda item: (item[1].name, item[0])):
        if handle not in taken and holds_data(node):
            yield Meeting("", node, handle)


def _pattern(name: str) -> str | None:
    """A name without what each run calls anew; ``None`` for one without such parts."""
    told = _CHANGING.sub("#", name)
    return told if told != name else None


def _made_alike(met: Meeting) -> Hashable:
    pattern = _pattern(met.node.name)
    return None if pattern is None else (met.role, met.node.kind, pattern)


_MET_ALIKE: Sequence[Likeness[Meeting]] = (
    Likeness(lambda it: it.handle),
    Likeness(lambda it: (it.role, it.node.name)),
    Likeness(lambda it: it.node.name),
    Likeness(lambda it: it.sha256),
)
"""When two files that runs read are the same file: its name first, then its content."""

_MADE_ALIKE: Sequence[Likeness[Meeting]] = (*_MET_ALIKE, Likeness(_made_alike, evenly=True))
"""What runs make may be called anew each time."""
