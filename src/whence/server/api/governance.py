"""Policies, approvals and gates: what may be called production, and who said so."""

from typing import Annotated, Any

from msgspec import Meta

from whence.errors import ForbiddenError, NotFoundError, UsageError
from whence.governance.approval import Deciding, Decision, Vouching, approvals_json
from whence.governance.entries import rows
from whence.governance.evaluating import evaluate
from whence.governance.gate import CHECKS, verdict_record
from whence.governance.listing import rules_json
from whence.governance.policy import Policy, read_policy
from whence.governance.protection import (
    Protecting,
    kept_policy,
    protecting,
    protections,
)
from whence.governance.rules import load_rules
from whence.governance.verdict import Verdict
from whence.governance.waiver import WaiverGiven
from whence.model.line import LINES, Line
from whence.model.moment import now
from whence.model.node import Node, NodeKind
from whence.model.record import Record
from whence.query.lines import line_called
from whence.server.access.permission import PERSON, Permission
from whence.server.routing import Call, Ref, Reply, Route, Words
from whence.server.service import SOURCE, actor_of, find
from whence.store.interface import Reader

_NEVER = frozenset({NodeKind.ACTOR, NodeKind.JOB, NodeKind.REGISTERED_MODEL, NodeKind.SYSTEM})
_LARGEST = 256 * 1024

Text = Annotated[str, Meta(max_length=1000)]
PolicyText = Annotated[str, Meta(max_length=_LARGEST, description="The policy's file, as it is.")]


class Asking(Words):
    """What is to be asked of what."""

    ref: Ref
    policy: PolicyText = ""
    """Without one, the policy that protects the alias that it is wanted for."""
    purpose: Text = ""
    """The alias or place that it is wanted for."""
    record: bool = False
    """Whether the verdict is kept in the record."""
    source: Text = ""
    """How the policy's file is called."""


class Wanted(Words):
    """What is asked of the policies that protect aliases."""

    ref: Ref
    purpose: Text = ""
    """The alias; need not be said where only one is protected."""


class About(Words):
    """One thing."""

    ref: Ref


class Of(Words):
    """A registered model or a system."""

    name: Text = ""
    """Only of this one; of all if empty."""


class Said(Words):
    """Somebody says yes or no."""

    ref: Ref
    reason: Annotated[str, Meta(min_length=1, max_length=1000)]
    role: Text = ""
    """As what: one of the roles that he has here; the first of them if empty."""
    seen: Text = ""
    """The digest of what he has seen, or how it begins; else what there is to see now."""


class Waiving(Words):
    """Somebody lets a thing pass one rule until a day."""

    ref: Ref
    policy: Annotated[str, Meta(min_length=1, max_length=1000)]
    """The name of the policy whose rule it is."""
    rule: Annotated[str, Meta(min_length=1, max_length=1000)]
    until: Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    reason: Annotated[str, Meta(min_length=1, max_length=1000)]


class Guarding(Words):
    """A policy is put before an alias, or taken away."""

    name: Text
    """The registered model or system."""
    alias: Text
    policy: PolicyText = ""
    """Empty to let the alias move freely again."""
    source: Annotated[str, Meta(max_length=1000)] = ""
    """How the policy's file is called."""
    reason: Text = ""


def check_kept(call: Call) -> Reply:
    """Ask the policy that protects an alias whether a version may become that."""
    with call.reading() as reader:
        handle = find(reader, call.query.ref)
        purpose, policy = _protecting(reader, handle, call.query.purpose)
        return Reply(_judge(call, policy, reader, handle, purpose).as_json())


