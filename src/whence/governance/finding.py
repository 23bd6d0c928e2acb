"""What a rule says of one thing."""

from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from whence.model.identity import NodeId


class Outcome(Enum):
    """How a question ends, best first."""

    PASSED = "passed"
    UNKNOWN = "unknown"
    """The record does not say; that is not a pass."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Finding:
    """One answer of one rule, with what it rests on."""

    outcome: Outcome
    message: str
    """What is so, as a sentence without its full stop."""
    node: NodeId | None = None
    """Which thing it is about."""
    name: str = ""
    """How people call that."""
    evidence: tuple[str, ...] = ()
    """Ids of runs, artifacts and records that it rests on."""
    remedy: str = ""
    """What would change it; empty where nothing can."""
    details: dict[str, Any] = field(default_factory=dict)
    """Figures, for programs."""

    def as_json(self) -> dict[str, Any]:
        """As ``schemas/check-1.json`` has it."""
        told: dict[str, Any] = {"outcome": self.outcome.value, "message": self.message}
        if self.node is not None:
            told |= {"node": self.node, "name": self.name}
        if self.evidence:
            told["evidence"] = list(self.evidence)
        if self.remedy:
            told["remedy"] = self.remedy
        if self.details:
            told["details"] = self.details
        return told


def worst(outcomes: "list[Outcome]") -> Outcome:
    """The worst of several; nothing said is a pass."""
    order = list(Outcome)
    return max(outcomes, key=order.index, default=Outcome.PASSED)
