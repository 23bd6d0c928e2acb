from typing import Any

from whence.capture.agent.reports import Telling
from whence.capture.semantics.tables import name_tables

SHOP = "postgresql://db:5432/shop"


def query(statement: str, q: int, database: str = SHOP, pid: int = 1) -> Telling:
    fields = {"dialect": "postgres", "statement": statement, "database": database, "q": q}
    return Telling(pid, "query", fields)


def frame(event: str, location: str, pid: int = 1) -> Telling:
    return Telling(pid, event, {"n": 1, "location": location, "by": "pandas.read_sql"})


def places(told: list[Telling]) -> list[Any]:
    return [each.fields["location"] for each in name_tables(told) if each.event != "query"]


def test_a_frame_comes_from_the_tables_of_the_statement_before_it() -> None:
    told = [
        query("select * from old", 1),
        query("select * from raw.trips join shops using (id)", 2),
        query("", 2),
        frame("read", "postgresql+psycopg://ada:pw@db/shop"),
    ]
    assert places(told) == [f"{SHOP}#raw.trips", f"{SHOP}#public.shops"]


def test_a_frame_goes_into_the_table_of_the_insertion_before_it() -> None:
    told = [
        query("insert into made values (?)", 1),
        query("select 1 from pg_class", 2),
        frame("write", "postgresql://db/shop"),
    ]
    assert places(told) == [f"{SHOP}#public.made"]


def test_what_is_no_database_or_was_not_asked_stays() -> None:
    told = [
        query("select * from t", 1, pid=2),
        frame("read", "postgresql://db/shop"),
        frame("read", "/p/a.csv"),
        frame("read", "s3://b/k"),
    ]
    assert places(told) == ["postgresql://db/shop", "/p/a.csv", "s3://b/k"]
    assert name_tables(told[1:]) == told[1:]
