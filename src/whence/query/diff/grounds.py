"""Whether the two were measured alike: by the same runs, on the same data, with the same code."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from whence.query.diff.align import ThingPair, align_used
from whence.query.diff.comparison import Comparison
from whence.query.diff.side import Side, Step
from whence.query.diff.things import name_of, standing
from whence.query.diff.unknowns import unread
from whence.query.diff.usage import usage_of


def measuring(comparison: Comparison) -> Comparison:
    """The later runs that measured the two models, laid beside each other as steps are."""
    pairs = tuple(
        pair
        for pair in comparison.alignment.evaluations
        if pair.a is not None and pair.b is not None and not pair.shared
    )
    alignment = replace(comparison.alignment, steps=pairs, used=align_used(pairs), evaluations=())
    nodes = [
        {met.handle: met.node for step in steps if step is not None for met in step.used}
        for steps in zip(*((pair.a, pair.b) for pair in pairs), strict=True)
    ] or [{}, {}]
    return replace(
        comparison,
        a=replace(comparison.a, nodes={**comparison.a.nodes, **nodes[0]}),
        b=replace(comparison.b, nodes={**comparison.b.nodes, **nodes[1]}),
        alignment=alignment,
    )


def measured_on(comparison: Comparison) -> Iterator[tuple[int, ThingPair]]:
    """Data that differs between the runs that measured the two, each with the place of its runs.

    Args:
        comparison: As ``measuring`` gives it.
    """
    outputs = {each.handle for side in (comparison.a, comparison.b) for each in side.outputs()}
    for place, pair in comparison.differing_steps():
        partly = unread(pair.a) | unread(pair.b)
        for thing in comparison.alignment.used[place]:
            both = {thing.a, thing.b}
            if outputs.isdisjoint(both) and comparison.settings.isdisjoint(both):
                what = standing(comparison, thing, partly)
                if what not in {"same", "unknown"}:
                    yield place, thing


def grounds_told(comparison: Comparison) -> Iterator[str]:
    """Where the two models were not measured alike: the figures say less then."""
    for pair in comparison.alignment.evaluations:
        if pair.a is None or pair.b is None or pair.shared:
            continue
        a, b = _files(pair.a, comparison.a), _files(pair.b, comparison.b)
        other = sorted(name for name in a.keys() | b.keys() if a.get(name) != b.get(name))
        if other:
            more = f" and {len(other) - 1} more" if len(other) > 1 else ""
            yield f"{pair.job} measured the two with other files: {other[0]}{more}"


def incomparable(comparison: Comparison) -> tuple[str, ...]:
    """Why the figures of the two do not compare as they stand, a sentence each."""
    found: dict[str, None] = {}
    for place, thing in measured_on(comparison := measuring(whole := comparison)):
        job = comparison.alignment.steps[place].job
        name = name_of(comparison, thing)
        found[f"{job} measured the two on {name}, which is not the same in both"] = None
    for place, pair in whole.differing_steps():
        if pair.a is None or pair.b is None:
            continue
        a, b = usage_of([pair.a]), usage_of([pair.b])
        for name in sorted(a.measured & b.measured):
            if _differs(whole, place, name):
                found[f"{pair.job} measured itself on {name}, which is not the same in both"] = None
        for by in sorted(a.tested.keys() & b.tested.keys()):
            one, other = a.tested[by], b.tested[by]
            if one != other:
                counts = " and then on ".join(
                    "/".join(f"{count:,}" for count in sorted(each)) for each in (one, other)
                )
                found[f"{pair.job} measured {by} on {counts} rows"] = None
    return tuple(found)


def _differs(comparison: Comparison, place: int, name: str) -> bool:
    return any(
        name_of(comparison, thing) == name and standing(comparison, thing) == "changed"
        for thing in comparison.alignment.used[place]
    )


def _files(step: Step, side: Side) -> Mapping[str, str | None]:
    """What an evaluation read beside the model: data and code."""
    asked = {each.handle for each in side.outputs()}
    code = step.account.said("code").get("files") or ()
    return {
        **{str(each["path"]): each["sha256"] for each in code},
        **{each.node.name: each.sha256 for each in step.used if each.handle not in asked},
    }
