"""What arrives first and is read later says the same as what is read at once."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from importers.openlineage.telling import dataset, event, facet, tell
from importers.openlineage.test_composing import answers
from importers.openlineage.test_real_events import ENDS, events
from whence.errors import WireError
from whence.importers.openlineage.arriving import (
    arrival_of,
    meaning_of,
    read_payload,
    refusal_of,
)
from whence.recording.recorder import Recorder
from whence.store.check import check
from whence.store.interface import Store
from whence.store.memory import MemoryStore
from whence.store.sqlite import SqliteStore

TIME = "2026-11-21T00:00:00.000Z"


def arrive(store: Store, told: Any) -> None:
    arrival = arrival_of(told, TIME)
    with store.writing() as writer:
        writer.append(arrival)


def read_all(store: Store) -> None:
    with store.reading() as reader:
        waiting = [each.record for each in reader.arrivals(10_000)]
    for arrival in waiting:
        assert arrival is not None
        Recorder(store).record([meaning_of(arrival, read_payload(arrival.payload))])


@pytest.mark.parametrize("producer", sorted(ENDS))
@pytest.mark.parametrize("seed", [None, 3])
def test_read_later_or_at_once_is_the_same(producer: str, seed: int | None, tmp_path: Path) -> None:
    told = events(producer)
    if seed is not None:
        random.Random(seed).shuffle(told)
    now, later = MemoryStore(), SqliteStore(tmp_path)
    tell(now, told)
    for each in told:
        arrive(later, each)
    read_all(later)
    assert answers(later) == answers(now)
    with later.reading() as reader:
        assert reader.backlog().count == 0
    assert check(later).ok


def test_what_must_not_be_kept_does_not_arrive() -> None:
    env = facet(environmentVariables=[{"name": "TOKEN", "value": "xyzzy-secret"}])
    sql = facet(query="SELECT * FROM t WHERE code = 'xyzzy-secret'")
    told = event(
        1,
        "START",
        "a",
        [dataset("raw", password=facet(password="xyzzy-secret"))],
        run_facets={"environmentVariables": env},
        job_facets={"sql": sql},
    )
    arrival = arrival_of(told, TIME)
    assert "xyzzy-secret" not in arrival.payload
    assert "TOKEN" in arrival.payload
    assert "SELECT" in arrival.payload


def test_the_same_event_is_the_same_arrival_however_it_is_written() -> None:
    told = event(1, "START", "a", [dataset("raw")])
    again = json.loads(json.dumps(dict(reversed(told.items())), indent=1))
    assert arrival_of(told, TIME) == arrival_of(again, TIME)
    other = event(2, "START", "a", [dataset("raw")])
    assert arrival_of(told, TIME).id != arrival_of(other, TIME).id


def test_what_was_let_pass_is_told_once_it_is_read() -> None:
    told = event(1, "START", "a")
    told["eventTime"] = "2026-11-20T09:30:00"
    del told["producer"]
    read = read_payload(arrival_of(told, TIME, "", {"flights": "reader"}).payload)
    assert read.oddities == ("/producer", "/eventTime has no time zone; read as UTC")
    assert read.roles == {"flights": "reader"}


@pytest.mark.parametrize("text", ["", "7", "{}", "[]", '{"event": {}, "roles": 7}'])
def test_what_is_no_payload_is_refused(text: str) -> None:
    with pytest.raises(WireError):
        read_payload(text)


def test_what_cannot_be_read_leaves_a_gap_with_its_run() -> None:
    store = MemoryStore()
    arrival = arrival_of(event(1, "START", "a"), TIME, "flights")
    with store.writing() as writer:
        writer.append(arrival)
        refusal = refusal_of(arrival, "it may not be", writer)
        assert (refusal.project, refusal.type) == ("flights", "arrival-refused")
        (gap,) = refusal.facets[0].data["gaps"]
        assert gap == {"kind": "contradiction", "about": arrival.id, "reason": "it may not be"}
        writer.append(refusal)
        assert writer.backlog().count == 0
