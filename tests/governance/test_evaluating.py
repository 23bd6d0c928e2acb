"""A policy, asked of a thing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.desk import ADA, BOB, SOURCE, Desk, policy
from whence.errors import UsageError
from whence.governance.finding import Outcome
from whence.governance.rules import ORDER, load_rules
from whence.governance.waiver import WaiverGiven

NOW = "2026-12-01T12:00:00.000Z"
FLOOR = "  - rule: metric\n    metric: auc\n    min: 0.9\n    as: floor\n"


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.register()
    return desk


def test_every_rule_of_ours_is_found_and_says_what_it_asks() -> None:
    rules = load_rules()
    assert tuple(rules) == ORDER
    for rule in rules.values():
        assert rule.__doc__


def test_all_that_is_asked_is_answered_in_its_order(desk: Desk) -> None:
    verdict = desk.check("  - not-retired\n  - clean-commit\n" + FLOOR)
    assert [each.call.called for each in verdict.rules] == ["not-retired", "clean-commit", "floor"]
    assert [each.outcome for each in verdict.rules] == [
        Outcome.PASSED,
        Outcome.PASSED,
        Outcome.FAILED,
    ]
    assert not verdict.passed
    assert [each.call.called for each in verdict.blocking] == ["floor"]


def test_what_is_not_known_is_not_passed_unless_the_policy_says_so(desk: Desk) -> None:
    assert desk.rule("  - reproduced").outcome is Outcome.UNKNOWN
    assert not desk.check("  - reproduced").passed
    assert desk.check("  - rule: reproduced\n    unknown: pass").passed
    assert not desk.check(FLOOR + "    unknown: pass").passed


def test_a_warning_holds_nothing_up(desk: Desk) -> None:
    verdict = desk.check(FLOOR + "    severity: warn")
    assert verdict.passed
    assert verdict.rules[0].outcome is Outcome.FAILED


def test_a_rule_for_one_alias_is_asked_for_that_alias_alone(desk: Desk) -> None:
    text = FLOOR + "    only-for: prod*"
    assert not desk.check(text, purpose="production").passed
    verdict = desk.check(text, purpose="staging")
    assert verdict.passed
    assert not verdict.rules[0].applies


# ---------------------------------------------------------------------- waivers

WAIVER = (
    "waivers:\n  - rule: floor\n    for: {thing}\n    until: {until}\n    by: cleo\n"
    "    reason: the winter data comes later\n"
)


@pytest.mark.parametrize(
    ("thing", "until", "passes"),
    [
        ("delay@1", "2026-12-01", True),
        ("delay@*", "2027-01-01", True),
        ("delay@2", "2027-01-01", False),
        ("delay@1", "2026-11-30", False),
    ],
)
def test_a_waiver_holds_for_its_thing_until_its_day(
    desk: Desk, thing: str, until: str, passes: bool
) -> None:
    text = FLOOR + WAIVER.format(thing=thing, until=until)
    verdict = desk.check(text, now=NOW)
    assert verdict.passed is passes
    assert (verdict.rules[0].waived_by is not None) is passes


def test_a_waiver_that_ended_is_a_finding_with_the_rest(desk: Desk) -> None:
    text = FLOOR + WAIVER.format(thing="delay@1", until="2026-11-30")
    (rule,) = desk.check(text, now=NOW).rules
    assert [each.outcome for each in rule.findings] == [Outcome.FAILED, Outcome.FAILED]
    assert rule.findings[1].message == (
        "the waiver by cleo ended on 2026-11-30 (the winter data comes later)"
    )
    assert rule.expired


def waive(desk: Desk, by: str = "bob", **more: str) -> None:
    actor = BOB if by == "bob" else ADA
    told = {"policy": "production", "rule": "floor", "until": "2026-12-31", "reason": "so"} | more
    given = WaiverGiven(desk.id("delay@1"), actor=actor, source=SOURCE, **told)
    desk.recorder.record([given.compose])


def test_a_recorded_waiver_counts_by_others_unless_the_policy_says_otherwise(desk: Desk) -> None:
    waive(desk, "ada")
    assert not desk.check(FLOOR, now=NOW).passed
    assert desk.check(FLOOR + "recorded-waivers: anyone", now=NOW).passed
    waive(desk, "bob")
    (rule,) = desk.check(FLOOR, now=NOW).rules
    assert rule.waived_by is not None
    assert rule.waived_by.by == "bob"
    assert not desk.check(FLOOR + "recorded-waivers: never", now=NOW).passed


def test_a_recorded_waiver_is_for_one_policy_and_one_thing(desk: Desk) -> None:
    waive(desk, policy="staging")
    assert not desk.check(FLOOR, now=NOW).passed
    desk.register()
    waive(desk)
    assert not desk.check(FLOOR, "delay@2", now=NOW).passed


@pytest.mark.parametrize(
    "more", [{"reason": " "}, {"until": "soon"}, {"until": "2020-01-01"}, {"until": "20261231"}]
)
def test_a_waiver_without_reason_or_day_is_refused(desk: Desk, more: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        waive(desk, **more)


# ------------------------------------------------------------------- properties

FULL = (
    "".join(
        f"  - {name}\n"
        for name in ORDER
        if name not in {"metric", "no-tag", "licence", "fresh", "signed", "environment"}
    )
    + FLOOR
)


def test_the_same_question_has_the_same_answer(desk: Desk) -> None:
    first, second = (desk.check(FULL, now=NOW).as_json() for _ in range(2))
    assert first == second


def test_asking_changes_nothing(desk: Desk) -> None:
    before = desk.store.head()
    desk.check(FULL)
    assert desk.store.head() == before


@settings(max_examples=25, deadline=None)
@given(chosen=st.sets(st.sampled_from(FULL.splitlines()[:-4]), min_size=1))
def test_a_policy_passes_if_and_only_if_each_of_its_rules_does(chosen: set[str]) -> None:
    desk = DESK
    lines = sorted(chosen)
    each = [desk.check(line, now=NOW).passed for line in lines]
    assert desk.check("\n".join(lines), now=NOW).passed is all(each)


DESK = Desk()
DESK.register()


def test_a_verdict_names_the_policy_by_its_text(desk: Desk) -> None:
    told = desk.check(FLOOR).as_json()["policy"]
    assert told["name"] == "production"
    assert told["sha256"] == policy(FLOOR).sha256
    assert told["sha256"] != policy(FLOOR + "    why: so").sha256