def check(call: Call) -> Reply:
    """Ask whether a thing holds to a policy, as `whence check` does."""
    asked: Asking = call.body
    with call.service.reading(call.principal) as reader:
        handle = find(reader, asked.ref)
        (node,) = reader.nodes([handle])
        purpose = asked.purpose
        if asked.policy:
            policy = read_policy(asked.policy.encode(), asked.source or "policy", load_rules())
        else:
            purpose, policy = _protecting(reader, handle, purpose)
        verdict = _judge(call, policy, reader, handle, purpose)
    if asked.record:
        kept: list[Verdict] = []

        def compose(reader: Reader, time: str) -> Record:
            again = reader.find(node.id)
            assert again is not None
            kept[:] = [_judge(call, policy, reader, again, purpose, time)]
            return verdict_record(reader, kept[0], time, SOURCE, call.principal.name)

        call.keep([compose])
        (verdict,) = kept
    return Reply(verdict.as_json())


def verdicts(call: Call) -> Reply:
    """Tell what policies came to for a thing, the latest first."""
    with call.reading() as reader:
        handle = find(reader, call.query.ref)
        (node,) = reader.nodes([handle])
        return Reply({"subject": _short(node), "verdicts": rows(reader, handle, CHECKS)})


def approvals(call: Call) -> Reply:
    """Tell who said yes or no to a thing, and what has changed since."""
    with call.reading() as reader:
        handle = find(reader, call.query.ref)
        (node,) = reader.nodes([handle])
        told = approvals_json(reader, handle, now())
        return Reply({"subject": _short(node), "approvals": told})


def approve(call: Call) -> Reply:
    """Say yes to a thing as it is now; the server signs who said so."""
    return _decide(call, Decision.APPROVE)


def reject(call: Call) -> Reply:
    """Say no to a thing; it passes no policy that asks for approvals while this stands."""
    return _decide(call, Decision.REJECT)


def waive(call: Call) -> Reply:
    """Let a thing pass one rule of a policy until a day."""
    asked: Waiving = call.body
    with call.service.reading(call.principal) as reader:
        (node,) = reader.nodes([find(reader, asked.ref)])
    given = WaiverGiven(
        node.id,
        asked.policy,
        asked.rule,
        asked.until,
        asked.reason,
        actor_of(call.principal),
        SOURCE,
    )
    call.keep([given.compose])
    told = {"rule": asked.rule, "until": asked.until, "by": call.principal.name}
    return Reply({"subject": _short(node), **told, "reason": asked.reason.strip()}, 201)


def protect(call: Call) -> Reply:
    """Let an alias move only through a policy, or freely again: `whence alias --protect`."""
    asked: Guarding = call.body
    policy = (
        read_policy(asked.policy.encode(), asked.source or "policy", load_rules())
        if asked.policy
        else None
    )
    if policy is None and not asked.reason.strip():
        raise UsageError("to let a protected alias move freely needs a reason")
    with call.service.reading(call.principal) as reader:
        line = line_called(reader, asked.name)
    actor = actor_of(call.principal)
    step = Protecting(line, asked.name, asked.alias, policy, actor, SOURCE, asked.reason)
    call.keep([step.compose])
    with call.service.reading(call.principal) as reader:
        return Reply({"protections": _protections(reader, asked.name)}, 201)


def list_protections(call: Call) -> Reply:
    """List the aliases that move only through a policy, with the policy's text."""
    with call.reading() as reader:
        return Reply({"protections": _protections(reader, call.query.name)})


def rules(call: Call) -> Reply:
    """List what a policy may ask, as `whence check --rules` does."""
    del call
    return Reply(rules_json(load_rules()))


# ------------------------------------------------------------------------ parts


def voucher_key(call: Call) -> bytes:
    """The public key by which this server vouches; empty as long as it has not."""
    voucher = call.service.gate.voucher
    return b"" if voucher is None else voucher.public()


def _judge(
    call: Call, policy: Policy, reader: Reader, handle: int, purpose: str, time: str = ""
) -> Verdict:
    return evaluate(
        policy,
        reader,
        handle,
        time or now(),
        purpose=purpose,
        vouching_key=voucher_key(call),
    )


