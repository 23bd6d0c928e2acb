import random
from collections.abc import Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from importers.openlineage.telling import WAREHOUSE, dataset, event, facet, run_uuid, tell
from whence.importers.openlineage.composing import version_id
from whence.importers.openlineage.taking import composer_of
from whence.model.identity import NodeId
from whence.model.node import NodeKind
from whence.query.account import account_for, describe
from whence.query.lineage import lineage_json, read_lineage
from whence.query.route import route
from whence.recording.places import place_of
from whence.recording.validate import validate
from whence.store.interface import Direction, Reader, Store
from whence.store.memory import MemoryStore


def place(name: str) -> Any:
    return place_of(WAREHOUSE, name)


def run_id(name: str) -> NodeId:
    return NodeId(run_uuid(name).replace("-", ""))


def answers(store: Store) -> Any:
    """All that the store answers, without handles and without the order of arrival."""
    with store.reading() as reader:
        told = {}
        for kind in NodeKind:
            for handle in reader.latest(kind, 10_000):
                account = account_for(reader, handle)
                node = account.node
                facets = {name: account.said(name) for name in account.facets if name != "intended"}
                told[node.id] = (node.kind, node.name, facets, *ways(reader, handle))
        return told


def ways(reader: Reader, handle: int) -> list[Any]:
    found = []
    for direction in Direction:
        lineage = lineage_json(read_lineage(reader, handle, direction))
        nodes = sorted(each["id"] for each in lineage["nodes"])
        edges = sorted((each["from"], each["to"], each["kind"]) for each in lineage["edges"])
        found.append((nodes, sorted(set(edges))))
    return found


def told(*events: dict[str, Any]) -> MemoryStore:
    store = MemoryStore()
    tell(store, events)
    return store


def origins(store: MemoryStore, node: NodeId) -> list[str]:
    with store.reading() as reader:
        handle = reader.find(node)
        assert handle is not None
        lineage = read_lineage(reader, handle, Direction.ORIGINS)
        return [
            f"{each.node.kind.value} {each.node.name.partition('#')[2] or each.node.name}"
            for each in lineage.nodes
        ]


RAW, STAGED, ORDERS = "shop.main.raw", "shop.main.stg", "shop.main.orders"

PIPELINE = (
    event(1, "START", "stage", [dataset(RAW)], [dataset(STAGED)]),
    event(2, "COMPLETE", "stage", [dataset(RAW)], [dataset(STAGED)]),
    event(3, "START", "orders", [dataset(STAGED)], []),
    event(4, "COMPLETE", "orders", [], [dataset(ORDERS)]),
)


def test_what_one_run_made_and_another_read_is_one_thing() -> None:
    made = version_id(run_id("orders"), place(ORDERS))
    assert origins(told(*PIPELINE), made) == [
        "dataset main.orders",
        "run orders",
        "dataset main.stg",
        "run stage",
        "dataset main.raw",
    ]


def test_a_run_reads_the_version_that_was_the_latest_when_it_began() -> None:
    store = told(
        *PIPELINE,
        event(5, "START", "stage again", [dataset(RAW)], [dataset(STAGED)]),
        event(6, "COMPLETE", "stage again", [dataset(RAW)], [dataset(STAGED)]),
    )
    again = version_id(run_id("stage again"), place(STAGED))
    with store.reading() as reader:
        made = reader.find(version_id(run_id("orders"), place(ORDERS)))
        assert made is not None
        reached = {each.node.id for each in read_lineage(reader, made, Direction.ORIGINS).nodes}
    assert version_id(run_id("stage"), place(STAGED)) in reached
    assert again not in reached


def test_the_way_between_two_things_takes_no_reading_that_is_known_better() -> None:
    late = (
        event(2.2, "START", "stage again", [], [dataset(STAGED)]),
        event(2.4, "COMPLETE", "stage again", [], [dataset(STAGED)]),
    )
    store = told(*PIPELINE, *late)
    with store.reading() as reader:
        made = reader.find(version_id(run_id("orders"), place(ORDERS)))
        ways = []
        for name in ("stage", "stage again"):
            run = reader.find(run_id(name))
            assert made is not None
            assert run is not None
            ways.append([each["name"] for each in route(reader, made, run)["nodes"]])
    assert ways[0] == []
    assert ways[1][-1] == "stage again"


def test_who_fails_or_gives_up_has_made_nothing() -> None:
    for ending in ("FAIL", "ABORT"):
        store = told(
            event(1, "START", "stage", [dataset(RAW)], [dataset(STAGED)]),
            event(2, ending, "stage", [dataset(RAW)], [dataset(STAGED)]),
        )
        with store.reading() as reader:
            assert reader.find(version_id(run_id("stage"), place(STAGED))) is None
            run = reader.find(run_id("stage"))
            assert run is not None
            assert describe(reader, run)["generated"] == []


def test_complete_beats_fail_and_both_are_told() -> None:
    store = told(
        event(1, "START", "stage"),
        event(3, "COMPLETE", "stage", [], [dataset(STAGED)]),
        event(2, "FAIL", "stage"),
    )
    with store.reading() as reader:
        run = reader.find(run_id("stage"))
        assert run is not None
        outcome = account_for(reader, run).said("outcome")
        assert outcome["state"] == "completed"
        assert outcome["contradictory"] == ["COMPLETE", "FAIL"]
        assert any(gap["kind"] == "contradiction" for gap in describe(reader, run)["gaps"])


