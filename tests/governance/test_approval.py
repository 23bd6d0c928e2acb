"""Who said yes to what, and what has changed since."""

import base64
import json
from dataclasses import replace
from typing import Any

import pytest

from governance.desk import ADA, BOB, CLEO, SOURCE, Desk, key_of
from whence.errors import UsageError
from whence.governance.approval import Deciding, Decision, Standing, approvals_of, standing_of
from whence.governance.case import Case
from whence.governance.finding import Outcome
from whence.governance.sight import changes, look, read_sight
from whence.ledger.envelope import seal
from whence.model.edge import Basis, Edge, EdgeKind
from whence.model.facet import Facet
from whence.model.identity import new_id
from whence.model.moment import now
from whence.model.node import NodeKind
from whence.model.record import Record
from whence.recording.observation import ActorSeen
from whence.testing.worlds import Version, file_seen, pipeline, run_seen

ONE, TWO = "  - approvals", "  - rule: approvals\n    count: 2"


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.register()
    return desk


def standing(desk: Desk, name: str = "delay@1") -> list[Standing]:
    return standing_of(Case(desk.store, desk.handle(desk.id(name)), now()))


def texts(desk: Desk) -> list[str]:
    (found,) = standing(desk)
    return [each.text for each in found.changes]


# ---------------------------------------------------------------------- counting


def test_other_people_count_and_each_once(desk: Desk) -> None:
    desk.decide("delay@1", BOB)
    assert desk.check(ONE).passed
    desk.decide("delay@1", BOB)
    assert not desk.check(TWO).passed
    desk.decide("delay@1", CLEO)
    assert desk.check(TWO).passed


def test_one_key_is_one_person_whatever_it_is_called(desk: Desk) -> None:
    for name in ("bob", "cleo", "dora"):
        desk.decide("delay@1", ActorSeen(name, "person"), key=key_of(BOB))
    assert not desk.check(TWO).passed


def test_who_made_it_does_not_count_under_any_spelling(desk: Desk) -> None:
    desk.decide("delay@1", ADA)
    desk.decide("delay@1", ActorSeen("ADA", "person"))
    assert not desk.check(ONE).passed
    assert desk.check(ONE[:4] + "rule: approvals\n    by-authors: true").passed


def test_a_person_is_known_by_name_and_by_address() -> None:
    actors = (ActorSeen("root", "person"), ActorSeen("Ada L. <ada@x.org>", "person"))
    runs = [replace(each, actors=actors) for each in pipeline(Version())]
    desk = Desk(runs=runs)
    desk.register(actor=ActorSeen("root", "person"))
    for name in ("ada l.", "ada@x.org", "Ada Lovelace <ADA@x.org>"):
        desk.decide("delay@1", ActorSeen(name, "person"))
    assert not desk.check(ONE).passed
    desk.decide("delay@1", ActorSeen("Ada <ada@y.org>", "person"))
    assert desk.check(ONE).passed


def test_a_service_does_not_count_unless_it_may(desk: Desk) -> None:
    desk.decide("delay@1", ActorSeen("ci", "service"))
    assert not desk.check(ONE).passed
    assert desk.check("  - rule: approvals\n    by-services: true").passed


def test_a_rejection_holds_it_up_until_the_same_person_says_yes(desk: Desk) -> None:
    desk.decide("delay@1", BOB)
    desk.decide("delay@1", CLEO, Decision.REJECT, reason="the March data has a hole")
    found = desk.rule(ONE)
    assert found.outcome is Outcome.FAILED
    assert "cleo rejected it" in found.findings[0].message
    assert "the March data has a hole" in found.findings[0].message
    desk.decide("delay@1", CLEO)
    assert desk.check(TWO).passed
    assert [each.is_superseded for each in standing(desk)] == [False, True, False]