def _protecting(reader: Reader, handle: int, purpose: str) -> tuple[str, Policy]:
    """The policy of the alias that a thing is wanted for."""
    found = protecting(reader, handle)
    if not purpose and len(found) == 1:
        purpose = next(iter(found))
    if purpose not in found:
        known = f"protected are: {', '.join(found)}" if found else "no alias of it is protected"
        raise NotFoundError(f"which policy? {known}", hint="name an alias, or hand in a policy")
    return purpose, found[purpose]


def _decide(call: Call, decision: Decision) -> Reply:
    asked: Said = call.body
    principal, voucher = call.principal, call.service.gate.voucher
    if principal.kind != PERSON or voucher is None:
        raise ForbiddenError("only people approve and reject")
    roles = sorted({role.value for role in principal.roles.values()})
    if asked.role and asked.role not in roles:
        raise ForbiddenError(
            f"{principal.name} is not {asked.role} here", hint=f"one of: {', '.join(roles)}"
        )
    with call.service.reading(principal) as reader:
        (node,) = reader.nodes([find(reader, asked.ref)])
    if node.kind in _NEVER:
        raise UsageError(f"{asked.ref} is a {node.kind.value.replace('_', ' ')}, not one version")
    deciding = Deciding(
        node=node.id,
        decision=decision,
        actor=actor_of(principal),
        reason=asked.reason,
        key=voucher.key,
        source=SOURCE,
        role=asked.role or (roles[0] if roles else ""),
        seen=asked.seen,
        vouching=Vouching.SERVER,
    )
    call.keep([deciding.compose])
    with call.service.reading(principal) as reader:
        handle = reader.find(node.id)
        assert handle is not None
        told = approvals_json(reader, handle, now())
    (mine,) = (each for each in told if each["record"] == deciding.record)
    return Reply({"subject": _short(node), **mine}, 201)


def _short(node: Node) -> dict[str, str]:
    return {"id": node.id, "name": node.name}


def _protections(reader: Reader, name: str) -> list[dict[str, Any]]:
    found = []
    for line in LINES:
        for handle in _named(reader, line, name):
            (node,) = reader.nodes([handle])
            found += [
                {"name": node.name, **each.as_json(), "text": kept_policy(reader, each).text}
                for each in protections(reader, handle).values()
            ]
    return found


def _named(reader: Reader, line: Line, name: str) -> list[int]:
    if name:
        handle = reader.find(line.node(name).id)
        return [] if handle is None else [handle]
    return list(reader.latest(line.kind, _MOST))


_MOST = 1_000
"""Names that are looked at for protected aliases."""

ROUTES = (
    Route("GET", "/api/v1/check", check_kept, Permission.READ, query=Wanted, answer="check-1"),
    Route("POST", "/api/v1/check", check, Permission.READ, body=Asking, answer="check-1"),
    Route("GET", "/api/v1/verdicts", verdicts, Permission.READ, query=About, answer="verdicts-1"),
    Route(
        "GET", "/api/v1/approvals", approvals, Permission.READ, query=About, answer="approvals-1"
    ),
    Route(
        "POST",
        "/api/v1/approve",
        approve,
        Permission.APPROVE,
        body=Said,
        answer="approval-1",
        status=201,
    ),
    Route(
        "POST",
        "/api/v1/reject",
        reject,
        Permission.APPROVE,
        body=Said,
        answer="approval-1",
        status=201,
    ),
    Route(
        "POST",
        "/api/v1/waive",
        waive,
        Permission.APPROVE,
        body=Waiving,
        answer="waiver-1",
        status=201,
    ),
    Route(
        "POST",
        "/api/v1/protect",
        protect,
        Permission.ADMIN,
        body=Guarding,
        answer="protections-1",
        status=201,
    ),
    Route(
        "GET",
        "/api/v1/protections",
        list_protections,
        Permission.READ,
        query=Of,
        answer="protections-1",
    ),
    Route("GET", "/api/v1/rules", rules, Permission.READ, answer="rules-1"),
)
