"""Stores in PostgreSQL that released versions made, opened by this one."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from whence.store.check import check
from whence.store.postgres import tables
from whence.store.postgres.store import PostgresStore
from whence.testing.cluster import Cluster
from whence.testing.records import a_node, a_record, id_of

RELEASED = Path(__file__).parents[1] / "released"
VERSIONS = {
    int(each.stem.removeprefix("postgres-")): each for each in RELEASED.glob("postgres-*.sql")
}
ROOT = "5dac7941443dcaa0356dfbfb862cdb0ec9f51ab2f4f424d44e3a663637e778a8"


def columns(cluster: Cluster, schema: str) -> list[tuple[object, ...]]:
    return cluster.execute(
        "SELECT table_name, column_name, data_type, is_nullable, collation_name"
        f" FROM information_schema.columns WHERE table_schema = '{schema}'"
        " ORDER BY table_name, ordinal_position"
    )


def indices(cluster: Cluster, schema: str) -> list[str]:
    found = cluster.execute(f"SELECT indexdef FROM pg_indexes WHERE schemaname = '{schema}'")
    return sorted(str(text).replace(f"{schema}.", "") for (text,) in found)


def test_every_version_is_here() -> None:
    assert sorted(VERSIONS) == list(range(1, tables.VERSION + 1))


@pytest.mark.parametrize("version", sorted(VERSIONS))
def test_all_that_was_kept_is_there_and_goes_on(
    version: int, make: Callable[[Path], PostgresStore], cluster: Cluster, tmp_path: Path
) -> None:
    store, fresh = make(tmp_path), make(tmp_path)
    schema = store.address.schema
    text = VERSIONS[version].read_text(encoding="utf-8")
    cluster.execute(re.sub(r"\bwhence(?=[.;])", schema, text))
    with store.reading() as reader:
        assert reader.head().root.hex() == ROOT
        assert reader.size() == (21, 24)
        assert reader.find(id_of("weird")) is not None
    with store.writing() as writer:
        writer.append(a_record("new", [a_node("new")], project="flights"))
    report = check(store)
    assert report.ok, report.sentences()
    assert report.entries == 7
    with fresh.reading():
        pass
    assert columns(cluster, schema) == columns(cluster, fresh.address.schema)
    assert indices(cluster, schema) == indices(cluster, fresh.address.schema)
    store.close()
    fresh.close()