def test_outputs_told_at_the_start_count_when_the_end_names_none() -> None:
    schema = facet(fields=[{"name": "id", "type": "INTEGER"}])
    store = told(
        event(1, "START", "stage", [], [dataset(STAGED, schema=schema)]),
        event(2, "COMPLETE", "stage"),
    )
    with store.reading() as reader:
        made = reader.find(version_id(run_id("stage"), place(STAGED)))
        assert made is not None
        columns = account_for(reader, made).said("table")["columns"]
        assert columns == [{"name": "id", "type": "INTEGER"}]


def test_the_same_event_is_kept_once() -> None:
    store = MemoryStore()
    kept = tell(store, [PIPELINE[0], PIPELINE[0], dict(reversed(PIPELINE[0].items()))])
    assert [each.fresh for each in kept] == [True, False, False]


def test_a_run_that_names_itself_as_its_parent_is_taken_with_a_doubt() -> None:
    parent = facet(run={"runId": run_uuid("a")}, job={"namespace": "shop", "name": "a"})
    store = told(event(1, "START", "a", run_facets={"parent": parent}))
    with store.reading() as reader:
        run = reader.find(run_id("a"))
        assert run is not None
        assert [each["kind"] for each in describe(reader, run)["gaps"]] == ["contradiction"]


def test_secrets_and_values_are_not_kept() -> None:
    sql = facet(query="select * from t where name = 'Ada Lovelace'")
    variables = facet(environmentVariables=[{"name": "TOKEN", "value": "hunter2hunter2"}])
    custom = facet(conf={"password": "hunter2hunter2"})
    store = told(
        event(
            1,
            "START",
            "a",
            run_facets={"environmentVariables": variables, "airflow": custom},
            job_facets={"sql": sql},
        )
    )
    with store.reading() as reader:
        bodies = b"".join(row.body or b"" for row in reader.audit_rows())
    assert b"Lovelace" not in bodies
    assert b"hunter2" not in bodies


NAMES = (RAW, STAGED, ORDERS, "shop.main.customers")


@st.composite
def histories(
    draw: st.DrawFn, starts: int = 40, lengths: int = 20, *, onwards: bool = False
) -> tuple[list[dict[str, Any]], int]:
    """The events of some runs that read and write a few tables, and a seed for their order.

    ``onwards`` are those that write tables later in the list than those that they read.
    """
    events = []
    for number in range(draw(st.integers(1, 5))):
        name = f"run {number}"
        start = draw(st.integers(0, starts))
        end = start + draw(st.integers(1, lengths))
        cut = draw(st.integers(1, len(NAMES) - 1)) if onwards else 0
        inputs, outputs = (
            draw(st.lists(st.sampled_from(names), max_size=2, unique=True))
            for names in (NAMES[:cut] or NAMES, NAMES[cut:])
        )
        told_early = draw(st.booleans())
        ending = draw(st.sampled_from(("COMPLETE", "COMPLETE", "COMPLETE", "FAIL", "ABORT", "")))
        schema = facet(fields=[{"name": f"c{number}"}])
        reads = [dataset(each) for each in inputs]
        writes = [dataset(each, schema=schema) for each in outputs]
        if draw(st.integers(0, 4)):
            events.append(event(start, "START", name, reads, writes if told_early else []))
        if draw(st.booleans()):
            middle = draw(st.integers(start, end))
            events.append(event(middle, "RUNNING", name, [], writes))
        if ending:
            events.append(event(end, ending, name, reads, [] if told_early else writes))
    return events, draw(st.integers(0, 2**32))


def shuffled(events: Sequence[dict[str, Any]], seed: int) -> list[dict[str, Any]]:
    lot = random.Random(seed)
    order = [*events, *lot.choices(events, k=len(events) // 2)] if events else []
    lot.shuffle(order)
    return order


@settings(max_examples=150, deadline=None)
@given(histories())
def test_any_order_and_any_repetition_gives_the_same_answers(
    history: tuple[list[dict[str, Any]], int],
) -> None:
    events, seed = history
    assert answers(told(*shuffled(events, seed))) == answers(told(*events))


@settings(max_examples=150, deadline=None)
@given(histories(starts=2, lengths=2, onwards=True))
def test_so_it_is_where_many_times_are_alike(history: tuple[list[dict[str, Any]], int]) -> None:
    events, seed = history
    assert answers(told(*shuffled(events, seed))) == answers(told(*events))


class Counting:
    """A reader that counts what it is told."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self.told = 0

    def __getattr__(self, name: str) -> Any:
        def ask(*given: Any, **named: Any) -> Any:
            answer = getattr(self._store, name)(*given, **named)
            self.told += len(answer) if isinstance(answer, list) else 1
            return answer

        return ask


def looked_at(runs: int) -> int:
    """How much is looked at for a run in the middle of many that comes when all are told."""
    store = MemoryStore()
    for number in range(runs):
        reads, writes = [dataset(STAGED), dataset(RAW)], [dataset(STAGED)]
        tell(store, [event(number, "START", f"run {number}", reads)])
        tell(store, [event(number + 0.5, "COMPLETE", f"run {number}", reads, writes)])
    late = event(runs / 2 + 0.1, "START", "late", [dataset(STAGED)])
    tell(store, [late])
    counting = Counting(store)
    reader: Any = counting
    ended = event(runs / 2 + 0.6, "COMPLETE", "late", [], [dataset(STAGED)])
    record = composer_of(ended)(reader, "2026-11-21T00:00:00.000Z")
    validate(record, reader)
    made = version_id(run_id("late"), place(STAGED))
    assert run_id(f"run {runs // 2 + 1}") in {
        edge.origin for edge in record.edges if edge.target == made
    }
    return counting.told


def test_what_comes_late_costs_the_same_however_much_was_told() -> None:
    assert looked_at(200) == looked_at(20)
