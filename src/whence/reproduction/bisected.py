"""What ``whence bisect`` does: walk from A to B by commits and versions of data, run halves."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from whence.drawing.waterfall import signed
from whence.model.edge import EdgeKind
from whence.query.account import account_for
from whence.reproduction.attributed import (
    Order,
    bench_for,
    require_contents,
    require_environments,
    side_json,
)
from whence.reproduction.attribution.stepping import Steps, find_steps
from whence.reproduction.attribution.telling import decimals_of
from whence.reproduction.interface import FileNeed
from whence.reproduction.mixing.history import History
from whence.reproduction.mixing.stages import read_pipeline
from whence.reproduction.mixing.timeline import Timeline, Version
from whence.reproduction.whereabouts import Whereabouts
from whence.store.interface import Direction, Reader
from whence.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Prepared:
    """A way of which both ends are at hand."""

    order: Order
    workspace: Workspace
    timeline: Timeline
    sides: tuple[dict[str, Any], dict[str, Any]]

    def answer(self, tell: Callable[[int], None] = lambda _: None) -> dict[str, Any]:
        """Run what it takes.

        Args:
            tell: Is told after each batch how many trials were run.

        Raises:
            ReproductionError: A or B itself cannot be run again.
        """
        steps = find_steps(
            bench_for(self.workspace, self.order, self.timeline),
            len(self.timeline.events),
            plan=self.order.plan,
            budget=self.order.budget,
            tell=tell,
        )
        return self._told(steps)

    def _told(self, steps: Steps) -> dict[str, Any]:
        events = [
            {"kind": each.kind, "step": each.title, "at": each.at, "commit": each.commit}
            for each in self.timeline.events
        ]
        change = steps.change
        told: dict[str, Any] = {
            "a": self.sides[0],
            "b": self.sides[1],
            "metric": self.timeline.pipeline.metric,
            "complete": steps.complete,
            "change": None
            if change is None
            else {"value": change.value, "low": change.low, "high": change.high},
            "noise": steps.noise,
            "seeds": steps.seeds,
            "spent": steps.spent,
            "steps": events,
            "carriers": [
                {
                    "steps": events[each.after : each.until],
                    "change": each.change.value,
                    "low": each.change.low,
                    "high": each.change.high,
                }
                for each in steps.carriers
            ],
            "broken": [
                {"after": events[number - 1]["step"], "why": why} for number, why in steps.broken
            ],
            "trials": [
                {
                    "point": int(next(iter(trial.mixture))),
                    "seed": trial.seed,
                    "value": outcome.value,
                    "why": outcome.reason,
                    "runs": list(outcome.runs),
                }
                for trial, outcome in steps.trials
            ],
        }
        return {**told, "sentence": sentence(told)}


def prepare(workspace: Workspace, order: Order) -> Prepared:
    """Find the way from A to B.

    Raises:
        UsageError: A is B, nothing differs, or B does not come after A.
        NotFoundError: the metric is not one of both.
        ReproductionError: something that either end needs is not at hand.
    """
    with workspace.reading() as reader:
        pipeline = read_pipeline(reader, order.a.handle, order.b.handle, order.metric)
        a, b = (
            {**side_json(reader, side), "recorded": value}
            for side, value in zip((order.a, order.b), pipeline.recorded, strict=True)
        )
    require_contents(workspace, pipeline)
    require_environments(pipeline)
    whereabouts = Whereabouts(workspace)

    def versions(one: FileNeed, other: FileNeed) -> list[Version]:
        with workspace.reading() as reader:
            found = versions_between(reader, one, other)
        return [
            each
            for each in found
            if each.sha256 == other.sha256 or whereabouts.find(each.sha256) is not None
        ]

    timeline = Timeline(pipeline, History(workspace.root), versions)
    return Prepared(order, workspace, timeline, (a, b))


def versions_between(reader: Reader, one: FileNeed, other: FileNeed) -> list[Version]:
    """The contents that a file had after one version, up to another, oldest first."""
    first, last = (
        None if need.artifact is None else reader.find(need.artifact) for need in (one, other)
    )
    assert other.sha256 is not None, "it is at hand"
    if first is None or last is None:
        return [Version(other.sha256, "")]
    found: dict[str, Version] = {}
    for handle in sorted(reader.named(other.name)):
        (node,) = reader.nodes([handle])
        if first < handle <= last and node.is_artifact and node.digest is not None:
            at = _first_used(reader, handle)
            found.setdefault(node.digest.sha256, Version(node.digest.sha256, at))
    found.pop(one.sha256 or "", None)
    goal = found.pop(other.sha256, None) or Version(other.sha256, _first_used(reader, last))
    return [*found.values(), goal]


def _first_used(reader: Reader, handle: int) -> str:
    """When the first run began that used or made it."""
    users = [
        link.origin
        for link in reader.links([handle], Direction.EFFECTS)
        if link.kind is EdgeKind.USED
    ]
    times = [_started(account_for(reader, each).said("outcome")) for each in users]
    return min(filter(None, times), default="")


def _started(outcome: Mapping[str, Any]) -> str:
    return str(outcome.get("started_at") or "")


def sentence(told: Mapping[str, Any]) -> str:
    """The answer in words."""
    change, decimals = told["change"], decimals_of({**told, "factors": []})
    metric, a, b = told["metric"], told["a"]["called"], told["b"]["called"]
    if change is None:
        return f"The budget ended before {metric} of {a} and {b} could be measured again."
    verb = "rose" if change["value"] > 0 else "fell" if change["value"] < 0 else "changed"
    went = f"{metric} {verb} by {abs(change['value']):.{decimals}f} from {a} to {b}"
    found = [
        f"{_either(each['steps'])} ({signed(each['change'], decimals)})"
        for each in told["carriers"]
    ]
    if not found:
        if not told["complete"]:
            return f"{went}; the budget ended before a step was found that carries it."
        doubt = change["high"] - change["value"]
        return (
            f"No effect beyond noise: {went}, and other seeds alone change it by as much "
            f"(± {doubt:.{decimals}f})."
            if doubt
            else f"No effect: {metric} of {b} is that of {a}, whatever the seed."
        )
    many = "" if len(found) == 1 else f"{len(found)} steps: "
    more = "" if told["complete"] else "; the budget ended before all steps were looked for"
    return f"{went} with {many}{'; '.join(found)}{more}."


def _either(steps: Sequence[Mapping[str, Any]]) -> str:
    titles = [str(each["step"]) for each in steps]
    if len(titles) == 1:
        return titles[0]
    return f"one of {', '.join(titles)} (nothing between them runs)"
