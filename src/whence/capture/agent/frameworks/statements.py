"""SQL that the program sends through cursors of the Python DB API (PEP 249), and what comes back.

A statement is told when it has run, with its placeholders and never with the values for them.
Rows are counted as they are fetched, and hashed as far as that is cheap: the digest is SHA-256
over the rows in their order, each as Python writes the tuple of its values, with a line feed.
"""

from __future__ import annotations

import itertools

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

_SILENT = frozenset(
    "begin start commit rollback savepoint release set reset show pragma explain vacuum analyze "
    "lock unlock use discard deallocate close fetch move listen unlisten notify describe desc "
    "prepare abort end checkpoint".split()
)
"""First words of statements that move no content."""

_EACH = 20
"""How often the same statement is told; then it is counted."""

_MOST_STATEMENTS = 2_000
_LONGEST = 20_000
_MOST_ROWS = 100_000
"""Of all statements of a process: a row costs two thirds of a microsecond."""

_HASHED = [0]
_MOST_TEXT = 256 << 20
_CHUNK = 1_024


class Result:
    """The rows of one statement, as they are fetched."""

    __slots__ = ("_digest", "_lines", "_tell", "_text", "busy", "columns", "ended", "rows")

    def __init__(self, tell: Callable[..., None], columns: list[str] | None) -> None:
        import hashlib

        self.rows = 0
        self.ended = False
        self.busy = False
        """Whether rows are being fetched together: a driver may fetch them one by one for that."""
        self.columns = columns
        self._tell = tell
        self._digest: Any = hashlib.sha256()
        self._lines: list[str] = []
        self._text = 0

    def one(self, row: Any) -> None:
        """A row was fetched, or ``None``: there are no more."""
        if self.ended:
            return
        if row is None:
            self.end()
            return
        self.rows += 1
        if self._digest is not None:
            self._lines.append(_line(row))
            if len(self._lines) >= _CHUNK:
                self._flush()

    def many(self, rows: Any) -> None:
        """Rows were fetched."""
        if self.ended:
            return
        self.rows += len(rows)
        for start in range(0, len(rows), _CHUNK):
            if self._digest is None:
                return
            self._lines += map(_line, rows[start : start + _CHUNK])
            self._flush()

    def _flush(self) -> None:
        text = "".join(self._lines)
        _HASHED[0] += len(self._lines)
        self._lines = []
        self._text += len(text)
        # What is written by its place in memory is written differently each time.
        if self._text > _MOST_TEXT or _HASHED[0] > _MOST_ROWS or " at 0x" in text:
            self._digest = None
        elif self._digest is not None:
            self._digest.update(text.encode("utf-8", "surrogatepass"))

    def end(self) -> None:
        """All rows have been fetched."""
        if not self.ended:
            self.ended = True
            self._flush()
            sha256 = None if self._digest is None else self._digest.hexdigest()
            self._tell(rows=self.rows, sha256=sha256, columns=self.columns)

    def close(self) -> None:
        """Nothing more is fetched, although there may be more."""
        if not self.ended:
            self.ended = True
            self._tell(rows=self.rows, columns=self.columns, partial=True)


def _line(row: Any) -> str:
    if type(row) is not tuple:
        if isinstance(row, dict):
            row = tuple(row.values())
        elif isinstance(row, (str, bytes)) or not hasattr(row, "__iter__"):
            row = (row,)
        else:
            row = tuple(row)
    return repr(row) + "\n"


class Statements:
    """What is told of statements in this process."""

    def __init__(self, watch: Any) -> None:
        self.watch = watch
        self._numbers = itertools.count(1)
        self._times: dict[tuple[str, str], list[Any]] = {}
        self._open: dict[int, Result] = {}
        self.often: dict[tuple[str, str], list[Any]] = {}
        """(database, statement) → a list that begins with how often it ran: it is only counted."""
        self.texts: set[str] = set()
        watch.at_end(self._at_end)

    def ran(
        self,
        dialect: str,
        database: str,
        statement: str,
        *,
        columns: list[str] | None = None,
        affected: Any = None,
        parameters: int = 0,
        many: bool = False,
    ) -> Result | None:
        """A statement has run.

        Args:
            dialect: How it is to be read, such as ``postgres``.
            database: Where it ran, as a URI without a password.
            statement: With its placeholders.
            columns: Those of its rows; ``None`` where it has none.
            affected: How many rows it changed, if that is known.
            parameters: How many values stand for its placeholders.
            many: Whether it ran once for each of several sets of values.

        Returns:
            What its rows are to be shown to.
        """
        first = _first_word(statement)
        if first in _SILENT or not first:
            return None
        text = statement[:_LONGEST]
        counted = self._times.get((database, text))
        if counted is None:
            if len(self._times) >= _MOST_STATEMENTS:
                return None
            counted = self._times[database, text] = [0, next(self._numbers), dialect]
        counted[0] += 1
        if counted[0] >= _EACH:
            self.often[database, statement] = counted
            self.texts.add(statement)
            if counted[0] > _EACH:
                return None
        number = counted[1] if counted[0] == 1 else next(self._numbers)
        watch = self.watch
        rows = affected if columns is None and isinstance(affected, int) and affected >= 0 else None
        user = watch.user()
        watch.query(
            dialect,
            text,
            database,
            q=number,
            parameters_count=parameters,
            many=many or None,
            rows=rows,
            where=watch.where(user) if user is not None else None,
        )
        if columns is None:
            return None

        def tell(**facts: Any) -> None:
            self._open.pop(number, None)
            watch.query(dialect, "", database, q=number, **facts)

        result = Result(tell, columns)
        self._open[number] = result
        return result

    def _at_end(self) -> None:
        for result in list(self._open.values()):
            if result.rows:
                result.close()
        for (database, _), (times, number, dialect) in self._times.items():
            if times > _EACH:
                self.watch.query(dialect, "", database, q=number, times=times)


def _first_word(statement: str) -> str:
    text = statement.lstrip(" \t\r\n(;")
    while text.startswith(("--", "/*")):
        _, _, text = text.partition("\n" if text.startswith("--") else "*/")
        text = text.lstrip(" \t\r\n(;")
    word = text[:16].split(None, 1)
    return word[0].lower().rstrip(";(") if word else ""


def of(watch: Any) -> Statements:
    """The statements of this process, the same for all hooks."""
    found = _MADE.get(id(watch))
    if found is None:
        found = _MADE[id(watch)] = Statements(watch)
    return found


_MADE: dict[int, Statements] = {}
