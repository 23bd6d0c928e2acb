"""What a store in PostgreSQL does that no file could: roles, links that break, many processes."""

import multiprocessing
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import psycopg
import pytest

from whence.errors import (
    InvalidRecordError,
    StoreError,
    StoreLockedError,
    StoreUnreachableError,
    StoreVersionError,
    UsageError,
    WhenceError,
)
from whence.model.edge import EdgeKind
from whence.recording.recorder import Recorder
from whence.store import sqlwriter
from whence.store.check import check
from whence.store.interface import Direction
from whence.store.memory import MemoryStore
from whence.store.opening import open_store
from whence.store.postgres import address, tables, writer
from whence.store.postgres.address import read_address
from whence.store.postgres.store import PostgresStore
from whence.testing.cluster import Cluster
from whence.testing.picture import picture_of
from whence.testing.records import a_facet, a_node, a_record, an_edge, id_of, layered_records

Make = Callable[[Path], PostgresStore]


@pytest.fixture
def store(make: Make, tmp_path: Path) -> Iterator[PostgresStore]:
    store = make(tmp_path)
    yield store
    store.close()


def keep(store: PostgresStore, *names: str) -> None:
    with store.writing(timeout=5) as turn:
        for name in names:
            turn.append(a_record(name, [a_node(name)]))


def again(store: PostgresStore) -> PostgresStore:
    """The same place, for somebody else."""
    return PostgresStore(store.address, store._cache)


def test_two_processes_minds_do_not_hide_what_the_other_wrote(store: PostgresStore) -> None:
    """Each remembers; in turns they add to the same things and read all of them."""
    plain, other = MemoryStore(), again(store)
    for number, record in enumerate(layered_records(7, 60)):
        plain.append(record)
        said = a_record(
            f"about {number}",
            [a_node(f"g{number // 2}", f"other {number}")] if number % 5 == 4 else [],
            facets=[a_facet(f"g{number // 3}", "tags", turn=number)],
            second=number % 60,
        )
        plain.append(said)
        with (store, other)[number % 2].writing() as turn:
            turn.append(record)
            turn.append(said)
            for handle in range(1, turn.size()[0] + 1, 3):
                (node,) = turn.nodes([handle])
                mine = plain.find(node.id)
                assert mine is not None
                assert plain.nodes([mine]) == [node]
                assert [each.facet for each in turn.facets(handle)] == [
                    each.facet for each in plain.facets(mine)
                ]
                assert len(turn.named(node.name)) == len(plain.named(node.name))
                for way in Direction:
                    assert len(turn.links([handle], way)) == len(plain.links([mine], way))
    other.close()
    with store.reading() as reader:
        assert picture_of(reader) == picture_of(plain)
    assert check(store).ok


