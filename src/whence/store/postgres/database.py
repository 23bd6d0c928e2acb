"""One connection to PostgreSQL, with the words of ``store.database``."""

from collections.abc import Generator, Iterable, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from whence.store.database import Row, Rows
from whence.store.postgres.tables import COLUMNS

if TYPE_CHECKING:
    import psycopg

_AT_ONCE = 2_000
"""Rows that a large answer brings at a time."""


class PostgresDatabase:
    """A connection in a transaction of its caller's.

    Args:
        connection: Without transactions of its own making (``autocommit``).
        queues: Whether statements without an answer wait for the next one with an answer, so that
            they cost no way to the server and back.
    """

    has_word = 'strpos(lower(name), lower(?::text COLLATE "C")) > 0'
    lies_at = "md5(location) = md5(?) AND location = ?"

    def __init__(self, connection: "psycopg.Connection[Any]", *, queues: bool = False) -> None:
        self.connection = connection
        self._queues = queues
        self._waiting: dict[tuple[str, bool], list[Row]] = {}

    def execute(self, statement: str, values: Sequence[object] = ()) -> Rows:
        """See ``Database.execute``."""
        self._write()
        return self.connection.execute(_marked(statement), values, binary=True)

    def stream(self, statement: str, values: Sequence[object] = ()) -> Generator[Row, None, None]:
        """See ``Database.stream``."""
        if self._queues:  # in a queue there are no cursors that the server keeps
            yield from self.execute(statement, values)
            return
        self._write()
        with self.connection.cursor(name=f"stream_{id(self)}_{next(_NUMBERS)}") as cursor:
            cursor.itersize = _AT_ONCE
            cursor.execute(_marked(statement), values, binary=True)
            yield from cursor

    def among(
        self, statement: str, values: Sequence[object], *, behind: bool = False
    ) -> Iterator[Row]:
        """See ``Database.among``."""
        if not values:
            return iter(())
        if not behind:
            self._write()
        marked = _marked(statement.format(among="= ANY(?)"))
        return self.connection.execute(marked, [list(values)], binary=True)

    def insert(self, table: str, rows: Iterable[Row], *, again: bool = False) -> None:
        """See ``Database.insert``."""
        self._waiting.setdefault((table, again), []).extend(rows)
        if not self._queues:
            self._write()

    def _write(self) -> None:
        """Write the rows that wait: those of many records and all tables in one statement."""
        waiting, self._waiting = self._waiting, {}
        told = {place: waiting[place] for place in sorted(waiting) if waiting[place]}
        if told:
            columns = [list(each) for rows in told.values() for each in zip(*rows, strict=True)]
            self.connection.execute(_together(tuple(told)), columns)

    def integrity_faults(self) -> list[str]:
        """Nothing: the server looks after its own files, with its own tools."""
        return []


def _numbers() -> Iterator[int]:
    number = 0
    while True:
        number += 1
        yield number


_NUMBERS = _numbers()


@cache
def _marked(statement: str) -> str:
    return statement.replace("?", "%s")


def _insert(table: str, *, again: bool) -> str:
    columns = ", ".join(f"%s::{kind}[]" for kind in COLUMNS[table])
    skip = " ON CONFLICT DO NOTHING" if again else ""
    return f"INSERT INTO {table} SELECT * FROM unnest({columns}){skip}"


_EDGES = """
INSERT INTO edge
SELECT (SELECT coalesce(max(seq), 0) FROM edge) + row_number() OVER (ORDER BY place),
       origin, target, kind, basis, role, detail, at
FROM (
  SELECT min(place) AS place, origin, target, kind, basis, role, detail, min(at) AS at
  FROM unnest(%s::int8[], %s::int8[], %s::int8[], %s::int4[], %s::int4[], %s::text[], %s::text[],
              %s::text[])
    WITH ORDINALITY AS told (seq, origin, target, kind, basis, role, detail, at, place)
  GROUP BY origin, target, kind, basis, role, detail
) AS told
WHERE NOT EXISTS (
  SELECT 1 FROM edge
  WHERE (edge.origin, edge.target, edge.kind, edge.basis, edge.role, edge.detail)
      = (told.origin, told.target, told.kind, told.basis, told.role, told.detail)
)
"""
"""Each edge once, numbered in the order told; only the one writer of the moment says this."""

_INSERTS = {
    (table, again): _insert(table, again=again) for table in COLUMNS for again in (False, True)
}
_INSERTS["edge", True] = _EDGES


@cache
def _together(places: tuple[tuple[str, bool], ...]) -> str:
    """What inserts into several tables. None of them refers to another, so their order is free."""
    *before, last = (_INSERTS[place] for place in places)
    named = ", ".join(f"part_{at} AS ({each})" for at, each in enumerate(before))
    return f"WITH {named} {last}" if named else last
