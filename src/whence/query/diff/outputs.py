"""What was asked about, what was made beside it, and how the runs ended."""

from whence.query.diff.align import StepPair
from whence.query.diff.causes import Causes
from whence.query.diff.comparison import Comparison
from whence.query.diff.data import tell_thing
from whence.query.diff.difference import LayerDiff, verdict
from whence.query.diff.side import Step
from whence.query.diff.told import Told
from whence.query.diff.unknowns import tell_gaps


def compare_outputs(comparison: Comparison, causes: Causes) -> LayerDiff:
    """The layer of outputs."""
    told = Told()
    asked = {*comparison.a.makers, *comparison.b.makers}
    places = {
        place: pair
        for place, pair in comparison.differing_steps()
        if not asked.isdisjoint(step.handle for step in (pair.a, pair.b) if step is not None)
    }
    at = next(iter(places.items())) if len(places) == 1 else (None, None)
    for thing in comparison.alignment.outputs:
        tell_thing(told, comparison, thing, causes, at=at)
    for place, pair in comparison.differing_steps():
        _tell_outcome(told, place, pair)
    for place, pair in places.items():
        tell_gaps(told, "outputs", place, pair, settled=lambda _: False)
    changes = told.changes()
    return LayerDiff(verdict(changes), tuple(changes))


def _tell_outcome(told: Told, place: int, pair: StepPair) -> None:
    """Tell of two runs of which one failed and the other did not, or in another way."""
    if pair.a is None or pair.b is None:
        return
    a, b = _outcome(pair.a), _outcome(pair.b)
    if a != b:
        told.tell(
            "changed",
            "outcome",
            (a, b),
            key=(pair.job, a, b),
            step=(place, pair.job),
            detail={"about": "outcome"},
        )


def _outcome(step: Step) -> str:
    """How a run ended, in words."""
    outcome = step.account.said("outcome")
    state = str(outcome.get("state", "unknown"))
    if outcome.get("signal"):
        return f"{state} by {outcome['signal']}"
    if outcome.get("exit_status"):
        return f"{state} with status {outcome['exit_status']}"
    return state
