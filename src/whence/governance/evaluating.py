"""Asking everything that a policy asks: pure over a reader."""

from fnmatch import fnmatchcase

from whence.errors import WhenceError
from whence.governance.case import Case
from whence.governance.finding import Finding, Outcome, worst
from whence.governance.people import is_among
from whence.governance.policy import Policy, RuleCall, WhoWaives
from whence.governance.rules import load_rules
from whence.governance.rules.interface import Rule
from whence.governance.sight import look
from whence.governance.verdict import RuleVerdict, Verdict
from whence.governance.waiver import Waiver, waivers_of
from whence.query.leakage.judging import SketchOf
from whence.store.interface import Reader


def evaluate(
    policy: Policy,
    reader: Reader,
    handle: int,
    now: str,
    *,
    purpose: str = "",
    sketch_of: SketchOf = lambda _: None,
    vouching_key: bytes | None = None,
) -> Verdict:
    """What a policy comes to for one thing.

    Args:
        policy: What is asked.
        reader: One moment of a store.
        handle: The thing.
        now: For which moment: RFC 3339, UTC, milliseconds.
        purpose: The alias or place that it is wanted for.
        sketch_of: Digest → a sketch of rows; without them overlap is told by files and splits.
        vouching_key: The public key of the server that judges; ``None`` on a laptop.
    """
    return judge(policy, Case(reader, handle, now, purpose, sketch_of, vouching_key))


def judge(policy: Policy, case: Case) -> Verdict:
    """The same for a case that is open already."""
    rules = load_rules()
    waivers = _waivers(policy, case)
    head = case.reader.head()
    return Verdict(
        policy=policy,
        subject=case.node,
        at=case.now,
        purpose=case.purpose,
        rules=tuple(_ask(rules[call.rule], call, case, waivers) for call in policy.rules),
        sight=look(case).digest,
        head=(head.size, head.root.hex()),
    )


def _ask(rule: Rule, call: RuleCall, case: Case, waivers: list[Waiver]) -> RuleVerdict:
    if call.only_for and not any(fnmatchcase(case.purpose, each) for each in call.only_for):
        return RuleVerdict(call, (), applies=False)
    try:
        findings = tuple(rule.judge(case, call.asked))
    except WhenceError as error:
        findings = (case.unknown(f"it cannot be asked: {error.message}", remedy=error.hint),)
    mine = [each for each in waivers if each.is_for(call.called, case.node.name)]
    holding = next((each for each in mine if each.holds(case.now)), None)
    expired = tuple(each for each in mine if not each.holds(case.now)) if holding is None else ()
    is_passed = worst([each.outcome for each in findings]) is Outcome.PASSED
    if not is_passed:
        findings += tuple(_expired(each, case) for each in expired)
    return RuleVerdict(call, findings, None if is_passed else holding, expired)


def _expired(waiver: Waiver, case: Case) -> Finding:
    return case.failed(
        f"the waiver by {waiver.by} ended on {waiver.until} ({waiver.reason})",
        remedy="mend what it was for, or have it waived anew",
    )


def _waivers(policy: Policy, case: Case) -> list[Waiver]:
    """Those in the policy, then those by record that the policy lets count."""
    found = list(policy.waivers)
    if policy.who_waives is WhoWaives.NEVER:
        return found
    for waiver, told in waivers_of(case.reader, case.handle):
        if told.get("policy") != policy.name:
            continue
        if policy.who_waives is WhoWaives.OTHERS and is_among(waiver.by, case.authors):
            continue
        found.append(waiver)
    return found
