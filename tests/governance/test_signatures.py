"""Every approval in a record is held to its signature."""

import copy
from dataclasses import replace
from typing import Any

from governance.desk import BOB, Desk, key_of
from whence.governance.approval import Deciding, Decision
from whence.governance.signatures import MARK, broken_signatures
from whence.model.identity import new_id
from whence.model.moment import now
from whence.model.record import Record
from whence.wire.canonical import canonical
from whence.wire.codec import encode


def approval(desk: Desk) -> Record:
    node = desk.id("delay@1")
    return Deciding(node, Decision.APPROVE, BOB, "seen", key_of(BOB), "test").compose(
        desk.store, now()
    )


def changed(record: Record, change: Any) -> Record:
    """The same with another approval in it."""
    (told,) = copy.deepcopy(dict(record.facets[0].data)).values()
    change(told)
    facet = replace(record.facets[0], data={record.id: told})
    return replace(record, facets=(facet, *record.facets[1:]))


def test_what_does_not_hold_is_told() -> None:
    desk = Desk()
    desk.register()
    record = approval(desk)
    assert MARK in canonical(encode(record))
    assert list(broken_signatures(record)) == []

    def spoil(told: Any) -> None:
        (signature,) = told["envelope"]["signatures"]
        signature["sig"] = "A" * len(signature["sig"].rstrip("=")) + "=="

    (said,) = broken_signatures(changed(record, spoil))
    assert said.startswith("the approval by bob does not hold: ")
    (said,) = broken_signatures(changed(record, lambda told: told.pop("envelope")))
    assert "bob" in said
    other = replace(record.facets[0], node=desk.id("models/delay.joblib"))
    (said,) = broken_signatures(replace(record, facets=(other,)))
    assert "said of another thing" in said


def test_what_stands_under_the_id_of_another_record_is_nobodys() -> None:
    desk = Desk()
    desk.register()
    record = approval(desk)
    assert list(broken_signatures(replace(changed(record, dict.clear), id=new_id()))) == []
