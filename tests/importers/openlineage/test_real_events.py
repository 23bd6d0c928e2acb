"""Events as real producers sent them (dbt 1.11, Airflow 3.3, Feast 0.67, Hamilton 1.90)."""

import random
from pathlib import Path
from typing import Any

import pytest

from importers.openlineage.telling import tell
from importers.openlineage.test_composing import answers
from whence.importers.openlineage.files import read_events
from whence.importers.openlineage.validation import check_event
from whence.query.lineage import read_lineage
from whence.query.refs import resolve_ref
from whence.store.interface import Direction
from whence.store.memory import MemoryStore

TOLD = Path(__file__).parent / "told"

ENDS = {
    "dbt": ("main.customers", {"main.stg_customers", "main.stg_orders"}),
    "airflow": ("/srv/shop/data/clean.csv", {"/srv/shop/data/raw.csv"}),
    "feast": ("rides/online_store_driver_stats", {"rides/driver_stats", "rides/trips"}),
    "hamilton": ("/srv/shop/out.csv", {"shop/load_data.raw"}),
}
"""What was made last, and what it must come from."""


def events(producer: str) -> list[Any]:
    return [told for _, told in read_events((TOLD / f"{producer}.jsonl").read_bytes())]


@pytest.mark.parametrize("producer", sorted(ENDS))
def test_what_real_producers_send_is_taken_and_joined(producer: str) -> None:
    store = MemoryStore()
    assert all(each.fresh for each in tell(store, events(producer)))
    last, origins = ENDS[producer]
    with store.reading() as reader:
        root = resolve_ref(reader, last, lambda _: None).handle
        nodes = read_lineage(reader, root, Direction.ORIGINS).nodes
    assert origins <= {each.node.name.rpartition("#")[2] for each in nodes}


@pytest.mark.parametrize("producer", sorted(ENDS))
def test_their_order_does_not_matter(producer: str) -> None:
    shown = []
    for seed in (None, 1, 2):
        told = events(producer)
        if seed is not None:
            random.Random(seed).shuffle(told)
        store = MemoryStore()
        tell(store, told)
        shown.append(answers(store))
    assert shown[0] == shown[1] == shown[2]


def test_only_feast_leaves_out_what_the_specification_asks_for() -> None:
    lacking = {producer for producer in ENDS if any(check_event(each) for each in events(producer))}
    assert lacking <= {"feast"}
