"""What a SQL database must do for the reader, the writer and the walks: the same words for all.

Statements are written with ``?`` for values, and with ``{among}`` after a column for "is one of
many". What else differs from database to database stands here as a question to it.
"""

from collections.abc import Generator, Iterable, Iterator, Sequence
from typing import Any, Protocol

Row = tuple[Any, ...]


class Rows(Protocol):
    """The answer to a statement."""

    def fetchone(self) -> Any:
        """The next row, or ``None``."""

    def fetchall(self) -> list[Any]:
        """All rows that are left."""

    def __iter__(self) -> Iterator[Any]:
        """The rows."""


class Database(Protocol):
    """A connection, in a transaction of its caller's."""

    has_word: str
    """The condition that a name contains ``?``, whatever the case of A to Z."""

    lies_at: str
    """The condition that a location is ``?``, however often, as the index of what was made has it.
    """

    def execute(self, statement: str, values: Sequence[object] = ()) -> Rows:
        """The answer to one statement."""

    def stream(self, statement: str, values: Sequence[object] = ()) -> Generator[Row, None, None]:
        """The rows of an answer that may be larger than memory."""

    def among(
        self, statement: str, values: Sequence[object], *, behind: bool = False
    ) -> Iterator[Row]:
        """The rows for any number of values, in parts where a statement takes only so many.

        Args:
            statement: With one ``{among}``.
            values: Of one type.
            behind: Whether the answer may be without what was inserted in this transaction,
                because the caller knows it.
        """

    def insert(self, table: str, rows: Iterable[Row], *, again: bool = False) -> None:
        """Add whole rows; those that are there are left alone if they may come again."""

    def integrity_faults(self) -> list[str]:
        """What the database itself finds wrong with its files; empty when nothing is."""
