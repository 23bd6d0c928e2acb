"""A policy: which rules a thing must hold to, and what is waived.

::

    policy: production
    version: 1
    description: What may call itself production.
    rules:
      - clean-commit
      - rule: metric
        metric: auc
        min: 0.75
        as: auc-floor
        why: below this the planners overrule it
      - rule: approvals
        count: 2
    waivers:
      - rule: auc-floor
        for: delay@3
        until: 2026-12-31
        by: ada
        reason: the winter data arrives in December

The whole form is in ``schemas/policy-1.json`` and ``docs/guides/gates.md``. A mistake is told with
its line and what to try.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import Enum
from types import MappingProxyType
from typing import Any

from whence.errors import UsageError
from whence.governance.document import Place, read_document
from whence.governance.option import Asked, Option, Sort, read_options
from whence.governance.rules.interface import Rule
from whence.governance.waiver import Waiver, read_day
from whence.model.identity import NodeId, derived_id

VERSION = 1
"""The form of policies that this Whence reads."""

_KEYS = ("policy", "version", "description", "rules", "waivers", "recorded-waivers")
_WAIVER_KEYS = ("rule", "for", "until", "by", "reason")
_MOST = 200
"""So many rules and waivers are enough."""


class Severity(Enum):
    """What a finding of a rule does."""

    BLOCK = "block"
    WARN = "warn"
    """It is told and holds nothing up."""


class WhoWaives(Enum):
    """Whose waivers count that are given by record, beside those in the policy itself."""

    OTHERS = "others"
    """Those of people who are not among the thing's authors."""
    ANYONE = "anyone"
    NEVER = "never"


COMMON = (
    Option("as", Sort.TEXT, "how findings and waivers call it; the rule's name if not given"),
    Option(
        "severity",
        Sort.TEXT,
        "block: it holds the gate shut; warn: it is only told",
        "block",
        choices=tuple(each.value for each in Severity),
    ),
    Option(
        "unknown",
        Sort.TEXT,
        "what holds where the record does not say: fail, or pass",
        "fail",
        choices=("fail", "pass"),
    ),
    Option(
        "only-for",
        Sort.TEXTS,
        "aliases or places that it is asked for, as patterns; all if not given",
    ),
    Option("why", Sort.TEXT, "why it is asked, told with its findings"),
)
"""What every rule may be given."""


@dataclass(frozen=True, slots=True)
class RuleCall:
    """One rule as a policy asks it."""

    rule: str
    called: str
    asked: Asked
    severity: Severity
    unknown_passes: bool
    only_for: tuple[str, ...]
    why: str
    where: str


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy, read."""

    name: str
    description: str
    rules: tuple[RuleCall, ...]
    waivers: tuple[Waiver, ...]
    who_waives: WhoWaives
    text: str
    """The file as it was read."""
    source: str = ""
    """How the file is called."""
    commit: str = ""
    """The commit of git in which this very text is; empty where that is not known."""
    origin: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def sha256(self) -> str:
        """The digest of the file's bytes."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def node(self) -> NodeId:
        """The id of its text as an artifact: the same wherever it is kept."""
        return derived_id("policy", self.sha256)

    def as_json(self) -> dict[str, str]:
        """What a verdict says of it."""
        told = {"name": self.name, "sha256": self.sha256, "artifact": self.node}
        told |= {"source": self.source} if self.source else {}
        return told | ({"commit": self.commit} if self.commit else {})


def read_policy(text: bytes, source: str, rules: Mapping[str, Rule], *, commit: str = "") -> Policy:
    """The policy in a file.

    Args:
        text: The file's bytes.
        source: How it is called in messages and in verdicts.
        rules: Every rule there is, by name.
        commit: The commit in which this very text is, where that is known.

    Raises:
        UsageError: there is a mistake in it; says the line and what to try.
    """
    root = read_document(text, source)
    told = root.mapping("a policy")
    _check_keys(told, _KEYS, "a policy")
    name = (
        told["policy"].text("policy")
        if "policy" in told
        else root.refuse(
            "the policy has no name", "begin it with a line such as `policy: production`"
        )
    )
    version = told["version"].value if "version" in told else VERSION
    if version != VERSION:
        told["version"].refuse(
            f"a policy of version {version!r}; this Whence reads version {VERSION}",
            "install a newer whence, or write version: 1",
        )
    if "rules" not in told:
        root.refuse("the policy has no rules", "add `rules:` and a line `- clean-commit`")
    calls = tuple(_call(each, rules) for each in _list(told["rules"], "rules"))
    if not calls:
        told["rules"].refuse("the policy has no rules", "a gate without rules lets all pass")
    _check_names(calls)
    waivers = tuple(
        _waiver(each, calls)
        for each in (_list(told["waivers"], "waivers") if "waivers" in told else ())
    )
    return Policy(
        name=name,
        description=told["description"].text("description") if "description" in told else "",
        rules=calls,
        waivers=waivers,
        who_waives=_who_waives(told.get("recorded-waivers")),
        text=text.decode(),
        source=source,
        commit=commit,
    )


