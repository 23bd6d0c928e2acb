from typing import Any

from whence.capture.agent.reports import Telling
from whence.capture.semantics.queries import QueriesSeen, read_queries
from whence.testing.worlds import digest_of

SHOP = "postgresql://db:5432/shop"
ROWS = digest_of("rows")


def ran(statement: str, q: int | None = None, database: str = SHOP, **facts: Any) -> Telling:
    dialect = "sqlite" if database.startswith("/") else "postgres"
    fields = {"statement": statement, "dialect": dialect, "database": database, **facts}
    return Telling(1, "query", fields if q is None else {**fields, "q": q})


def test_a_table_that_was_read_is_an_input_with_its_query() -> None:
    seen = read_queries(
        [
            ran("select a, b from trips where x = %s", 1, parameters_count=1),
            ran("", 1, rows=7, sha256=ROWS, columns=["a", "b"]),
        ]
    )
    (table,) = seen.used
    assert table.name == table.location == f"{SHOP}#public.trips"
    assert (table.sha256, table.gap) == (None, None)
    assert table.facets["remote"]["service"] == "postgresql"
    assert table.facets["query"] == {
        "queries": [
            {
                "statement": "SELECT a, b FROM trips WHERE x = ?",
                "reads": ["public.trips"],
                "columns": ["a", "b"],
                "rows": 7,
                "sha256": ROWS,
                "parameters_count": 1,
            }
        ],
        "told": 1,
        "columns": ["a", "b", "x"],
    }
    assert seen.queries["queries"][0]["database"] == SHOP


def test_the_same_rows_of_the_same_statement_are_the_same_state() -> None:
    def state(sha256: str, statement: str = "select * from t") -> Any:
        told = [ran(statement, 1), ran("", 1, rows=1, sha256=sha256, columns=["a"])]
        return read_queries(told).used[0].facets["remote"].get("version")

    assert state(ROWS) == state(ROWS)
    assert state(ROWS) != state(digest_of("others"))
    assert state(ROWS) != state(ROWS, "select a from t")


def test_rows_that_were_not_all_fetched_are_a_gap() -> None:
    (table,) = read_queries([ran("select * from t", 1), ran("", 1, rows=3, partial=True)]).used
    assert "version" not in table.facets["remote"]
    assert table.gap is not None


def test_a_table_that_was_written_is_an_output() -> None:
    seen = read_queries([ran("insert into daily select * from trips"), ran("update daily set a=1")])
    assert [each.name for each in seen.used] == [f"{SHOP}#public.trips"]
    assert [each.name for each in seen.generated] == [f"{SHOP}#public.daily"]


def test_a_table_that_the_run_made_is_no_input() -> None:
    seen = read_queries(
        [ran("create table t as select * from u"), ran("select * from t"), ran("drop table x")]
    )
    assert [each.name for each in seen.used] == [f"{SHOP}#public.u"]
    assert [each.name for each in seen.generated] == [f"{SHOP}#public.t"]


def test_a_table_read_before_it_is_replaced_is_both() -> None:
    seen = read_queries(
        [ran("select * from t"), ran("truncate t"), ran("insert into t values (1)")]
    )
    assert [each.role for each in (*seen.used, *seen.generated)] == ["input", "output"]


def test_temporary_tables_are_nothing() -> None:
    seen = read_queries(
        [
            ran("create temp table x as select * from u"),
            ran("select * from x"),
            ran("select * from u"),
        ]
    )
    assert [each.name for each in seen.used] == [f"{SHOP}#public.u"]
    assert seen.generated == ()


def test_a_database_that_is_a_file_has_its_queries_by_its_path() -> None:
    seen = read_queries([ran("select a from t", database="/p/a.db")])
    assert seen.used == seen.generated == ()
    assert seen.local["/p/a.db"]["queries"][0]["reads"] == ["t"]


def test_a_statement_sent_often_is_said_once() -> None:
    told = [ran("insert into t values (%s)", at, rows=1) for at in range(20)]
    seen = read_queries([*told, ran("", 0, times=500)])
    (said,) = seen.queries["queries"]
    assert (said["times"], said["rows"]) == (500, 20)


def test_what_could_not_be_parsed_is_told() -> None:
    (gap,) = read_queries([ran("load data infile 'x' into table t")]).gaps
    assert gap.kind == "table-unknown"


def test_what_asks_a_database_about_itself_is_nothing() -> None:
    assert read_queries([ran("select pg_catalog.version()"), ran("select 1")]) == QueriesSeen()


def test_nothing_sent_is_nothing_said() -> None:
    assert read_queries([Telling(1, "query", {"statement": 1})]) == QueriesSeen()
