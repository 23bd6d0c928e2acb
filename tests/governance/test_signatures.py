"""Every approval in a record is held to its signature."""

import copy
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from governance.desk import BOB, Desk, key_of
from whence.governance.approval import Deciding, Decision
from whence.governance.signatures import MARK, broken_signatures
from whence.model.identity import new_id
from whence.model.moment import now
from whence.model.record import Record
from whence.store.sealing import RETELLING
from whence.store.sqlite import SqliteStore
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


def test_fsck_tells_of_them_and_of_what_retells_nothing(tmp_path: Path) -> None:
    desk = Desk()
    desk.register()
    good = approval(desk)
    store = SqliteStore(tmp_path / ".whence")
    with desk.store.reading() as reader, store.writing() as writer:
        for kept in reader.records():
            assert kept.record is not None
            writer.append(kept.record)
        writer.append(good)
    assert fsck(tmp_path, 0)["findings"] == []
    broken = changed(good, lambda told: told.pop("envelope"))
    broken = replace(broken, id=(other := new_id()), nodes=(), facets=broken.facets[:1])
    told = dict(broken.facets[0].data)
    broken = replace(broken, facets=(replace(broken.facets[0], data={other: told[good.id]}),))
    with store.writing() as writer:
        writer.append(broken)
        writer.append(Record(new_id(), RETELLING, now(), "test", payload="{}"))
    store.close()
    found = [each["what"] for each in fsck(tmp_path, 1)["findings"]]
    assert len(found) == 2
    assert found[0].startswith("the approval by bob does not hold")
    assert "is no retelling" in found[1]


def fsck(folder: Path, status: int) -> Any:
    environment = {**os.environ, "WHENCE_STORE": ""}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    done = subprocess.run(
        [sys.executable, "-m", "whence", "fsck", "--json"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == status, done.stderr
    return json.loads(done.stdout)
