from dataclasses import replace
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from importers.openlineage.telling import WAREHOUSE, dataset, event, facet, tell
from whence.cli.render.columns import render_columns
from whence.errors import NotFoundError
from whence.model.identity import derived_id
from whence.model.node import NodeKind
from whence.query.columns import ColumnLineage, columns_json, read_columns
from whence.query.refs import resolve_ref
from whence.recording.recorder import Recorder
from whence.store.interface import Direction
from whence.store.memory import MemoryStore
from whence.testing.worlds import file_seen, run_seen
from whence.wire.schema import load_schema


def source(table: str, column: str, kind: str = "DIRECT", subtype: str = "IDENTITY") -> Any:
    how = {"type": kind, "subtype": subtype, "description": "", "masking": False}
    return {"namespace": WAREHOUSE, "name": table, "field": column, "transformations": [how]}


def made_of(*names: str, whole: Any = (), **columns: Any) -> dict[str, Any]:
    schema = facet(fields=[{"name": each, "type": "INTEGER"} for each in names or columns])
    fields = {name: {"inputFields": list(sources)} for name, sources in columns.items()}
    return {"schema": schema, "columnLineage": facet(fields=fields, dataset=list(whole))}


RAW, STAGED, TOTALS = "w.main.raw", "w.main.stg", "w.main.totals"


def ran(minute: int, name: str, reads: Any, writes: Any) -> list[dict[str, Any]]:
    return [
        event(minute, "START", name, [reads], [writes]),
        event(minute + 1, "COMPLETE", name, [reads], [writes]),
    ]


PIPELINE = [
    *ran(
        1,
        "stage",
        dataset(RAW, schema=facet(fields=[{"name": "AMOUNT"}, {"name": "day"}])),
        dataset(STAGED, **made_of(amount=[source(RAW, "amount")], note=[])),
    ),
    *ran(
        3,
        "add up",
        dataset(STAGED),
        dataset(
            TOTALS,
            **made_of(
                "total",
                "orders",
                total=[source(STAGED, "amount", subtype="AGGREGATION")],
                whole=[source(STAGED, "note", "INDIRECT", "FILTER")],
            ),
        ),
    ),
]


@pytest.fixture
def store() -> MemoryStore:
    store = MemoryStore()
    tell(store, PIPELINE)
    return store


def ask(store: MemoryStore, ref: str, column: str, direction: Direction) -> ColumnLineage:
    with store.reading() as reader:
        handle = resolve_ref(reader, ref, lambda _: None).handle
        answer = read_columns(reader, handle, column, direction)
    Draft202012Validator(load_schema("columns-1")).validate(columns_json(answer))
    return answer


def told(answer: ColumnLineage) -> list[str]:
    return [
        f"{answer.nodes[each.dataset].name.rpartition('#')[2]}#{each.name}"
        for each in answer.columns
    ]


def test_a_column_is_followed_through_many_runs(store: MemoryStore) -> None:
    answer = ask(store, "main.totals", "total", Direction.ORIGINS)
    assert told(answer) == [
        "main.totals#total",
        "main.stg#amount",
        "main.stg#note",
        "main.raw#AMOUNT",
    ]
    assert [each.how for each in answer.edges] == [
        "direct aggregation",
        "indirect filter (the whole table)",
        "direct identity",
    ]


def test_what_came_of_a_column_is_told_the_other_way(store: MemoryStore) -> None:
    answer = ask(store, "main.raw", "amount", Direction.EFFECTS)
    assert told(answer) == ["main.raw#AMOUNT", "main.stg#amount", "main.totals#total"]
    assert answer.gaps == []


def test_where_only_tables_are_told_of_is_a_gap(store: MemoryStore) -> None:
    tell(store, ran(5, "copy", dataset(TOTALS), dataset("w.main.copy")))
    answer = ask(store, "main.copy", "total", Direction.ORIGINS)
    assert [(gap.kind, gap.reason) for gap in answer.gaps] == [
        ("columns-unknown", "copy tells which things it read, not which columns")
    ]
    down = ask(store, "main.totals", "total", Direction.EFFECTS)
    assert [gap.kind for gap in down.gaps] == ["columns-unknown"]


def test_a_column_that_is_not_there_is_said_with_those_that_are(store: MemoryStore) -> None:
    with pytest.raises(NotFoundError) as caught:
        ask(store, "main.totals", "sum", Direction.ORIGINS)
    assert caught.value.hint == "it has: orders, total"


def test_a_feature_of_a_model_comes_from_a_column_of_a_table(store: MemoryStore) -> None:
    read = replace(
        file_seen("warehouse.duckdb", "rows", NodeKind.DATASET),
        location="file:///srv/shop/warehouse.duckdb",
        facets={"query": {"queries": [{"statement": "…", "reads": ["main.totals"]}]}},
    )
    fit = {
        "kind": "fit",
        "by": "LinearRegression.fit",
        "inputs": [
            {"of": ["warehouse.duckdb"], "role": "X", "columns": ["total"]},
            {"of": ["warehouse.duckdb"], "role": "y", "columns": ["orders"]},
        ],
    }
    seen = replace(
        run_seen(
            "train",
            used=(read,),
            generated=(file_seen("models/m.pkl", "weights", NodeKind.MODEL, "output"),),
            steps={"steps": [fit]},
        ),
        id=derived_id("train"),
        started_at="2026-11-20T00:10:00.000Z",
        ended_at="2026-11-20T00:11:00.000Z",
    )
    Recorder(store).record_run(seen)
    up = ask(store, "models/m.pkl", "total", Direction.ORIGINS)
    assert told(up)[:4] == [
        "models/m.pkl#total",
        "warehouse.duckdb#total",
        "main.totals#total",
        "main.stg#amount",
    ]
    down = ask(store, "main.raw", "amount", Direction.EFFECTS)
    assert told(down)[-1] == "models/m.pkl#total"
    assert down.edges[-1].how == "feature"
    assert ask(store, "models/m.pkl", "orders", Direction.ORIGINS).edges[0].how == "target"


def test_the_tree_fits_the_terminal(store: MemoryStore) -> None:
    answer = ask(store, "main.totals", "total", Direction.ORIGINS)
    lines = render_columns(answer, 80).splitlines()
    assert lines[0] == "duckdb:///srv/shop/warehouse.duckdb#main.totals#total"
    assert lines[1] == "├─ main.stg#amount  (direct aggregation, by add up, imported)"
    assert lines[-1] == "4 columns of 3 things; no gaps."
    assert "`- " in render_columns(answer, 80, encoding="ascii")
