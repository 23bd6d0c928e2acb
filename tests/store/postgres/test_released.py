"""Stores in PostgreSQL that released versions made, opened by this one."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from whence.model.edge import EdgeKind
from whence.store.check import check
from whence.store.interface import Backlog
from whence.store.postgres import tables
from whence.store.postgres.store import PostgresStore
from whence.testing.cluster import Cluster
from whence.testing.records import a_node, a_record, an_edge, id_of

RELEASED = Path(__file__).parents[1] / "released"
VERSIONS = {
    int(each.stem.removeprefix("postgres-")): each for each in RELEASED.glob("postgres-*.sql")
}
HELD = {
    1: (6, "5dac7941443dcaa0356dfbfb862cdb0ec9f51ab2f4f424d44e3a663637e778a8", (21, 24)),
    2: (26, "b955c1a95cff360a8d6221a510f28b155ac846d68c993a21b014056585620d96", (54, 85)),
}
"""Version → entries, root, nodes and edges."""

TO_1 = """
DROP TABLE arrival; ALTER TABLE node DROP COLUMN made, DROP COLUMN moment;
ALTER TABLE edge DROP COLUMN at; UPDATE form SET version = 1;
"""
"""What makes tables of version 2 to what version 1 made of the same records."""


def columns(cluster: Cluster, schema: str) -> list[tuple[object, ...]]:
    return cluster.execute(
        "SELECT table_name, column_name, data_type, is_nullable, collation_name"
        f" FROM information_schema.columns WHERE table_schema = '{schema}'"
        " ORDER BY table_name, ordinal_position"
    )


def indices(cluster: Cluster, schema: str) -> list[str]:
    found = cluster.execute(f"SELECT indexdef FROM pg_indexes WHERE schemaname = '{schema}'")
    return sorted(str(text).replace(f"{schema}.", "") for (text,) in found)


def released(version: int, schema: str) -> str:
    """What makes a store of a version in a schema."""
    text = VERSIONS[version].read_text(encoding="utf-8")
    return re.sub(r"\bwhence(?=[.;])", schema, text)


def test_every_version_is_here() -> None:
    assert sorted(VERSIONS) == list(range(1, tables.VERSION + 1))


@pytest.mark.parametrize("version", sorted(VERSIONS))
def test_all_that_was_kept_is_there_and_goes_on(
    version: int, make: Callable[[Path], PostgresStore], cluster: Cluster, tmp_path: Path
) -> None:
    store, fresh = make(tmp_path), make(tmp_path)
    schema = store.address.schema
    entries, root, size = HELD[version]
    cluster.execute(released(version, schema))
    with store.reading() as reader:
        assert reader.head().root.hex() == root
        assert reader.size() == size
        assert reader.find(id_of("weird")) is not None
    with store.writing() as writer:
        writer.append(a_record("new", [a_node("new")], project="flights"))
    report = check(store)
    assert report.ok, report.sentences()
    assert report.entries == entries + 1
    with fresh.reading():
        pass
    assert columns(cluster, schema) == columns(cluster, fresh.address.schema)
    assert indices(cluster, schema) == indices(cluster, fresh.address.schema)
    store.close()
    fresh.close()


def test_times_that_were_told_before_are_known(
    make: Callable[[Path], PostgresStore], cluster: Cluster, tmp_path: Path
) -> None:
    store = make(tmp_path)
    schema = store.address.schema
    cluster.execute(released(2, schema))
    before = rows(cluster, schema)
    cluster.execute(f"SET search_path = {schema}; {TO_1}")
    with store.reading() as reader:
        assert reader.backlog() == Backlog(0, -1)
    assert rows(cluster, schema) == before
    assert sum(" " in made for _, made, _ in before) > 4
    assert check(store).ok
    store.close()


def test_what_only_looks_like_a_time_is_none(
    make: Callable[[Path], PostgresStore], cluster: Cluster, tmp_path: Path
) -> None:
    store = make(tmp_path)
    time = "2026-11-20T09:30:00.000000Z"
    details = [
        {"x": f', "at": "{time}"', "made": "no"},
        {', "at': time},
        {'"at': time, "b": time},
        {"a": "{", "at": time},
        {"at": f"{time} ", "made": time},
        {"made": time, "z": '"'},
        {"made": "2026-11-20T09:30:00Z"},
        {"zmade": time, "a\\": ', "made": "'},
    ]
    nodes = [a_node(f"n{at}") for at in range(len(details) + 1)]
    edges = [
        replace(an_edge(f"n{at}", f"n{at + 1}", EdgeKind.DERIVED_FROM), detail=detail)
        for at, detail in enumerate(details)
    ]
    with store.writing() as writer:
        writer.append(a_record("r", nodes, edges))
    schema = store.address.schema
    before = rows(cluster, schema)
    store.close()
    cluster.execute(f"SET search_path = {schema}; {TO_1}")
    again = PostgresStore(store.address, tmp_path)
    with again.reading():
        pass
    assert rows(cluster, schema) == before
    assert {moment for _, _, moment in before[: len(nodes)]} == {"", time}
    again.close()


def rows(cluster: Cluster, schema: str) -> list[tuple[Any, ...]]:
    """What the tables know of times."""
    nodes = cluster.execute(f"SELECT handle, made, moment FROM {schema}.node ORDER BY handle")
    edges = cluster.execute(f"SELECT seq, at, detail FROM {schema}.edge ORDER BY seq")
    return [*nodes, *edges]
