"""An alias that moves only through its policy."""

from dataclasses import replace
from typing import Any

import pytest

from governance.desk import ADA, BOB, SOURCE, Desk, policy
from whence.errors import ForbiddenError, NotFoundError, StoreError, UsageError
from whence.governance.gate import Guarded, admit, move_alias
from whence.governance.protection import Protecting, kept_policy, protecting, protections
from whence.governance.standing import with_decisions
from whence.model.edge import Basis
from whence.model.facet import Facet
from whence.model.identity import new_id
from whence.model.line import MODELS
from whence.model.moment import now
from whence.model.record import Record
from whence.query.account import account_for, describe

APPROVED = "  - clean-commit\n  - approvals"


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.register()
    protect(desk)
    return desk


def protect(
    desk: Desk, rules: str | None = APPROVED, reason: str = "", alias: str = "production"
) -> None:
    asked = None if rules is None else policy(rules)
    step = Protecting(MODELS, "delay", alias, asked, ADA, SOURCE, reason)
    desk.recorder.record([step.compose])


def go(desk: Desk, number: int | None = 1, alias: str = "production") -> Guarded:
    move = desk.move(1, alias)
    if number is None:
        move = replace(move, number=None)
    return move_alias(move.compose, desk.recorder.record, by="ada")


def pointing(desk: Desk) -> Any:
    return account_for(desk.store, desk.handle(desk.id("delay"))).said("alias").get("production")


def told(desk: Desk, name: str = "delay@1") -> dict[str, Any]:
    handle = desk.handle(desk.id(name))
    return with_decisions(describe(desk.store, handle), desk.store, handle, now())


def test_a_shut_gate_moves_nothing_and_keeps_who_tried(desk: Desk) -> None:
    gate = go(desk)
    assert not gate.is_open
    assert pointing(desk) is None
    (check,) = told(desk)["checks"]
    assert (check["passed"], check["by"], check["purpose"]) == (False, "ada", "production")
    assert "changes" not in told(desk, "delay")


def test_an_open_gate_keeps_move_and_verdict_in_one_record(desk: Desk) -> None:
    desk.decide("delay@1", BOB)
    before = desk.store.head().size
    assert go(desk).is_open
    assert pointing(desk) == 1
    assert desk.store.head().size == before + 1
    (record,) = (each.record for each in desk.store.records(before))
    assert record is not None
    assert record.type == "alias"
    (check,) = told(desk)["checks"]
    assert check["record"] == record.id
    assert check["passed"]
    assert check["ledger"]["size"] == before
    assert all(each["evidence"] for each in check["rules"] if each["outcome"] == "passed")


def test_other_aliases_move_freely(desk: Desk) -> None:
    assert go(desk, alias="staging").verdicts == ()


def test_to_where_it_points_already_needs_nobody(desk: Desk) -> None:
    desk.decide("delay@1", BOB)
    assert go(desk).is_open
    desk.say("data/flights.csv", "tags", other="")
    assert go(desk).verdicts == ()


def test_a_protected_alias_is_not_taken_away(desk: Desk) -> None:
    desk.decide("delay@1", BOB)
    go(desk)
    with pytest.raises(ForbiddenError, match="cannot be taken away"):
        go(desk, None)
    assert pointing(desk) == 1


def test_the_text_of_the_policy_is_in_the_record(desk: Desk) -> None:
    line = desk.handle(desk.id("delay"))
    protection = protections(desk.store, line)["production"]
    kept = kept_policy(desk.store, protection)
    assert kept.text == policy(APPROVED).text
    node = desk.store.nodes([desk.handle(protection.policy)])[0]
    assert node.digest is not None
    assert node.digest.sha256 == kept.sha256
    assert list(protecting(desk.store, desk.handle(desk.id("delay@1")))) == ["production"]


def test_a_policy_whose_text_was_changed_is_not_believed(desk: Desk) -> None:
    node = policy(APPROVED).node
    weak = Facet(node, "policy", Basis.OBSERVED, {"text": policy("  - clean-commit").text})
    desk.recorder.record([lambda _r, time: Record(new_id(), "x", time, SOURCE, facets=(weak,))])
    with pytest.raises(StoreError, match="not in the record"):
        go(desk)
    assert pointing(desk) is None


def test_another_policy_needs_a_reason(desk: Desk) -> None:
    with pytest.raises(UsageError, match="protected by the policy production, set by ada"):
        protect(desk, "  - clean-commit")
    protect(desk)  # the same again is nothing new
    protect(desk, "  - clean-commit", "two eyes are enough for the trial")
    assert go(desk).is_open


def test_to_unprotect_needs_a_reason_and_something_protected(desk: Desk) -> None:
    with pytest.raises(UsageError):
        protect(desk, None)
    protect(desk, None, "the trial is over")
    assert go(desk).verdicts == ()
    with pytest.raises(UsageError, match="is not protected"):
        protect(desk, None, "again")


def test_what_is_no_model_cannot_be_protected() -> None:
    with pytest.raises(NotFoundError, match="there is no model delay"):
        protect(Desk())


# -------------------------------------------------------------------------- door


def offer(desk: Desk, *facets: Facet) -> None:
    record = Record(new_id(), "words", "2020-01-01T00:00:00.000Z", SOURCE, facets=facets)
    admit(record, desk.store, now(), by="eve", is_admin=True)


def alias(desk: Desk, number: object, basis: Basis = Basis.DECLARED) -> Facet:
    return Facet(desk.id("delay"), "alias", basis, {"production": number})


@pytest.mark.parametrize("number", [1, 2, "1", None, True, [1]])
def test_no_record_moves_it_past_the_policy(desk: Desk, number: object) -> None:
    if number is None:
        offer(desk, alias(desk, None))  # it points nowhere already
        return
    with pytest.raises(ForbiddenError):
        offer(desk, alias(desk, number))


def test_a_record_that_holds_to_the_policy_is_let_in(desk: Desk) -> None:
    protect(desk, "  - clean-commit", "for this test")
    offer(desk, alias(desk, 1))
    with pytest.raises(ForbiddenError, match="declares"):
        offer(desk, alias(desk, 1, Basis.OBSERVED))


def test_what_was_before_the_protection_may_be_told_once_something_later_is(desk: Desk) -> None:
    with pytest.raises(ForbiddenError):
        offer(desk, alias(desk, 2))  # of 2020, but nothing later is told: it would count now
    desk.decide("delay@1", BOB)
    assert go(desk).is_open
    offer(desk, alias(desk, 2))
    late = Record(new_id(), "x", "2999-01-01T00:00:00.000Z", SOURCE, facets=(alias(desk, 2),))
    with pytest.raises(ForbiddenError):
        admit(late, desk.store, now(), by="eve", is_admin=True)


def test_two_facets_in_one_record_are_both_judged(desk: Desk) -> None:
    with pytest.raises(ForbiddenError):
        offer(desk, alias(desk, None), alias(desk, 1))


def test_on_a_server_names_that_nobody_vouches_for_do_not_count(desk: Desk) -> None:
    desk.decide("delay@1", BOB)
    protect(desk, "  - approvals", alias="staging")
    assert desk.check("  - approvals").passed
    staging = Facet(desk.id("delay"), "alias", Basis.DECLARED, {"staging": 1})
    with pytest.raises(ForbiddenError, match="approvals"):
        offer(desk, staging)
    assert go(desk, alias="staging").is_open
