"""How a run was started and how it ended, from what its session has on disk."""

from collections.abc import Mapping
from typing import Any

from whence.model.gap import Gap
from whence.model.run import RunState, outcome_state
from whence.recording.redact import redact_text


def state_of(end: Mapping[str, Any] | None) -> RunState:
    """What became of a run; ``end`` is ``None`` where nobody saw it."""
    if end is None:
        return RunState.UNKNOWN
    return outcome_state(end.get("exit_status"), end.get("signal"))


def unknown_end() -> Gap:
    """The gap of a run of which nobody saw the end."""
    return Gap(
        "outcome-unknown",
        "run",
        "the recorder was killed before the program ended",
        "look at the program's own output",
    )


_SAID_ELSEWHERE = frozenset(
    {
        "v",
        "id",
        "owner",
        "job",
        "started_at",
        "source",
        "code",
        "tags",
        "parent",
        "parent_job",
        "observers",
        "workspace",
        "variables",
        "pipelines",
        "again",
    }
)


def execution_of(start: Mapping[str, Any], end: Mapping[str, Any] | None) -> dict[str, Any]:
    """The execution facet: what a session knows of how it was started."""
    told = {name: value for name, value in start.items() if name not in _SAID_ELSEWHERE}
    if end is not None and end.get("error"):
        told["error"] = redact_text(end["error"])
    return {name: value for name, value in told.items() if value not in (None, "", [], {})}