@pytest.mark.parametrize("limit", [(writer, "FOREIGN"), (sqlwriter, "REMEMBERED")])
def test_a_writer_may_forget_at_any_time(store: PostgresStore, limit: tuple[Any, str]) -> None:
    other = again(store)
    with mock.patch.object(*limit, 3), mock.patch.object(writer, "REMEMBERED", 3):
        for number, record in enumerate(layered_records(3, 40)):
            with (store, other)[number // 4 % 2].writing() as turn:
                turn.append(record)
                turn.append(a_record(f"{number}", [a_node(f"n{number}"), a_node(f"m{number}")]))
                assert turn.find(id_of(f"n{number}")) is not None
    other.close()
    assert check(store).ok
    assert check(store).entries == 80


def _write(url: str, folder: str, name: str, count: int) -> None:
    store = open_store(url, Path(folder))
    for number in range(count):
        with store.writing() as turn:
            edges = [an_edge(f"{name} {number}", "hub", EdgeKind.DERIVED_FROM)]
            turn.append(a_record(f"{name} {number}", [a_node(f"{name} {number}")], edges))
    store.close()


def test_many_processes_write_one_ledger(store: PostgresStore, tmp_path: Path) -> None:
    keep(store, "hub")
    url = f"{store.address.url}&schema={store.address.schema}"
    context = multiprocessing.get_context("spawn")
    processes = [
        context.Process(target=_write, args=(url, str(tmp_path), f"w{at}", 12)) for at in range(3)
    ]
    for each in processes:
        each.start()
    for each in processes:
        each.join(60)
    assert [each.exitcode for each in processes] == [0, 0, 0]
    report = check(store)
    assert report.ok, report.sentences()
    assert report.entries == 37


def test_several_may_be_the_first(make: Make, tmp_path: Path) -> None:
    store = make(tmp_path)
    stores = [store, *(again(store) for _ in range(5))]
    threads = [
        threading.Thread(target=keep, args=(each, f"{at}")) for at, each in enumerate(stores)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert check(store).entries == 6
    for each in stores:
        each.close()


def test_a_record_whose_nodes_were_erased_is_still_kept_once(
    store: PostgresStore, cluster: Cluster
) -> None:
    keep(store, "one", "two")
    cluster.execute(f"UPDATE {store.address.schema}.entry SET body = NULL, salt = NULL")
    store.rebuild()
    again_said = a_record("one", [a_node("one")])
    (kept,) = Recorder(store).record([lambda _reader, _time: again_said])
    assert (kept.index, kept.fresh) == (0, False)
    keep(store, "three")
    assert check(store).entries == 3


# --------------------------------------------------------------- what may go wrong


def test_who_waits_too_long_is_told_so(store: PostgresStore) -> None:
    other = again(store)
    with store.writing():
        with pytest.raises(StoreLockedError), other.writing(timeout=0.1):
            pass
        with pytest.raises(StoreLockedError), store.writing(timeout=0.1):
            pass
    keep(other, "one")
    keep(store, "two")
    other.close()


def test_a_link_that_broke_while_idle_is_made_anew(store: PostgresStore, cluster: Cluster) -> None:
    keep(store, "one")
    end_all(cluster)
    keep(store, "two")
    end_all(cluster)
    with store.reading() as reader:
        assert reader.head().size == 2


def end_all(cluster: Cluster) -> None:
    cluster.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE application_name = 'whence' AND pid <> pg_backend_pid()"
    )


def test_a_link_that_breaks_in_midst_is_said_and_nothing_is_kept(
    store: PostgresStore, cluster: Cluster
) -> None:
    keep(store, "one")
    with pytest.raises(StoreUnreachableError), store.writing() as turn:  # noqa: PT012  what fails is the block
        turn.append(a_record("two", [a_node("two")]))
        end_all(cluster)
        turn.latest(a_node("two").kind, 1)
    with pytest.raises(StoreUnreachableError), store.reading() as reader:  # noqa: PT012  what fails is the block
        end_all(cluster)
        reader.head()
    keep(store, "three")
    assert check(store).entries == 2


@pytest.mark.parametrize("arrived", [True, False])
def test_a_commit_that_nobody_answers_is_looked_up(
    store: PostgresStore, cluster: Cluster, arrived: bool
) -> None:
    keep(store, "one")
    plain = psycopg.Connection.execute

    def execute(self: Any, query: Any, *more: Any, **how: Any) -> Any:
        if query == "COMMIT":
            if arrived:
                plain(self, query, *more, **how)
                self._pipeline.sync()
            end_all(cluster)
        return plain(self, query, *more, **how)

    with mock.patch.object(psycopg.Connection, "execute", execute):
        if arrived:
            keep(store, "two", "three")
        else:
            with pytest.raises(StoreUnreachableError):
                keep(store, "two", "three")
    keep(store, "two", "four")
    assert check(store).entries == (4 if arrived else 3)
    assert check(store).ok


def test_nothing_of_what_is_refused_gets_there(store: PostgresStore) -> None:
    keep(store, "one")
    with pytest.raises(InvalidRecordError), store.writing() as turn:  # noqa: PT012  what fails is the block
        turn.append(a_record("two", [a_node("two")]))
        turn.append(a_record("x", facets=[a_facet("gone", "tags")]))
    with store.reading() as reader:
        assert reader.find(id_of("two")) is None
    keep(store, "two")
    assert check(store).ok


def test_long_texts_are_kept_and_found(store: PostgresStore) -> None:
    long = "/".join(f"folder {number:04}" for number in range(1_000))
    with store.writing() as turn:
        turn.append(a_record("one", [a_node("a", long), a_node("b")]))
    with store.reading() as reader:
        (handle,) = reader.named(long)
        assert reader.nodes([handle])[0].name == long
        assert reader.names_like("FOLDER 0999", 5) == [long]


# --------------------------------------------------------------------- the tables


def test_a_newer_store_is_refused(store: PostgresStore, cluster: Cluster) -> None:
    keep(store, "one")
    cluster.execute(f"UPDATE {store.address.schema}.form SET version = {tables.VERSION + 1}")
    with pytest.raises(StoreVersionError, match="newer Whence"), again(store).reading():
        pass


def test_an_interrupted_making_of_the_tables_leaves_nothing(
    store: PostgresStore, cluster: Cluster
) -> None:
    with (
        mock.patch.object(tables, "TABLES", tables.TABLES + "SELECT 1/0;"),
        pytest.raises(StoreError),
        store.reading(),
    ):
        pass
    keep(store, "one")
    assert check(store).entries == 1


def test_somebody_elses_tables_are_left_alone(store: PostgresStore, cluster: Cluster) -> None:
    cluster.execute(f"CREATE SCHEMA {store.address.schema}")
    cluster.execute(f"CREATE TABLE {store.address.schema}.node (mine int)")
    with pytest.raises(StoreError, match="something else"), store.reading():
        pass
    found = cluster.execute(
        f"SELECT count(*) FROM pg_tables WHERE schemaname = '{store.address.schema}'"
    )
    assert found == [(1,)]


def test_a_service_may_add_to_the_log_and_change_nothing_in_it(
    store: PostgresStore, cluster: Cluster, tmp_path: Path
) -> None:
    keep(store, "one")
    schema = store.address.schema
    role = f"service_{schema}"
    cluster.execute(f"CREATE ROLE {role} LOGIN")
    cluster.execute(tables.grants(schema, role))
    service = open_store(cluster.url(schema, user=role), tmp_path / "service")
    assert isinstance(service, PostgresStore)
    keep(service, "two")
    service.rebuild()
    assert check(service).entries == 2
    service.close()
    for statement in (
        f"UPDATE {schema}.entry SET body = NULL",
        f"DELETE FROM {schema}.entry",
        f"DELETE FROM {schema}.tree",
        f"DELETE FROM {schema}.head",
        f"UPDATE {schema}.identity SET id = id",
        f"TRUNCATE {schema}.entry",
        f"DROP TABLE {schema}.entry",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            cluster.execute(statement, user=role)


def test_who_may_not_make_tables_is_told_who_may(
    store: PostgresStore, cluster: Cluster, tmp_path: Path
) -> None:
    cluster.execute("CREATE ROLE visitor LOGIN")
    visitor = open_store(cluster.url(store.address.schema, user="visitor"), tmp_path)
    with pytest.raises(StoreError, match="may not make them") as caught, visitor.reading():
        pass
    assert "owner" in caught.value.hint


def test_whoever_changes_the_record_is_found_out(store: PostgresStore, cluster: Cluster) -> None:
    keep(store, "one", "two", "three")
    schema = store.address.schema
    cluster.execute(f"UPDATE {schema}.node SET name = 'other' WHERE handle = 2")
    assert check(store).findings[0].where == "the graph's table node"
    store.rebuild()
    assert check(store).ok
    cluster.execute(f"UPDATE {schema}.entry SET leaf = sha256('x') WHERE idx = 1")
    assert check(store).findings[0].where == "entry 1"


# -------------------------------------------------------------------- the address


def test_an_address_is_shown_without_its_password() -> None:
    told = read_address("postgresql://ada:secret@db.example.org:6432/flights?sslmode=require")
    assert told.shown == "db.example.org:6432/flights, schema whence"
    assert "sslmode=require" in told.url
    assert read_address("postgres:///x?schema=team_a&host=/run").schema == "team_a"


@pytest.mark.parametrize("schema", ["", "a-b", "A", "x; drop table", "1a", "a" * 64])
def test_a_schema_has_a_plain_name(schema: str) -> None:
    with pytest.raises(UsageError, match="schema"):
        read_address(f"postgresql:///x?schema={schema}")


def test_a_server_that_is_not_there_is_said_without_the_password(tmp_path: Path) -> None:
    store = open_store("postgresql://ada:secret@127.0.0.1:9/x", tmp_path)
    with pytest.raises(StoreUnreachableError) as caught, store.reading():
        pass
    assert "secret" not in caught.value.message
    assert "127.0.0.1:9" in caught.value.message


def test_a_missing_driver_is_told_with_what_to_install(tmp_path: Path) -> None:
    with (
        mock.patch.dict("sys.modules", {"psycopg": None}),
        pytest.raises(WhenceError, match="psycopg") as caught,
    ):
        address.driver()
    assert "whence[postgres]" in caught.value.hint