def test_keys_and_roles_are_asked_for(desk: Desk) -> None:
    desk.decide("delay@1", BOB, role="engineer")
    key = key_of(CLEO).verifier.encode()
    assert not desk.check(f"  - rule: approvals\n    keys: {key}").passed
    assert not desk.check("  - rule: approvals\n    roles: risk-officer").passed
    assert desk.check("  - rule: approvals\n    roles: [risk-officer, engineer]").passed
    assert not desk.check(f"  - rule: signed\n    keys: {key}").passed
    desk.decide("delay@1", CLEO)
    assert desk.check(f"  - rule: approvals\n    keys: {key}").passed
    assert desk.check(f"  - rule: signed\n    keys: {key}").passed


# ------------------------------------------------------------------ what was seen


def test_deciding_changes_nothing_that_was_seen(desk: Desk) -> None:
    desk.decide("delay@1", BOB)
    desk.decide("delay@1", CLEO, Decision.REJECT)
    desk.recorder.record([desk.move(1).compose])
    assert [each.changes for each in standing(desk)] == [(), ()]


def tagged(desk: Desk) -> None:
    desk.say("data/flights.csv", "tags", **{"no-commercial": ""})


def licensed(desk: Desk) -> None:
    desk.say("data/flights.csv", "licence", id="MIT")


def retired(desk: Desk) -> None:
    desk.say("models/delay.joblib", "retired", retired=True, reason="so")


def measured(desk: Desk) -> None:
    model = file_seen("models/delay.joblib", "", NodeKind.MODEL)
    (node,) = desk.store.nodes([desk.thing("models/delay.joblib")])
    assert node.digest is not None
    model = replace(model, sha256=node.digest.sha256)
    test = file_seen("data/test.parquet", "held out", NodeKind.DATASET)
    run = run_seen("score", 5, used=(model, test), metrics={"auc": {"value": 0.5}})
    desk.tell(run)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (tagged, "data/flights.csv is now tagged no-commercial"),
        (licensed, "data/flights.csv (licence is now 'MIT')"),
        (retired, "models/delay.joblib (retirement has changed)"),
        (measured, "auc was measured: 0.5 on "),
    ],
)
def test_what_has_changed_since_is_told(desk: Desk, change: Any, told: str) -> None:
    desk.decide("delay@1", BOB)
    change(desk)
    found = texts(desk)
    assert any(text.startswith(told) for text in found), found
    assert not desk.check(ONE).passed
    assert desk.check("  - rule: approvals\n    although-changed: true").passed
    desk.decide("delay@1", BOB, reason="seen again")
    assert desk.check(ONE).passed


def test_a_further_origin_is_told(desk: Desk) -> None:
    desk.decide("delay@1", BOB)
    model, data = desk.id("models/delay.joblib"), file_seen("x.csv", "x" * 99, NodeKind.DATASET)
    desk.tell(run_seen("look", 7, used=(data,)))

    def compose(_: Any, time: str) -> Record:
        edge = Edge(model, desk.id("x.csv"), EdgeKind.DERIVED_FROM, Basis.DECLARED, "copied")
        return Record(new_id(), "words", time, SOURCE, edges=(edge,))

    desk.recorder.record([compose])
    assert "it also comes from the dataset x.csv" in texts(desk)


def test_the_same_is_seen_in_whatever_order_it_was_told() -> None:
    digests = []
    for order in ((tagged, licensed), (licensed, tagged)):
        desk = Desk()
        desk.register()
        for each in order:
            each(desk)
        sight = look(Case(desk.store, desk.handle("models/delay.joblib"), now()))
        # Nodes have ids of their own in each store; what is said of them must not depend on order.
        digests.append([row[1:] for row in sight.rows["statements"]])
    assert digests[0] == digests[1]


def test_nothing_has_changed_between_a_sight_and_itself(desk: Desk) -> None:
    sight = look(Case(desk.store, desk.handle(desk.id("delay@1")), now()))
    _, facet = sight.kept("delay@1")
    assert changes(facet.data, sight) == []
    assert read_sight(desk.store, sight.digest) is None
    assert [each.how for each in changes(None, sight)] == ["changed"]


def test_what_is_not_what_was_seen_is_not_approved(desk: Desk) -> None:
    seen = desk.check(ONE).sight
    desk.decide("delay@1", BOB, seen=seen[:12])
    tagged(desk)
    with pytest.raises(UsageError, match="is not what was seen"):
        desk.decide("delay@1", CLEO, seen=seen[:12])


