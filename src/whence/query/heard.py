"""How a run stands by what its own tool told of it: a pure function of the set of its events."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from whence.model.run import RunState

STATES: Mapping[str, RunState] = MappingProxyType(
    {
        "COMPLETE": RunState.COMPLETED,
        "FAIL": RunState.FAILED,
        "ABORT": RunState.KILLED,
        "RUNNING": RunState.RUNNING,
        "START": RunState.RUNNING,
    }
)
"""Kind of an event → the state that it tells of; of several the first here counts."""

TERMINAL = frozenset({"COMPLETE", "FAIL", "ABORT"})


def outcome_of_events(events: Iterable[str]) -> dict[str, Any]:
    """The facet ``outcome`` that follows from events, each written as ``TIME KIND``."""
    told = [each.split(" ", 1) for each in sorted(events)]
    kinds = {kind for _, kind in told}
    deciding = next((kind for kind in STATES if kind in kinds), "")
    outcome: dict[str, Any] = {
        "state": (STATES[deciding] if deciding else RunState.UNKNOWN).value,
        "started_at": _short(told[0][0]) if told else None,
        "ended_at": None,
    }
    if deciding in TERMINAL:
        outcome["ended_at"] = _short(next(time for time, kind in told if kind == deciding))
    if len(kinds & TERMINAL) > 1:
        outcome["contradictory"] = sorted(kinds & TERMINAL)
    return outcome


def _short(time: str) -> str:
    """With milliseconds, as the record writes times."""
    return time[:23] + "Z"
