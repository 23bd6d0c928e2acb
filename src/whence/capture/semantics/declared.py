"""What other trackers were told in the run: parameters, metrics, tags, and the things they keep.

Somebody said it, so it is declared, with the tracker as its source; what was observed stands beside
it. The same word told twice, by autologging for example, is one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from whence.capture.agent.reports import Telling
from whence.capture.semantics.metrics import MOST, POINTS, thin
from whence.capture.semantics.parameters import MOST as MOST_PARAMETERS
from whence.model.gap import Gap
from whence.recording.redact import redact_value

THINGS = frozenset({"artifact", "dataset", "model", "alias"})
"""Forms that speak of a thing rather than of a value."""


@dataclass(frozen=True, slots=True)
class Declared:
    """What trackers were told."""

    facets: Mapping[str, Mapping[str, Any]]
    """``parameters``, ``metrics`` and ``tags``; those without a value are left out."""
    things: tuple[Mapping[str, Any], ...]
    """Each with ``form`` and ``system``, and what was said: ``path`` or ``uri``, ``name`` …"""
    gaps: tuple[Gap, ...] = ()


@dataclass(slots=True)
class _Series:
    source: str
    points: list[tuple[int | None, Any]] = field(default_factory=list)
    met: set[tuple[int | None, Any]] = field(default_factory=set)

    def add(self, step: int | None, value: Any) -> None:
        """Add a point; the same value at the same step is the same point."""
        if (step, value) in self.met if step is not None else self.points[-1:] == [(step, value)]:
            return
        self.met.add((step, value))
        self.points.append((step, value))


def read_declared(told: Iterable[Telling], labels: Mapping[str, str] | None = None) -> Declared:
    """Add up what trackers were told.

    Values that one name has in several runs or trackers keep the name where they agree; else the
    first has it, and the others carry their run's or tracker's: ``second:lr``, ``wandb:lr``.

    Args:
        told: What was told.
        labels: How people call the trackers' runs, by id.
    """
    hearing = _Hearing(labels or {})
    for each in told:
        if each.event == "declared":
            hearing.take(each.fields)
    facets: dict[str, Mapping[str, Any]] = {}
    gaps = []
    for facet, values in hearing.facets().items():
        most = MOST_PARAMETERS if facet == "parameters" else MOST
        if len(values) > most:
            reason = f"{len(values):,} were logged by trackers; {most:,} are told"
            gaps.append(Gap("truncated", facet, reason))
        if values:
            facets[facet] = dict(list(values.items())[:most])
    return Declared(facets, tuple(hearing.things.values()), tuple(gaps))


class _Hearing:
    """Tellings of one run as they come."""

    def __init__(self, labels: Mapping[str, str]) -> None:
        self.things: dict[str, Mapping[str, Any]] = {}
        self._labels = labels
        self._named = {"parameters": _Named(labels), "tags": _Named(labels)}
        self._series: dict[tuple[str, str, str], _Series] = {}

    def take(self, fields: Mapping[str, Any]) -> None:
        """Add one; what has not the form of any is left out."""
        form, values = fields.get("form"), fields.get("values")
        source, run = str(fields.get("source") or ""), str(fields.get("run") or "")
        if not isinstance(form, str):
            return
        if form in THINGS:
            thing = {name: value for name, value in fields.items() if name not in _FRAME}
            self.things.setdefault(repr(sorted(thing.items())), {"system": source, **thing})
        elif form == "metrics" and isinstance(values, Mapping):
            step = fields.get("step")
            for name, value in values.items():
                if not isinstance(value, int | float | str):
                    continue
                kept = self._series.setdefault((str(name), source, run), _Series(source))
                kept.add(step if isinstance(step, int) else None, value)
        elif form in self._named and isinstance(values, Mapping):
            for name, value in values.items():
                self._named[form].add(str(name), redact_value(str(name), value), source, run)

    def facets(self) -> dict[str, dict[str, Any]]:
        """What was heard, facet by facet."""
        metrics = _Named(self._labels)
        for (name, source, run), kept in self._series.items():
            metrics.put(name, _metric(kept), source, run)
        tags = {name: each["value"] for name, each in self._named["tags"].found.items()}
        return {
            "parameters": self._named["parameters"].found,
            "metrics": metrics.found,
            "tags": tags,
        }


_FRAME = frozenset({"event", "source"})


class _Named:
    """Details by name, where several may claim one."""

    def __init__(self, labels: Mapping[str, str]) -> None:
        self.found: dict[str, dict[str, Any]] = {}
        self._owners: dict[str, tuple[str, str]] = {}
        self._labels = labels

    def add(self, name: str, value: Any, source: str, run: str) -> None:
        """Add a value; whoever said another before has changed its mind."""
        self.put(name, {"value": value, "source": source}, source, run)

    def put(self, name: str, detail: dict[str, Any], source: str, run: str) -> None:
        """Add a detail under its name, or under that of its run or tracker."""
        kept = self.found.get(name)
        if kept is None or self._owners[name] == (source, run):
            self.found[name] = {**detail, "source": kept["source"] if kept else source}
            self._owners.setdefault(name, (source, run))
        elif kept["value"] == detail["value"] and kept.get("count") == detail.get("count"):
            if source not in str(kept["source"]).split(", "):
                kept["source"] = f"{kept['source']}, {source}"
        else:
            owner = self._owners[name][0]
            label = source if owner != source else self._labels.get(run) or run[:8]
            if not name.startswith(f"{label}:"):
                self.put(f"{label}:{name}", detail, source, run)


def _metric(series: _Series) -> dict[str, Any]:
    """As ``semantics.metrics`` has it; a single value at step 0 has no step worth a word."""
    steps = [step for step, _ in series.points]
    detail: dict[str, Any] = {"value": series.points[-1][1], "source": series.source}
    if len(series.points) == 1 and not steps[0]:
        return detail
    told = [at if step is None else step for at, step in enumerate(steps)]
    kept = thin(len(series.points), POINTS)
    return detail | {
        "step": told[-1],
        "count": len(series.points),
        "series": [[told[at], series.points[at][1]] for at in kept],
    }


def merge_declared(
    stated: Mapping[str, Mapping[str, Any]], tracked: Mapping[str, Mapping[str, Any]]
) -> dict[str, dict[str, Any]]:
    """What the program stated itself, with what it told trackers; its own word has the name."""
    merged = {name: dict(data) for name, data in stated.items()}
    for facet, data in tracked.items():
        into = merged.setdefault(facet, {})
        for name, detail in data.items():
            kept = into.get(name)
            if kept is None or facet == "tags":
                into.setdefault(name, detail)
            elif kept["value"] != detail["value"]:
                into[f"{detail['source']}:{name}"] = detail
    return merged


def without_known(
    found: Mapping[str, Mapping[str, Any]], known: Mapping[str, Mapping[str, Any]]
) -> dict[str, dict[str, Any]]:
    """What files of trackers say beyond what was heard as it was said."""
    left = {
        facet: {name: each for name, each in data.items() if name not in known.get(facet, {})}
        for facet, data in found.items()
    }
    return {facet: data for facet, data in left.items() if data}