@pytest.mark.parametrize("reason", ["", "  ", "x" * 2000])
def test_a_decision_needs_a_reason(desk: Desk, reason: str) -> None:
    with pytest.raises(UsageError, match="needs a reason"):
        desk.decide("delay@1", BOB, reason=reason)


# --------------------------------------------------------------------- signatures


def forged(desk: Desk, change: Any) -> None:
    """An approval as it is kept, changed by somebody who has not the key."""
    node = desk.id("delay@1")
    deciding = Deciding(node, Decision.APPROVE, BOB, "x", key_of(BOB), SOURCE)
    record = deciding.compose(desk.store, now())
    facets = [
        replace(each, data=change(json.loads(json.dumps(dict(each.data)))))
        if each.name == "approvals"
        else each
        for each in record.facets
    ]
    desk.recorder.record([lambda _r, _t: replace(record, facets=tuple(facets))])


def payload_of(told: dict[str, Any]) -> Any:
    (entry,) = told.values()
    return json.loads(base64.b64decode(entry["envelope"]["payload"]))


def by_another(told: dict[str, Any]) -> dict[str, Any]:
    (entry,) = told.values()
    statement = payload_of(told)
    statement["predicate"]["by"] = "cleo"
    raw = json.dumps(statement).encode()
    entry["envelope"]["payload"] = base64.b64encode(raw).decode()
    return told


def of_another(told: dict[str, Any]) -> dict[str, Any]:
    (entry,) = told.values()
    statement = payload_of(told)
    statement["predicate"]["node"] = "0" * 32
    entry["envelope"] = seal(json.dumps(statement).encode(), key_of(BOB)).encode()
    return told


def without_envelope(told: dict[str, Any]) -> dict[str, Any]:
    (entry,) = told.values()
    del entry["envelope"]
    return told


def neither(told: dict[str, Any]) -> dict[str, Any]:
    (entry,) = told.values()
    statement = payload_of(told)
    statement["predicate"]["decision"] = "perhaps"
    entry["envelope"] = seal(json.dumps(statement).encode(), key_of(BOB)).encode()
    return told


def something_else(told: dict[str, Any]) -> dict[str, Any]:
    (entry,) = told.values()
    entry["envelope"] = seal(b"[1, 2]", key_of(BOB)).encode()
    return told


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (by_another, "does not hold"),
        (of_another, "another thing"),
        (without_envelope, "DSSE"),
        (neither, "neither yes nor no"),
        (something_else, "no approval"),
    ],
)
def test_what_does_not_hold_does_not_count(desk: Desk, change: Any, problem: str) -> None:
    forged(desk, change)
    (found,) = approvals_of(desk.store, desk.handle(desk.id("delay@1")))
    assert problem in found.problem
    assert not desk.check(ONE).passed
    desk.decide("delay@1", BOB)
    assert desk.check(ONE).passed, "what does not hold stands in nobody's way"


def test_nothing_takes_the_place_of_what_another_record_said(desk: Desk) -> None:
    rejected = desk.decide("delay@1", CLEO, Decision.REJECT)
    node = desk.id("delay@1")
    told = Facet(node, "approvals", Basis.OBSERVED, {rejected.record: {"envelope": None}})
    late = "2999-01-01T00:00:00.000Z"
    desk.recorder.record([lambda _r, _t: Record(new_id(), "x", late, SOURCE, facets=(told,))])
    (found,) = approvals_of(desk.store, desk.handle(node))
    assert found.decision is Decision.REJECT
    assert found.problem == ""


def test_an_approval_names_the_bytes_of_the_model(desk: Desk) -> None:
    desk.decide("delay@1", BOB)
    (model,) = desk.store.nodes([desk.thing("models/delay.joblib")])
    assert model.digest is not None
    for stated in desk.store.facets(desk.handle(desk.id("delay@1"))):
        if stated.facet.name == "approvals":
            (entry,) = stated.facet.data.values()
            statement = json.loads(base64.b64decode(entry["envelope"]["payload"]))
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert statement["subject"] == [{"name": model.name, "digest": {"sha256": model.digest.sha256}}]
