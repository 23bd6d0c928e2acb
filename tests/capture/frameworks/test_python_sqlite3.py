import hashlib
from typing import Any

MAKE = (
    "import sqlite3\n"
    "c = sqlite3.connect('a.db')\n"
    "c.execute('drop table if exists t')\n"
    "c.execute('create table t (a integer, b text)')\n"
    "c.executemany('insert into t values (?, ?)', [(at, str(at)) for at in range(9)])\n"
    "c.commit()\n"
)


def results(found: Any) -> dict[str, dict[str, Any]]:
    """Statement → all that was told of it, the last time it ran."""
    by_number: dict[int, dict[str, Any]] = {}
    for each in found.all("query"):
        kept = by_number.setdefault(each["q"], {})
        kept.update({name: value for name, value in each.items() if value != ""})
    return {each["statement"]: each for each in by_number.values()}


def digest(rows: list[tuple[Any, ...]]) -> str:
    return hashlib.sha256("".join(f"{row!r}\n" for row in rows).encode()).hexdigest()


def test_statements_and_their_rows_are_told(watch: Any) -> None:
    found = watch(
        MAKE + "print(c.execute('select * from t where a > ?', (6,)).fetchall())\n"
        "print(list(c.execute('select a from t')))\n"
    )
    told = results(found)
    read = told["select * from t where a > ?"]
    assert read["database"].endswith("/a.db")
    assert (read["dialect"], read["rows"], read["columns"]) == ("sqlite", 2, ["a", "b"])
    assert read["sha256"] == digest([(7, "7"), (8, "8")])
    assert told["select a from t"]["sha256"] == digest([(at,) for at in range(9)])
    assert told["insert into t values (?, ?)"]["rows"] == 9
    assert told["insert into t values (?, ?)"]["many"] is True
    assert "7" not in read["statement"]


def test_rows_are_the_same_however_they_are_fetched(watch: Any) -> None:
    fetches = (
        "k.fetchall()",
        "list(k)",
        "[k.fetchone() for _ in range(10)]",
        "[k.fetchmany(4), k.fetchmany(4), k.fetchmany(4)]",
        "[next(k)] + k.fetchall()",
        "k.fetchmany(3) + list(k)",
    )
    source = MAKE + "c.row_factory = sqlite3.Row\nk = c.cursor()\n"
    for at, fetch in enumerate(fetches):
        source += f"k.execute('select *, {at} from t')\nprint(len({fetch}))\n"
    told = results(watch(source))
    for at in range(len(fetches)):
        rows = [(row, str(row), at) for row in range(9)]
        assert told[f"select *, {at} from t"]["sha256"] == digest(rows)


def test_rows_left_unfetched_are_told_as_a_part(watch: Any) -> None:
    read = results(watch(MAKE + "print(c.execute('select * from t').fetchone())\n"))
    assert read["select * from t"]["rows"] == 1
    assert read["select * from t"]["partial"] is True
    assert "sha256" not in read["select * from t"]


def test_a_statement_run_a_thousand_times_is_counted(watch: Any) -> None:
    found = watch(MAKE + "for at in range(1000): c.execute('insert into t values (?, 1)', (at,))\n")
    told = [each for each in found.all("query") if "(?, 1)" in each["statement"]]
    assert len(told) == 20
    assert [each["times"] for each in found.all("query") if "times" in each] == [1000]


def test_connections_and_cursors_are_what_they_would_be(watch: Any) -> None:
    watch(
        "import sqlite3\n"
        "class Mine(sqlite3.Connection):\n"
        "    def twice(self): return self.execute('select 2').fetchone()\n"
        "class Cursor(sqlite3.Cursor): pass\n"
        "c = sqlite3.connect('a.db', factory=Mine)\n"
        "k = c.cursor(Cursor)\n"
        "print(type(c), type(k), isinstance(c, Mine), isinstance(k, Cursor), c.twice())\n"
        "print(type(c.execute('select 1')), type(sqlite3.connect('b.db').cursor()))\n"
        "with c: c.executescript('create table if not exists u (a); insert into u values (1);')\n"
        "try: c.execute('select nothing from nowhere')\n"
        "except sqlite3.OperationalError as error: print(error)\n"
        "c.backup(sqlite3.connect(':memory:'))\n"
    )


def test_what_is_in_memory_is_not_told(watch: Any) -> None:
    found = watch(
        "import sqlite3\n"
        "for name in (':memory:', 'file::memory:', ''):\n"
        "    c = sqlite3.connect(name, uri=name.startswith('file'))\n"
        "    print(type(c), c.execute('select 1').fetchall())\n"
    )
    assert found.all("query") == []


def test_an_address_of_a_file_is_its_path(watch: Any) -> None:
    found = watch(
        MAKE + "d = sqlite3.connect('file:a.db?mode=ro', uri=True)\n"
        "print(len(d.execute('select b from t').fetchall()))\n"
    )
    assert results(found)["select b from t"]["database"].endswith("/a.db")


def test_pandas_reads_and_writes_what_is_told(watch: Any) -> None:
    found = watch(
        MAKE + "import pandas as pd\n"
        "f = pd.read_sql('select a, b from t where a < ?', c, params=(3,))\n"
        "print(f.shape, f.to_sql('u', c, index=False, if_exists='replace'))\n"
    )
    told = results(found)
    assert told["select a, b from t where a < ?"]["rows"] == 3
    assert any(each.startswith("INSERT INTO") for each in told)
