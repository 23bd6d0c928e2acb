"""What a capture met, and what other tools tell of the same place, whichever comes first."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from importers.openlineage.telling import dataset, event, run_uuid, tell
from whence.model.identity import NodeId, derived_id
from whence.model.node import NodeKind
from whence.query.lineage import Lineage, read_lineage
from whence.recording.observation import FileSeen, RunSeen
from whence.recording.recorder import Recorder
from whence.store.interface import Direction
from whence.store.memory import MemoryStore
from whence.testing.worlds import digest_of, file_seen, run_seen

ROOT = "/home/ada/flights/"
DATABASE = f"duckdb://{ROOT}shop.duckdb"

Step = Callable[[MemoryStore], Any]


def captured(
    name: str,
    minute: int,
    used: tuple[FileSeen, ...] = (),
    generated: tuple[FileSeen, ...] = (),
) -> RunSeen:
    seen = run_seen(name, used=used, generated=generated)
    return replace(
        seen,
        id=derived_id("captured", name),
        started_at=f"2026-11-20T00:{minute:02}:00.000Z",
        ended_at=f"2026-11-20T00:{minute:02}:30.000Z",
    )


def capture(seen: RunSeen) -> Step:
    return lambda store: Recorder(store).record_run(seen)


def events(*told: dict[str, Any]) -> Step:
    return lambda store: tell(store, told)


def origins(store: MemoryStore, name: str) -> Lineage:
    with store.reading() as reader:
        (handle,) = reader.named(name)
        return read_lineage(reader, handle, Direction.ORIGINS)


def runs(lineage: Lineage) -> list[str]:
    return [each.node.name for each in lineage.nodes if each.node.kind is NodeKind.RUN]


def both_ways(*steps: Step) -> list[MemoryStore]:
    stores = []
    for order in (steps, steps[::-1]):
        store = MemoryStore()
        for step in order:
            step(store)
        stores.append(store)
    return stores


MODEL = file_seen("models/m.pkl", "weights", NodeKind.MODEL, "output")
DATABASE_FILE = file_seen("shop.duckdb", "rows", NodeKind.DATASET)


def file_dataset(path: str) -> dict[str, Any]:
    return dataset(f"{ROOT}{path}", "file")


def table(name: str) -> dict[str, Any]:
    return dataset(f"shop.main.{name}", DATABASE)


def made(run: str, minute: float, *outputs: dict[str, Any]) -> Step:
    return events(
        event(minute, "START", run, [], outputs), event(minute + 0.5, "COMPLETE", run, [], outputs)
    )


def test_a_training_that_read_a_file_comes_from_the_run_that_told_of_writing_it() -> None:
    read = file_seen("data/a.parquet", "rows", NodeKind.DATASET)
    training = capture(captured("train", 5, (read,), (MODEL,)))
    for store in both_ways(made("dbt", 1, file_dataset("data/a.parquet")), training):
        lineage = origins(store, "models/m.pkl")
        assert runs(lineage) == ["train", "dbt"]
        (edge,) = [each for each in lineage.edges if each.role == "same-place"]
        assert edge.basis == "inferred"


def test_what_was_written_after_the_training_is_no_origin_of_it() -> None:
    read = file_seen("data/a.parquet", "rows", NodeKind.DATASET)
    training = capture(captured("train", 5, (read,), (MODEL,)))
    steps = (
        made("first", 1, file_dataset("data/a.parquet")),
        training,
        made("later", 8, file_dataset("data/a.parquet")),
    )
    for store in both_ways(*steps):
        assert runs(origins(store, "models/m.pkl")) == ["train", "first"]


def test_a_database_that_is_a_file_holds_the_tables_that_others_speak_of() -> None:
    training = capture(captured("train", 5, (DATABASE_FILE,), (MODEL,)))
    for store in both_ways(made("dbt", 1, table("orders")), training):
        assert runs(origins(store, "models/m.pkl")) == ["train", "dbt"]


def test_a_relative_path_is_matched_by_its_end() -> None:
    training = capture(captured("train", 5, (DATABASE_FILE,), (MODEL,)))
    told = made("dbt", 1, dataset("shop.main.orders", "duckdb://../flights/shop.duckdb"))
    elsewhere = made("other", 2, dataset("shop.main.orders", "duckdb://other/shop.duckdb"))
    for store in both_ways(told, elsewhere, training):
        assert runs(origins(store, "models/m.pkl")) == ["train", "dbt"]


def test_only_the_tables_that_were_asked_for_count() -> None:
    asked = {"query": {"queries": [{"statement": "…", "reads": ["main.orders"]}]}}
    read = replace(DATABASE_FILE, facets=asked)
    training = capture(captured("train", 5, (read,), (MODEL,)))
    steps = (made("orders", 1, table("orders")), made("others", 2, table("others")), training)
    for store in both_ways(*steps):
        assert runs(origins(store, "models/m.pkl")) == ["train", "orders"]


def test_a_file_in_a_folder_that_a_tool_wrote_comes_from_there() -> None:
    read = file_seen("data/table/part-0.parquet", "rows", NodeKind.DATASET)
    store = MemoryStore()
    made("spark", 1, file_dataset("data/table"))(store)
    capture(captured("train", 5, (read,), (MODEL,)))(store)
    assert runs(origins(store, "models/m.pkl")) == ["train", "spark"]


def test_a_table_on_a_server_is_the_same_by_both_its_names() -> None:
    name = "postgresql://db:5432/shop#public.orders"
    read = FileSeen(name, name, NodeKind.DATASET, "input", None, facets={"remote": {}})
    training = capture(captured("train", 5, (read,), (MODEL,)))
    told = made("airflow", 1, dataset("shop.public.orders", "postgres://db:5432"))
    for store in both_ways(told, training):
        assert runs(origins(store, "models/m.pkl")) == ["train", "airflow"]


@pytest.mark.parametrize("name", ["data/a.csv", "shop.duckdb"])
def test_what_a_captured_run_wrote_is_what_a_tool_read(name: str) -> None:
    wrote = file_seen(name, "rows", NodeKind.DATASET, "output")
    loading = capture(captured("load", 1, (), (wrote,)))
    place = table("raw") if name.endswith("duckdb") else file_dataset(name)
    reading = events(
        event(3, "START", "dbt", [place], [table("orders")]),
        event(4, "COMPLETE", "dbt", [place], [table("orders")]),
    )
    for store in both_ways(loading, reading):
        with store.reading() as reader:
            handle = reader.find(NodeId(run_uuid("dbt").replace("-", "")))
            assert handle is not None
            assert runs(read_lineage(reader, handle, Direction.ORIGINS)) == ["dbt", "load"]


def test_a_run_that_was_watched_and_also_told_of_itself_is_joined_by_what_it_wrote() -> None:
    wrote = file_seen("data/a.csv", "rows", NodeKind.DATASET, "output")
    watched = capture(captured("watched", 2, (), (wrote,)))
    told = events(event(2.2, "COMPLETE", "told", [], [file_dataset("data/a.csv")]))
    before = made("before", 1, file_dataset("data/a.csv"))
    for store in both_ways(before, told, watched):
        with store.reading() as reader:
            (handle,) = reader.with_digest(digest_of("rows"))
            assert sorted(runs(read_lineage(reader, handle, Direction.ORIGINS))) == [
                "told",
                "watched",
            ]
