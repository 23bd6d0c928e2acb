"""What a policy comes to for one thing at one moment."""

from dataclasses import dataclass
from typing import Any

from whence.governance.finding import Finding, Outcome, worst
from whence.governance.policy import Policy, RuleCall, Severity
from whence.governance.waiver import Waiver
from whence.model.identity import NodeId
from whence.model.node import Node


@dataclass(frozen=True, slots=True)
class RuleVerdict:
    """What one rule of it comes to."""

    call: RuleCall
    findings: tuple[Finding, ...]
    waived_by: Waiver | None = None
    """The waiver that lets it pass."""
    expired: tuple[Waiver, ...] = ()
    """Waivers for it that held until some day before."""
    applies: bool = True
    """Whether the policy asks it here."""

    @property
    def outcome(self) -> Outcome:
        """What it found, whatever is waived."""
        return worst([each.outcome for each in self.findings])

    @property
    def blocks(self) -> bool:
        """Whether it holds the gate shut."""
        if self.waived_by is not None or self.call.severity is Severity.WARN:
            return False
        if self.outcome is Outcome.UNKNOWN:
            return not self.call.unknown_passes
        return self.outcome is Outcome.FAILED

    def as_json(self) -> dict[str, Any]:
        """As ``schemas/check-1.json`` has it."""
        told: dict[str, Any] = {
            "rule": self.call.rule,
            "called": self.call.called,
            "applies": self.applies,
            "outcome": self.outcome.value,
            "severity": self.call.severity.value,
            "blocks": self.blocks,
            "where": self.call.where,
            "findings": [each.as_json() for each in self.findings],
        }
        if self.call.why:
            told["why"] = self.call.why
        if self.waived_by is not None:
            told["waived_by"] = self.waived_by.as_json()
        if self.expired:
            told["expired"] = [each.as_json() for each in self.expired]
        return told


@dataclass(frozen=True, slots=True)
class Verdict:
    """All rules of a policy, answered."""

    policy: Policy
    subject: Node
    at: str
    """The moment for which it was asked: RFC 3339, UTC."""
    purpose: str
    """The alias or place that it was asked for; empty for none."""
    rules: tuple[RuleVerdict, ...]
    sight: str
    """The digest of what there was to see: ``sight.Sight``."""
    head: tuple[int, str]
    """Size and root of the ledger that was asked."""

    @property
    def passed(self) -> bool:
        """Whether nothing holds the gate shut."""
        return not self.blocking

    @property
    def blocking(self) -> tuple[RuleVerdict, ...]:
        """The rules that hold it shut."""
        return tuple(each for each in self.rules if each.blocks)

    def as_json(self) -> dict[str, Any]:
        """As ``schemas/check-1.json`` has it."""
        return {
            "passed": self.passed,
            "subject": {
                "id": self.subject.id,
                "kind": self.subject.kind.value,
                "name": self.subject.name,
            },
            "policy": self.policy.as_json(),
            "purpose": self.purpose,
            "at": self.at,
            "sight": self.sight,
            "ledger": {"size": self.head[0], "root": self.head[1]},
            "rules": [each.as_json() for each in self.rules],
        }

    def kept(self) -> dict[str, Any]:
        """The same as a record keeps it: findings that pass are counted, not told."""
        told = self.as_json()
        for each in told["rules"]:
            passed = [one for one in each["findings"] if one["outcome"] == Outcome.PASSED.value]
            each["findings"] = [one for one in each["findings"] if one not in passed][:_KEPT]
            each["evidence"] = sorted({at for one in passed for at in one.get("evidence", ())})[
                :_KEPT
            ]
        return told


_KEPT = 50
"""Findings, and ids of evidence, that a record keeps of one rule."""


def subject_id(verdict: Verdict) -> NodeId:
    """The thing that was judged."""
    return verdict.subject.id
