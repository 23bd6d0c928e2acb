"""One connection to SQLite, with the words of ``database``."""

import sqlite3
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from functools import cache

from whence.store.database import Row, Rows

PARAMETERS = 500
"""How many values one statement binds, well under SQLite's 999 of old."""


_TOGETHER = (16, 4, 1)
"""How many rows one statement inserts: few sizes, so that each statement is prepared once."""


@cache
def _insert(table: str, columns: int, rows: int, again: bool) -> str:
    row = f"({','.join('?' * columns)})"
    skip = " OR IGNORE" if again else ""
    return f"INSERT{skip} INTO {table} VALUES {','.join([row] * rows)}"


class SqliteDatabase:
    """A connection to a SQLite file.

    Args:
        connection: Without transactions of its own making (``isolation_level=None``).
        queues: Whether what is inserted waits for the next statement that could ask for it, so
            that the rows of many records go with one statement.
    """

    has_word = "instr(lower(name), lower(?)) > 0"
    lies_at = "location = ?"

    def __init__(self, connection: sqlite3.Connection, *, queues: bool = False) -> None:
        self.connection = connection
        self._queues = queues
        self._waiting: dict[tuple[str, bool], list[Row]] = {}

    def execute(self, statement: str, values: Sequence[object] = ()) -> Rows:
        """See ``Database.execute``."""
        if self._waiting:
            self._write()
        return self.connection.execute(statement, values)

    def stream(self, statement: str, values: Sequence[object] = ()) -> Generator[Row, None, None]:
        """See ``Database.stream``."""
        self._write()
        with closing(self.connection.execute(statement, values)) as cursor:
            yield from cursor

    def among(
        self, statement: str, values: Sequence[object], *, behind: bool = False
    ) -> Iterator[Row]:
        """See ``Database.among``."""
        if not behind:
            self._write()
        for at in range(0, len(values), PARAMETERS):
            part = values[at : at + PARAMETERS]
            marks = ",".join("?" * len(part))
            yield from self.connection.execute(statement.format(among=f"IN ({marks})"), part)

    def insert(self, table: str, rows: Iterable[Row], *, again: bool = False) -> None:
        """See ``Database.insert``."""
        several = list(rows)
        if several:
            self._waiting.setdefault((table, again), []).extend(several)
            if not self._queues:
                self._write()

    def _write(self) -> None:
        """Write the rows that wait, many with one statement.

        Between two statements others get the interpreter.
        """
        waiting, self._waiting = self._waiting, {}
        for (table, again), rows in waiting.items():
            at = 0
            while at < len(rows):
                left = len(rows) - at
                part = rows[at : at + next(size for size in _TOGETHER if size <= left)]
                values = [value for row in part for value in row]
                self.connection.execute(_insert(table, len(part[0]), len(part), again), values)
                at += len(part)

    def integrity_faults(self) -> list[str]:
        """What SQLite finds wrong with its pages and indices."""
        self._write()
        rows = self.connection.execute("PRAGMA integrity_check(3)")
        return [text for (text,) in rows if text != "ok"]
