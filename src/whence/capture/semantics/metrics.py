"""What a run measured, each number with its steps."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from whence.capture.agent.reports import Telling
from whence.model.gap import Gap

POINTS = 500
"""How many points of one series are kept, evenly thinned, the last one always."""

MOST = 500
"""How many metrics a record says of one run."""

_Key = tuple[str, str]


@dataclass(slots=True)
class _Series:
    source: str
    pid: int
    values: list[Any] = field(default_factory=list)
    steps: list[Any] = field(default_factory=list)


def read_metrics(told: Iterable[Telling]) -> tuple[dict[str, Any], list[Gap]]:
    """Metrics by name: ``value`` (the last), ``series`` of ``[step, value]``, ``count``, ``on``.

    What was measured on several things carries their names: ``validation_0.logloss``. The same
    metric from several processes that do one thing together (ranks) is told once.
    """
    told = list(told)
    followers = _followers(told)
    found: dict[_Key, _Series] = {}
    for each in told:
        if each.event != "metric" or each.pid in followers:
            continue
        fields = each.fields
        key = (str(fields["name"]), str(fields.get("on") or ""))
        series = found.setdefault(key, _Series(str(fields.get("source") or ""), each.pid))
        series.values.append(fields["value"])
        series.steps.append(fields.get("step"))
    places: dict[str, set[str]] = {}
    for name, on in found:
        places.setdefault(name, set()).add(on)
    gaps = []
    if len(found) > MOST:
        gaps.append(Gap("truncated", "metrics", f"{len(found):,} metrics; {MOST:,} are told"))
    metrics = {}
    for (name, on), series in list(found.items())[:MOST]:
        called = f"{on}.{name}" if on and len(places[name]) > 1 else name
        metrics[called] = _metric(series, on)
    return metrics, gaps


def _metric(series: _Series, on: str) -> dict[str, Any]:
    detail: dict[str, Any] = {"value": series.values[-1], "source": series.source}
    if on:
        detail["on"] = on
    count = len(series.values)
    has_steps = any(step is not None for step in series.steps)
    if count > 1 or has_steps:
        steps = (
            [at if step is None else step for at, step in enumerate(series.steps)]
            if has_steps
            else list(range(count))
        )
        detail["step"] = steps[-1]
        detail["count"] = count
        kept = thin(count, POINTS)
        detail["series"] = [[steps[at], series.values[at]] for at in kept]
    return detail


def thin(count: int, most: int) -> list[int]:
    """Which of ``count`` points are kept: at most ``most``, evenly, first and last among them."""
    if count <= most:
        return list(range(count))
    return sorted({round(at * (count - 1) / (most - 1)) for at in range(most)})


def _followers(told: Iterable[Telling]) -> set[int]:
    """Processes that tell what another tells too: ranks other than the first of those here."""
    ranks = {
        each.pid: _rank(each.fields)
        for each in told
        if each.event == "part" and each.fields.get("kind") == "rank"
    }
    return {pid for pid, rank in ranks.items() if rank > min(ranks.values())}


def _rank(fields: Mapping[str, Any]) -> int:
    try:
        return int(fields.get("rank") or 0)
    except (TypeError, ValueError):
        return 0