def _list(place: Place, what: str) -> list[Place]:
    if place.value is None:
        return []
    found = place.items(what)
    if len(found) > _MOST:
        place.refuse(f"{len(found)} {what}", f"{_MOST} are enough")
    return found


def _check_keys(told: Mapping[str, Place], known: tuple[str, ...], what: str) -> None:
    for key, place in told.items():
        if key not in known:
            near = get_close_matches(key, known, 1, 0.5)
            hint = f"did you mean {near[0]}?" if near else f"it has: {', '.join(known)}"
            place.refuse(f"{what} has no {key!r}", hint)


def _call(place: Place, rules: Mapping[str, Rule]) -> RuleCall:
    if isinstance(place.value, str):
        told: dict[str, Place] = {"rule": place}
    else:
        told = dict(place.mapping("a rule"))
    if "rule" not in told:
        place.refuse("which rule?", "a rule begins with `- rule: NAME`")
    name = told.pop("rule").text("rule")
    rule = rules.get(name)
    if rule is None:
        near = get_close_matches(name, rules, 2, 0.4)
        hint = f"did you mean {' or '.join(near)}?" if near else f"there are: {', '.join(rules)}"
        place.refuse(f"there is no rule {name!r}", hint)
    shared = {each.name for each in COMMON}
    common = read_options(
        COMMON, {key: at for key, at in told.items() if key in shared}, place, name
    )
    asked = read_options(
        rule.OPTIONS, {key: at for key, at in told.items() if key not in shared}, place, name
    )
    problem = rule.mistake(asked) if hasattr(rule, "mistake") else ""
    if problem:
        place.refuse(f"the rule {name}: {problem}")
    return RuleCall(
        rule=name,
        called=common.text("as") or name,
        asked=asked,
        severity=Severity(common.text("severity")),
        unknown_passes=common.text("unknown") == "pass",
        only_for=common.texts("only-for"),
        why=common.text("why"),
        where=place.where,
    )


def _check_names(calls: tuple[RuleCall, ...]) -> None:
    met: dict[str, RuleCall] = {}
    for call in calls:
        if call.called in met:
            raise UsageError(
                f"{call.where}: {call.called!r} is there already, from {met[call.called].where}",
                hint="give one of them another name: `as: NAME`",
            )
        met[call.called] = call


def _waiver(place: Place, calls: tuple[RuleCall, ...]) -> Waiver:
    told = place.mapping("a waiver")
    _check_keys(told, _WAIVER_KEYS, "a waiver")
    for key in ("rule", "until", "by", "reason"):
        if key not in told:
            place.refuse(f"the waiver has no {key!r}", "a waiver has: rule, until, by, reason")
    rule = told["rule"].text("rule")
    known = [each.called for each in calls]
    if rule not in known:
        near = get_close_matches(rule, known, 1, 0.5)
        told["rule"].refuse(
            f"the policy has no rule {rule!r} to waive",
            f"did you mean {near[0]}?" if near else f"it has: {', '.join(known)}",
        )
    try:
        until = read_day(told["until"].text("until"))
    except UsageError as error:
        told["until"].refuse(error.message, error.hint)
    things = tuple(each.text("for") for each in told["for"].items("for")) if "for" in told else ()
    return Waiver(
        rule, until, told["by"].text("by"), told["reason"].text("reason"), things, place.where
    )


def _who_waives(place: Place | None) -> WhoWaives:
    if place is None:
        return WhoWaives.OTHERS
    text = place.text("recorded-waivers")
    try:
        return WhoWaives(text)
    except ValueError:
        words = ", ".join(each.value for each in WhoWaives)
        place.refuse(f"recorded-waivers cannot be {text!r}", f"it is one of: {words}")
