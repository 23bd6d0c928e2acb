"""What was measured: by the runs themselves, and of the models that they made."""

from collections.abc import Iterator, Mapping
from typing import Any

from whence.model.edge import Basis
from whence.query.diff.align import StepPair
from whence.query.diff.comparison import Comparison
from whence.query.diff.difference import LayerDiff, What, verdict
from whence.query.diff.grounds import grounds_told
from whence.query.diff.side import Step
from whence.query.diff.told import Told
from whence.query.diff.unknowns import tell_gaps
from whence.query.diff.values import difference_of, is_rounded, normal


def compare_metrics(comparison: Comparison) -> LayerDiff:
    """The layer of metrics."""
    told = Told()
    measured = False
    for place, pair in _measuring(comparison):
        a, b = _metrics(pair.a), _metrics(pair.b)
        measured = measured or bool(a or b)
        named = _named(a, b)
        for name in sorted((a.keys() | b.keys()) - set(named.values())):
            sides = (a.get(name), b.get(name))
            _compare(told, (place, pair.job), name, sides, named.get(name))
        tell_gaps(told, "metrics", place, pair, settled=lambda _: False)
    changes = told.changes()
    notes = [] if measured or not _differs(comparison) else ["no metrics were recorded"]
    notes += grounds_told(comparison)
    return LayerDiff(verdict(changes), tuple(changes), tuple(notes))


def _differs(comparison: Comparison) -> bool:
    return any(True for _ in comparison.differing_steps())


def _measuring(comparison: Comparison) -> Iterator[tuple[int, StepPair]]:
    """The steps of both lineages, then the later runs that measured the two models."""
    yield from comparison.differing_steps()
    first = len(comparison.alignment.steps)
    for place, pair in enumerate(comparison.alignment.evaluations, first):
        if not pair.shared:
            yield place, pair


def _metrics(step: Step | None) -> Mapping[str, Mapping[str, Any]]:
    """Name → ``value``, ``source``, ``series``; what was declared beats what was concluded."""
    found: dict[str, Mapping[str, Any]] = {}
    for basis in reversed(Basis) if step is not None else ():
        assert step is not None
        for name, told in step.account.said("metrics", basis).items():
            plain = dict(told) if isinstance(told, Mapping) else {"value": told}
            found[name] = {**plain, "basis": basis.value}
    return found


def _named(
    a: Mapping[str, Mapping[str, Any]], b: Mapping[str, Mapping[str, Any]]
) -> dict[str, str]:
    """Names that the program gave to what a library's function measured → that function.

    They are the same where the values are, on both sides, as far as they were written out.
    """
    observed = [name for name in a.keys() & b.keys() if a[name]["basis"] == "observed"]
    found: dict[str, str] = {}
    for name in sorted(a.keys() & b.keys()):
        if a[name]["basis"] == "observed":
            continue
        for other in sorted(observed):
            if other not in found.values() and all(
                is_rounded(side[other].get("value"), side[name].get("value")) for side in (a, b)
            ):
                found[name] = other
                break
    return found


def _compare(
    told: Told,
    step: tuple[int, str],
    name: str,
    sides: tuple[Mapping[str, Any] | None, Mapping[str, Any] | None],
    measured_by: str | None,
) -> None:
    a, b = sides
    values = (a.get("value") if a else None, b.get("value") if b else None)
    series = a is not None and b is not None and a.get("series") != b.get("series")
    if a is not None and b is not None and normal(values[0]) == normal(values[1]) and not series:
        return
    what: What = "changed"
    if a is None or b is None:
        what = "only_in_a" if b is None else "only_in_b"
    present = b or a or {}
    detail: dict[str, Any] = {
        "delta": difference_of(*values),
        "source": present.get("source"),
        "basis": present.get("basis"),
    }
    if series:
        detail["series"] = "differs"
    if measured_by:
        detail["measured_by"] = measured_by
    told.tell(what, name, values, key=(step[1], *map(normal, values)), step=step, detail=detail)
