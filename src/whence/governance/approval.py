"""Somebody says yes or no to a thing as it was seen, with a reason and a signature.

What is signed is an in-toto Statement in a DSSE envelope: the bytes of the model by digest, the
decision, who decides as what and why, the digest of all that there was to see, and, where a policy
was asked, what it came to. What an approval says is read from what was signed and from nowhere
else.

A signature shows that whoever has a key said this; who has the key, it does not show. On a laptop
it is a key of one's own; a server signs with its key what people said to it who had proved who they
are.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from whence.errors import LedgerError, UsageError, WireError
from whence.governance.case import Case
from whence.governance.entries import entries
from whence.governance.people import is_among, spellings
from whence.governance.sight import Change, Sight, changes, look, read_sight
from whence.ledger.envelope import Envelope, seal, statement
from whence.ledger.signing import SigningKey, VerifierKey
from whence.model.edge import Basis
from whence.model.facet import Facet
from whence.model.identity import NodeId, new_id
from whence.model.record import Record
from whence.recording.observation import ActorSeen
from whence.store.interface import GraphReader, Reader
from whence.wire.canonical import canonical

FACET = "approvals"
PREDICATE = "https://w3id.org/whence/attestation/approval/v1"
LONGEST = 1000
MOST = 500
"""Approvals of one thing that are read: the latest."""


class Decision(Enum):
    """What somebody says."""

    APPROVE = "approve"
    REJECT = "reject"


class Vouching(Enum):
    """Who vouches for the name in an approval."""

    KEY = "key"
    """Whoever has the key says the name himself."""
    SERVER = "server"
    """A server, to which the person had proved who he is."""


@dataclass(frozen=True, slots=True)
class Approval:
    """What somebody said, as it was signed."""

    record: str
    decision: Decision | None
    """``None`` where what was signed cannot be read."""
    by: str
    kind: str
    """``person``, ``service`` …"""
    role: str
    reason: str
    at: str
    sight: str
    """The digest of what was seen."""
    policy: Mapping[str, Any]
    """Name, digest and answer of the policy that was asked; empty where none was."""
    vouching: Vouching
    key: VerifierKey | None
    """The key that signed it; ``None`` where no signature holds."""
    problem: str = ""
    """Why it does not count at all; empty where it does."""

    @property
    def is_yes(self) -> bool:
        """Whether it approves."""
        return self.decision is Decision.APPROVE

    def is_vouched_by(self, key: bytes) -> bool:
        """Whether the server with this public key says who it was."""
        return self.vouching is Vouching.SERVER and self.key is not None and self.key.public == key

    @property
    def who(self) -> str:
        """What tells one approver from the next: two names with one key are one person."""
        if self.vouching is Vouching.SERVER or self.key is None:
            return f"name:{min(spellings(self.by), default='')}"
        return f"key:{self.key.public.hex()}"


@dataclass(frozen=True, slots=True)
class Standing:
    """An approval as it stands now."""

    approval: Approval
    is_author: bool
    """Whether whoever said it is among those who made the thing."""
    is_superseded: bool
    """Whether the same person said something later."""
    changes: tuple[Change, ...] = field(default=())
    """What is otherwise now than it was seen."""

    @property
    def is_yes(self) -> bool:
        """Whether it approves."""
        return self.approval.is_yes

    @property
    def at(self) -> str:
        """When it was said."""
        return self.approval.at

    @property
    def problem(self) -> str:
        """Why it does not count at all; empty where it does."""
        if self.is_superseded:
            return f"{self.approval.by} said something else later"
        return self.approval.problem

    def as_json(self) -> dict[str, Any]:
        """As ``schemas/approvals-1.json`` has it."""
        its = self.approval
        return {
            "record": its.record,
            "decision": None if its.decision is None else its.decision.value,
            "by": its.by,
            "kind": its.kind,
            "role": its.role,
            "reason": its.reason,
            "at": its.at,
            "vouching": its.vouching.value,
            "key": None if its.key is None else its.key.encode(),
            "sight": its.sight,
            "policy": dict(its.policy) or None,
            "problem": self.problem,
            "is_author": self.is_author,
            "is_superseded": self.is_superseded,
            "has_changed": bool(self.changes),
            "changes": [each.as_json() for each in self.changes],
        }


@dataclass(frozen=True, slots=True)
class Deciding:
    """Somebody approves or rejects a thing."""

    node: NodeId
    decision: Decision
    actor: ActorSeen
    reason: str
    key: SigningKey
    source: str
    role: str = ""
    seen: str = ""
    """The digest, or how it begins, of what he has seen; empty for what there is to see now."""
    policy: Mapping[str, Any] = field(default_factory=dict)
    """Name, digest and answer of a policy that was asked."""
    vouching: Vouching = Vouching.KEY
    record: NodeId = field(default_factory=new_id)

    def compose(self, reader: Reader, time: str) -> Record:
        """The record: the signed statement, and what there was to see.

        Raises:
            UsageError: there is no reason, or what there is to see is not what was seen.
        """
        if not 0 < len(self.reason.strip()) <= LONGEST:
            raise UsageError(
                f"to {self.decision.value} needs a reason",
                hint=f"--reason TEXT, of at most {LONGEST} characters",
            )
        handle = reader.find(self.node)
        assert handle is not None
        case = Case(reader, handle, time)
        sight = look(case)
        if self.seen and not sight.digest.startswith(self.seen.removeprefix("sha256:")):
            raise UsageError(
                f"what there is to see of {case.node.name} is not what was seen: it is now "
                f"{sight.digest[:12]}",
                hint="look again, and say what you see now",
            )
        envelope = seal(canonical(self._statement(case, sight, time)), self.key)
        document, facet = sight.kept(case.node.name)
        told = {
            "decision": self.decision.value,
            "by": self.actor.name,
            "at": time,
            "envelope": envelope.encode(),
        }
        is_new = reader.find(document.id) is None
        return Record(
            id=self.record,
            type="approval",
            time=time,
            source=self.source,
            nodes=(document,) if is_new else (),
            facets=(
                Facet(self.node, FACET, Basis.DECLARED, {self.record: told}),
                *((facet,) if is_new else ()),
            ),
        )

    def _statement(self, case: Case, sight: Sight, time: str) -> dict[str, Any]:
        predicate: dict[str, Any] = {
            "decision": self.decision.value,
            "node": case.node.id,
            "by": self.actor.name,
            "kind": self.actor.kind,
            "role": self.role,
            "reason": self.reason.strip(),
            "at": time,
            "sight": sight.digest,
            "vouching": self.vouching.value,
        }
        if self.policy:
            predicate["policy"] = dict(self.policy)
        return statement(subjects(case, sight.digest), PREDICATE, predicate)


def subjects(case: Case, sight: str) -> list[tuple[str, str]]:
    """What is approved by digest: the bytes of its models, or else what there was to see."""
    nodes = [case.node_of(handle) for handle in case.models]
    found = [(node.name, node.digest.sha256) for node in nodes if node.digest is not None]
    return sorted(set(found)) or [(case.node.name, sight)]


def approvals_of(reader: GraphReader, handle: int) -> list[Approval]:
    """What was said of a thing, the latest first; each with whether its signature holds."""
    (node,) = reader.nodes([handle])
    told = list(entries(reader, handle, FACET))[-MOST:]
    found = [approval_in(each, node.id, record) for record, each in told]
    return sorted(found, key=lambda each: (each.at, each.record), reverse=True)


def standing_of(case: Case) -> list[Standing]:
    """What was said of a thing as it stands now, the latest first."""
    found: list[Standing] = []
    met: set[str] = set()
    told = approvals_of(case.reader, case.handle)
    now = look(case) if told else None
    for each in told:
        assert now is not None
        differs = each.sight != now.digest
        found.append(
            Standing(
                approval=each,
                is_author=is_among(each.by, case.authors),
                is_superseded=each.who in met and not each.problem,
                changes=tuple(changes(read_sight(case.reader, each.sight), now)) if differs else (),
            )
        )
        if not each.problem:
            met.add(each.who)
    return found


def approvals_json(reader: Reader, handle: int, now: str) -> list[dict[str, Any]]:
    """The same as ``schemas/approvals-1.json`` has it; empty where nobody said anything."""
    if not any(entries(reader, handle, FACET)):
        return []
    return [each.as_json() for each in standing_of(Case(reader, handle, now))]


def approval_in(told: Any, node: NodeId, record: str = "") -> Approval:
    """One approval from its envelope; what cannot be read or does not hold is told as a problem."""
    blank = {"by": "", "kind": "", "role": "", "reason": "", "at": "", "sight": ""}
    outer = told if isinstance(told, Mapping) else {}
    blank |= {key: str(outer[key]) for key in ("by", "at") if key in outer}
    try:
        envelope = Envelope.decode(outer.get("envelope"))
        signers = envelope.signers()
        said = _predicate(envelope.payload)
    except (WireError, LedgerError) as error:
        return Approval(
            record, None, **blank, policy={}, vouching=Vouching.KEY, key=None, problem=error.message
        )
    fields = {key: str(said.get(key, "")) for key in blank}
    problem = "it was said of another thing" if said.get("node") != node else ""
    if said.get("decision") not in {each.value for each in Decision}:
        return Approval(
            record,
            None,
            **fields,
            policy={},
            vouching=Vouching.KEY,
            key=signers[0],
            problem="it says neither yes nor no",
        )
    policy = said.get("policy")
    return Approval(
        record=record,
        decision=Decision(said["decision"]),
        **fields,
        policy=policy if isinstance(policy, Mapping) else {},
        vouching=Vouching.SERVER if said.get("vouching") == "server" else Vouching.KEY,
        key=signers[0],
        problem=problem,
    )


def _predicate(payload: bytes) -> Mapping[str, Any]:
    """What was signed.

    Raises:
        WireError: it is no statement of ours.
    """
    try:
        told = json.loads(payload)
        if told["predicateType"] == PREDICATE and isinstance(told["predicate"], dict):
            found: Mapping[str, Any] = told["predicate"]
            return found
    except (ValueError, TypeError, KeyError, RecursionError):
        pass
    raise WireError("what was signed is no approval")


def is_signed_by(approval: Approval, keys: Iterable[str]) -> bool:
    """Whether one of these verifier keys signed it.

    Raises:
        UsageError: one of them is no verifier key.
    """
    public = set()
    for text in keys:
        try:
            public.add(VerifierKey.parse(text).public)
        except WireError as error:
            raise UsageError(error.message, hint="`whence key` shows one's own") from None
    return approval.key is not None and approval.key.public in public
