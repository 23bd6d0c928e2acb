import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.capture.semantics.sql import LONGEST, understand_statement


@pytest.mark.parametrize(
    ("statement", "dialect", "reads", "writes", "makes"),
    [
        ("select a from t", "postgres", "public.t", "", ""),
        ("select * from s.t join u using (i)", "postgres", "s.t public.u", "", ""),
        ("select 1", "sqlite", "", "", ""),
        ("with c as (select * from k) select * from c", "sqlite", "k", "", ""),
        ("insert into t select a from u", "sqlite", "u", "t", ""),
        ("insert into t values (?, ?)", "sqlite", "", "t", ""),
        ("replace into t values (1)", "mysql", "", "t", ""),
        ("update t set a = 1 from z where z.i = t.i", "postgres", "public.z", "public.t", ""),
        ("delete from t where a = 1", "sqlite", "", "t", ""),
        ("create table t as select * from u", "sqlite", "u", "t", "t"),
        ("create table if not exists t (a int)", "sqlite", "", "t", ""),
        ("select a into z from q", "postgres", "public.q", "public.z", "public.z"),
        ("truncate t", "postgres", "", "", "public.t"),
        ("drop table if exists t", "sqlite", "", "", "t"),
        ("copy t (a, b) from stdin", "postgres", "", "public.t", ""),
        ("copy (select a from t) to stdout", "postgres", "public.t", "", ""),
        (
            "merge into t using s on t.a = s.a when matched then delete",
            "tsql",
            "dbo.s",
            "dbo.t",
            "",
        ),
        ("select name from sqlite_master", "sqlite", "", "", ""),
        ("select * from pg_catalog.pg_class", "postgres", "", "", ""),
        ("select * from information_schema.tables", "postgres", "", "", ""),
        ("create table t (a int); insert into t select * from u", "sqlite", "u", "t", "t"),
    ],
)
def test_tables_are_told_by_what_is_done_to_them(
    statement: str, dialect: str, reads: str, writes: str, makes: str
) -> None:
    found = understand_statement(statement, dialect)
    assert found.parsed
    assert (found.reads, found.writes, found.makes) == (
        tuple(reads.split()),
        tuple(writes.split()),
        tuple(makes.split()),
    )


def test_columns_are_told_with_their_tables() -> None:
    found = understand_statement(
        "select t.a, u.b from t join u on t.i = u.i where x > %s", "postgres"
    )
    assert found.columns == (
        ("public.t", "a"),
        ("public.u", "b"),
        ("public.t", "i"),
        ("public.u", "i"),
        ("", "x"),
    )
    assert not found.everything
    assert understand_statement("select * from t", "sqlite").everything


@pytest.mark.parametrize(
    ("statement", "shown"),
    [
        ("select a from t where n = 'Ada'", "SELECT a FROM t WHERE n = ?"),
        (
            "select a from t where tel = 4915112345678 limit 10",
            "SELECT a FROM t WHERE tel = ? LIMIT 10",
        ),
        ("select a from t where n = %s and m = %(m)s", "SELECT a FROM t WHERE n = ? AND m = ?"),
        ("select a -- for Ada\nfrom t", "SELECT a FROM t"),
        ("insert into t (a) values ('Ada'), ('Bob')", "INSERT INTO t (a) VALUES (?)"),
        (
            "insert into t values ('x)') on conflict do nothing",
            "INSERT INTO t VALUES (?) ON CONFLICT DO NOTHING",
        ),
    ],
)
def test_what_may_be_somebodys_is_not_kept(statement: str, shown: str) -> None:
    assert understand_statement(statement, "postgres").text == shown


def test_what_no_parser_understands_is_read_by_its_words() -> None:
    found = understand_statement("load data infile 'x' into table t", "mysql")
    assert (found.parsed, found.writes, found.text) == (
        False,
        ("t",),
        "load data infile ? into table t",
    )


def test_a_very_long_statement_is_cut() -> None:
    names = ", ".join(f"column_{at}" for at in range(2_000))
    assert len(understand_statement(f"select {names} from t", "sqlite").text) == LONGEST


@given(st.text(max_size=80), st.sampled_from(["sqlite", "postgres", "mysql", "nobody's"]))
def test_any_text_is_read_somehow(statement: str, dialect: str) -> None:
    assert understand_statement(statement, dialect).text is not None


@given(st.from_regex(r"[A-Za-z ]{6,20}", fullmatch=True))
def test_no_text_literal_is_kept(secret: str) -> None:
    literal = f"zq{secret}zq"
    for statement in (
        f"select a from t where b = '{literal}'",
        f"insert into t values ('{literal}')",
        f"gibberish '{literal}' from",
    ):
        assert literal not in understand_statement(statement, "postgres").text


def test_placeholders_of_drivers_stand_anywhere() -> None:
    sent = "select a from t where b = %(b)s::varchar and c = any(array[%(c_1)s::varchar])"
    found = understand_statement(sent, "postgres")
    assert (found.parsed, found.reads) == (True, ("public.t",))
    assert found.text.count("?") == 2
