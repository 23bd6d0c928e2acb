"""Tables of a real PostgreSQL, by each of the drivers, and through SQLAlchemy."""

import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from clients.environments import interpreter, lack
from clients.remote.servers import postgres

FILL = """
import sys, psycopg
with psycopg.connect(sys.argv[1]) as c:
    c.execute("create schema raw")
    c.execute("create table raw.trips (id int, name text, km float)")
    with c.cursor() as k:
        rows = [(i, "n", i / 2) for i in range(90)]
        k.executemany("insert into raw.trips values (%s, %s, %s)", rows)
    c.execute("create table shops (id int, town text)")
    c.execute("insert into shops values (1, 'Oslo')")
"""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    if reason := lack("remote"):
        pytest.skip(reason)
    python = interpreter("remote")
    with postgres(python) as port:
        place = f"127.0.0.1:{port}/shop"
        words = [str(python), "-c", FILL, f"postgresql://ada:hunter2@{place}"]
        subprocess.run(words, check=True, capture_output=True)
        yield place


READS = {
    "psycopg": (
        "import psycopg\n"
        "with psycopg.connect('postgresql://{at}') as c:\n"
        "    print(len(c.execute('{sql}', (40,)).fetchall()))\n"
    ),
    "psycopg rows": (
        "import psycopg\n"
        "with psycopg.connect('postgresql://{at}') as c:\n"
        "    print(sum(1 for _ in c.cursor().execute('{sql}', (40,))))\n"
    ),
    "psycopg server": (
        "import psycopg\n"
        "with psycopg.connect('postgresql://{at}') as c, c.cursor(name='k') as k:\n"
        "    k.execute('{sql}', (40,))\n"
        "    print(len(k.fetchall()))\n"
    ),
    "psycopg async": (
        "import asyncio, psycopg\n"
        "async def go():\n"
        "    async with await psycopg.AsyncConnection.connect('postgresql://{at}') as c:\n"
        "        k = await c.execute('{sql}', (40,))\n"
        "        print(len(await k.fetchall()))\n"
        "asyncio.run(go())\n"
    ),
    "psycopg2": (
        "import psycopg2\n"
        "k = psycopg2.connect('postgresql://{at}').cursor()\n"
        "k.execute('{sql}', (40,))\n"
        "print(len(k.fetchall()))\n"
    ),
    "psycopg2 dict": (
        "import psycopg2, psycopg2.extras\n"
        "c = psycopg2.connect('postgresql://{at}')\n"
        "with c, c.cursor(cursor_factory=psycopg2.extras.RealDictCursor) as k:\n"
        "    k.execute('{sql}', (40,))\n"
        "    print(len(k.fetchall()))\n"
    ),
    "pandas": (
        "import pandas as pd, sqlalchemy as sa\n"
        "e = sa.create_engine('postgresql+psycopg://{at}')\n"
        "q = '''{sql}'''.replace('%s', ':km')\n"
        "print(len(pd.read_sql(sa.text(q), e, params=dict(km=40))))\n"
    ),
    "polars": (
        "import polars as pl, psycopg2\n"
        "c = psycopg2.connect('postgresql://{at}')\n"
        "q = '''{sql}'''.replace('%s', '40')\n"
        "print(len(pl.read_database(q, c)))\n"
    ),
}
SQL = "select t.id, t.km, s.town from raw.trips t left join shops s on s.id = t.id where t.km > %s"


@pytest.mark.parametrize("name", READS)
def test_tables_are_inputs_by_every_driver(record: Any, server: str, name: str) -> None:
    source = READS[name].replace("{at}", f"ada:hunter2@{server}").replace("{sql}", SQL)
    told = record(source)
    used = {each["name"]: each for each in told["used"]}
    at = f"postgresql://{server}"
    assert set(used) == {f"{at}#raw.trips", f"{at}#public.shops"}
    (query,) = [each for each in told["queries"] if each["database"] == at]
    assert query["reads"] == ["raw.trips", "public.shops"]
    assert query["columns"] == ["id", "km", "town"]
    assert query["rows"] == 9
    assert told["gaps"] == []
    assert "hunter2" not in str(told)


def test_all_drivers_see_the_same_rows(record: Any, server: str) -> None:
    digests = set()
    for name in ("psycopg", "psycopg rows", "psycopg2", "psycopg2 dict"):
        source = READS[name].replace("{at}", f"ada@{server}").replace("{sql}", SQL)
        digests.add(record(source)["queries"][0]["sha256"])
    assert len(digests) == 1


def test_tables_are_outputs(record: Any, server: str) -> None:
    told = record(
        "import io, psycopg, psycopg2, psycopg2.extras\n"
        f"with psycopg.connect('postgresql://ada@{server}') as c:\n"
        "    c.execute('create table daily as select id, sum(km) km from raw.trips group by id')\n"
        "    c.execute('create table copied (id int, name text)')\n"
        "    with c.cursor().copy('copy copied from stdin') as k:\n"
        "        for at in range(9): k.write_row((at, 'Ada'))\n"
        f"d = psycopg2.connect('postgresql://ada@{server}')\n"
        "k = d.cursor()\n"
        "k.execute('create table many (id int, name text)')\n"
        "psycopg2.extras.execute_values(k, 'insert into many values %s', [(1, 'Ada')] * 300)\n"
        "k.copy_expert('copy many from stdin', io.StringIO('7\\tBob\\n'))\n"
        "d.commit()\n"
    )
    at = f"postgresql://{server}"
    assert [each["name"] for each in told["used"]] == [f"{at}#raw.trips"]
    assert [each["name"] for each in told["generated"]] == [
        f"{at}#public.copied",
        f"{at}#public.daily",
        f"{at}#public.many",
    ]
    assert "Ada" not in str(told["queries"])


def test_what_one_run_wrote_the_next_one_probably_read(
    record: Any, project: Any, server: str
) -> None:
    place = f"postgresql://ada@{server}"
    made = record(
        "import psycopg\n"
        f"with psycopg.connect('{place}') as c: c.execute('create table way as select 1 a')\n"
    )
    read = (
        "import psycopg\n"
        f"with psycopg.connect('{place}') as c: print(c.execute('select a from way').fetchone())\n"
    )
    used = record(read)
    thing = project.ask("show", used["used"][0]["artifact"])
    assert [(each["id"], each["role"]) for each in thing["comes_from"]] == [
        (made["generated"][0]["artifact"], "same-place")
    ]


def test_a_result_comes_from_the_table_that_went_into_it(
    record: Any, project: Any, server: str
) -> None:
    record(
        "import pandas as pd, sqlalchemy as sa\n"
        f"e = sa.create_engine('postgresql+psycopg2://ada@{server}')\n"
        "pd.read_sql('select id, km from raw.trips', e).to_csv('trips.csv', index=False)\n"
    )
    origins = {
        each["name"]: each["role"] for each in project.ask("show", "trips.csv")["comes_from"]
    }
    assert origins[f"postgresql://{server}#raw.trips"] == "computed"
