"""The one list: what most probably matters, and why; likeliest first.

Every change that is no consequence of another is a candidate. What tells the same story twice, such
as a line of code and the argument that it gives to a library, is told once. The order is that of
``weights``; equal weights go by layer, then by name.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from whence.query.diff.candidates import Setting, candidates
from whence.query.diff.code import compare_code, words_of
from whence.query.diff.comparison import Comparison
from whence.query.diff.difference import Candidate, Change, LayerDiff, StepPlace
from whence.query.diff.grounds import measured_on, measuring
from whence.query.diff.parameters import compare_parameters
from whence.query.diff.things import describe, look_inside, name_of, standing
from whence.query.diff.usage import usage_of
from whence.query.diff.values import normal
from whence.query.diff.weights import WEIGHTS

_LAYERS = ("outputs", "steps", "data", "code", "parameters", "environment")
_OF_STEPS = frozenset({"code", "parameters"})
_SET_IN_CODE = frozenset(
    {"argument", "split", "seed", "split-seed", "setting", "operational", "unnamed"}
)
_MOVING = frozenset({"code-ran", "code-called", "code-loaded", "evaluation-code"})


def rank(
    comparison: Comparison, layers: Mapping[str, LayerDiff], steps: Iterable[StepPlace]
) -> tuple[Candidate, ...]:
    """The candidates for the cause of a difference, likeliest first.

    Args:
        comparison: The two lineages.
        layers: What differs in each layer.
        steps: The steps of both, of which some only one may have.
    """
    pairs = enumerate(comparison.alignment.steps)
    alone = {place for place, pair in pairs if pair.a is None or pair.b is None}
    found = [
        each
        for each in candidates(layers, _setting(comparison))
        # What only belongs to a step that one side lacks is told by that step.
        if each.layer not in _OF_STEPS or not each.change.pairs or each.change.pairs - alone
    ]
    found += _alone(steps)
    if "changed" in {layers[name].status for name in ("outputs", "metrics")}:
        found += _unseeded(comparison)
    told = {each.change.name for each in found} | _consequences(layers)
    found += _of_measuring(comparison, told)
    found = _told_once(found)
    return tuple(sorted(found, key=_order))


def _order(candidate: Candidate) -> tuple[int, int, str, int]:
    line = candidate.edit.get("line", 0) if candidate.edit else 0
    return -candidate.weight, _LAYERS.index(candidate.layer), candidate.change.name, line


def _setting(comparison: Comparison, *, measures: bool = False) -> Setting:
    pairs = dict(comparison.differing_steps())
    return Setting(
        usage={place: usage_of([pair.a, pair.b]) for place, pair in pairs.items()},
        words={place: words_of(comparison, pair) for place, pair in pairs.items()},
        files=frozenset(
            met.node.name
            for pair in pairs.values()
            for step in (pair.a, pair.b)
            if step is not None
            for met in (*step.used, *step.generated)
        ),
        measuring=measures,
    )


def _alone(steps: Iterable[StepPlace]) -> Iterator[Candidate]:
    """Steps that only one of the two has."""
    weight = WEIGHTS["step"]
    for step in steps:
        if step.a is not None and step.b is not None:
            continue
        what, side = ("only_in_a", "a") if step.b is None else ("only_in_b", "b")
        change = Change("only_in_a" if what == "only_in_a" else "only_in_b", step.job)
        says = f"only {side} has this step"
        yield Candidate("steps", step.job, "step", weight.score, says, weight.why, change)


def _unseeded(comparison: Comparison) -> Iterator[Candidate]:
    """Randomness of the steps that no seed holds, on either side."""
    found: dict[str, dict[str, None]] = {}
    for _, pair in comparison.differing_steps():
        for step in (pair.a, pair.b):
            for gap in () if step is None else step.account.gaps():
                if gap.get("kind") == "unseeded":
                    found.setdefault(gap.get("about", ""), {})[pair.job] = None
    weight = WEIGHTS["unseeded"]
    for about, jobs in found.items():
        change = Change("unknown", about, steps=tuple(jobs))
        yield Candidate(
            "parameters", about, "unseeded", weight.score, weight.says, weight.why, change
        )


def _consequences(layers: Mapping[str, LayerDiff]) -> set[str]:
    """Data that differs because something else does."""
    return {
        change.name
        for change in layers["data"].changes
        if change.detail.get("cause") == "consequence"
    }


def _of_measuring(comparison: Comparison, told: set[str]) -> Iterator[Candidate]:
    """What differs between the later runs that measured the two."""
    beside = measuring(comparison)
    data = []
    for place, thing in measured_on(beside):
        name = name_of(beside, thing)
        what = standing(beside, thing)
        if name in told or what == "same":
            continue
        change = Change(
            what,
            name,
            describe(beside, thing.a),
            describe(beside, thing.b),
            (beside.alignment.steps[place].job,),
            look_inside(beside, thing) if what == "changed" else {},
            frozenset({place}),
        )
        data.append(change)
    layers = {
        "data": LayerDiff("changed", tuple(data)),
        "code": compare_code(beside),
        "parameters": compare_parameters(beside),
    }
    for each in candidates(layers, _setting(beside, measures=True)):
        if each.change.what != "unknown" and each.change.name not in told:
            yield each


def _told_once(found: list[Candidate]) -> list[Candidate]:
    """Without arguments that a changed line gave: the line is told, and what it gave."""
    lines = [each for each in found if each.kind in _MOVING and each.edit is not None]
    kept: list[Candidate] = []
    gives: dict[int, list[Candidate]] = {}
    for each in found:
        line = _line_of(each, lines)
        if line is None:
            kept.append(each)
        else:
            gives.setdefault(id(line), []).append(each)
    return [_with_gifts(each, gives.get(id(each), [])) for each in kept]


def _line_of(candidate: Candidate, lines: Iterable[Candidate]) -> Candidate | None:
    """The changed line in which a parameter got its new value."""
    change = candidate.change
    if candidate.layer != "parameters" or candidate.kind not in _SET_IN_CODE:
        return None
    if change.what == "unknown" or change.detail.get("given") is not False:
        return None
    for line in lines:
        assert line.edit is not None
        before, after = line.edit.get("before"), line.edit.get("after")
        if set(line.change.steps).isdisjoint(change.steps):
            continue
        owner = change.name.partition(".")[0]
        if change.what == "only_in_a" and _stands_in(owner, before):
            return line
        if change.what == "only_in_b" and _stands_in(owner, after):
            return line
        if (
            change.what == "changed"
            and _stands_in(change.a, before)
            and _stands_in(change.b, after)
        ):
            return line
    return None


def _stands_in(value: Any, lines: Iterable[str] | None) -> bool:
    """Whether a value is written out in one of a few lines of code."""
    if isinstance(value, bool) or value is None:
        wanted = str(value)
        return any(wanted in line for line in lines or ())
    told = normal(value)
    cut = str.maketrans(dict.fromkeys("()[]{},=:;+*/%<>\"'", " "))
    return any(normal(word) == told for line in lines or () for word in line.translate(cut).split())


def _with_gifts(line: Candidate, given: list[Candidate]) -> Candidate:
    if not given:
        return line
    names = ", ".join(each.name for each in given[:2])
    names += f" and {len(given) - 2} more" if len(given) > 2 else ""
    heaviest = max(given, key=lambda each: each.weight)
    weight = max(line.weight, heaviest.weight)
    if weight == line.weight and all(each.kind in {"seed", "split-seed"} for each in given):
        # A line that only sets a seed is no more than the seed.
        return replace(
            heaviest,
            name=line.name,
            layer=line.layer,
            change=line.change,
            edit=line.edit,
            says=f"it sets {names}: {heaviest.says}",
        )
    return replace(line, weight=weight, says=f"{line.says}; it sets {names}")
