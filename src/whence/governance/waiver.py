"""A finding that somebody lets pass until a day, and why."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from typing import Any

from whence.errors import UsageError
from whence.governance.entries import entries
from whence.model.edge import Basis
from whence.model.facet import Facet
from whence.model.identity import NodeId, new_id
from whence.model.record import Record
from whence.recording.observation import ActorSeen
from whence.store.interface import GraphReader, Reader

FACET = "waivers"
LONGEST = 1000


@dataclass(frozen=True, slots=True)
class Waiver:
    """Leave to pass one rule in spite of what it finds."""

    rule: str
    """The rule's name, or the name that the policy gives it there."""
    until: str
    """The last day on which it holds, as ``2026-12-31``, in UTC."""
    by: str
    """Who answers for it."""
    reason: str
    things: tuple[str, ...] = ()
    """Names that it is for, as patterns such as ``delay@*``; empty for all."""
    source: str = ""
    """Where it stands: ``policies/production.yaml:31``, or the id of a record."""

    def is_for(self, rule: str, name: str) -> bool:
        """Whether it speaks of this rule and this thing."""
        return self.rule == rule and (
            not self.things or any(fnmatchcase(name, each) for each in self.things)
        )

    def holds(self, now: str) -> bool:
        """Whether it has not expired at a moment (RFC 3339, UTC)."""
        return now[:10] <= self.until

    def as_json(self) -> dict[str, Any]:
        """As ``schemas/check-1.json`` has it."""
        told = {"rule": self.rule, "until": self.until, "by": self.by, "reason": self.reason}
        return told | ({"source": self.source} if self.source else {})


def read_day(text: str) -> str:
    """A day as ``2026-12-31``.

    Raises:
        UsageError: it is none.
    """
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.isoformat() != text:
        raise UsageError(f"{text!r} is no day", hint="write it as 2026-12-31")
    return text


@dataclass(frozen=True, slots=True)
class WaiverGiven:
    """Somebody waives a rule for one thing."""

    node: NodeId
    policy: str
    """The name of the policy whose rule it is."""
    rule: str
    until: str
    reason: str
    actor: ActorSeen
    source: str

    def compose(self, reader: Reader, time: str) -> Record:
        """The record; earlier waivers stay.

        Raises:
            UsageError: there is no reason, or the day is no day or over.
        """
        del reader
        if not 0 < len(self.reason.strip()) <= LONGEST:
            raise UsageError(
                "a waiver needs a reason", hint=f"--reason TEXT, of at most {LONGEST} characters"
            )
        if read_day(self.until) < time[:10]:
            raise UsageError(
                f"a waiver until {self.until} is over already", hint="name a day to come"
            )
        record = new_id()
        told = {
            "policy": self.policy,
            "rule": self.rule,
            "until": self.until,
            "by": self.actor.name,
            "by_kind": self.actor.kind,
            "reason": self.reason.strip(),
            "at": time,
        }
        return Record(
            id=record,
            type="waiver",
            time=time,
            source=self.source,
            facets=(Facet(self.node, FACET, Basis.DECLARED, {record: told}),),
        )


def waivers_of(reader: GraphReader, handle: int) -> list[tuple[Waiver, Mapping[str, Any]]]:
    """What was waived for one thing by records, each with all that was said, the latest first."""
    (node,) = reader.nodes([handle])
    found = [
        (
            Waiver(
                rule=str(each.get("rule")),
                until=str(each.get("until")),
                by=str(each.get("by")),
                reason=str(each.get("reason")),
                things=(_literal(node.name),),
                source=key,
            ),
            each,
        )
        for key, each in entries(reader, handle, FACET)
        if isinstance(each, Mapping)
    ]
    return sorted(found, key=lambda each: (str(each[1].get("at")), each[0].source), reverse=True)


def _literal(name: str) -> str:
    """A name as a pattern that fits nothing else."""
    return re.sub(r"([*?\[])", r"[\1]", name)
