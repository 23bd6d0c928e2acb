"""The life of a run."""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType

REPLAY = "replay"
"""The role in which a run follows its job when it does another run again."""

REPLAYS = "replays/"
"""How the names begin of all that was made by doing a run again."""


class RunState(Enum):
    """Where a run stands."""

    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    KILLED = "killed"
    UNKNOWN = "unknown"


TRANSITIONS: Mapping[RunState, frozenset[RunState]] = MappingProxyType(
    {
        RunState.RUNNING: frozenset(
            {RunState.COMPLETED, RunState.FAILED, RunState.KILLED, RunState.UNKNOWN}
        ),
        # Whoever lost sight of a run may learn later how it ended.
        RunState.UNKNOWN: frozenset({RunState.COMPLETED, RunState.FAILED, RunState.KILLED}),
        RunState.COMPLETED: frozenset(),
        RunState.FAILED: frozenset(),
        RunState.KILLED: frozenset(),
    }
)
"""Which state may follow which."""


def outcome_state(exit_status: int | None, signal: str | None) -> RunState:
    """The state that an exit tells of; ``(None, None)`` is an exit that nobody saw."""
    if signal is not None:
        return RunState.KILLED
    if exit_status is None:
        return RunState.UNKNOWN
    return RunState.COMPLETED if exit_status == 0 else RunState.FAILED
