"""SQL that the program sends through cursors of the Python DB API (PEP 249), and what comes back.

A statement is told when it has run, with its placeholders and never with the values for them.
Rows are counted as they are fetched, and hashed as far as that is cheap: the digest is SHA-256
over the rows in their order, each as Python writes the tuple of its values, with a line feed.
"""

from __future__ import annotations

import itertools
import weakref

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
_MOST_ROWS = 1_000_000
_MOST_TEXT = 256 << 20
_CHUNK = 1_024


class Result:
    """The rows of one statement, as they are fetched."""

    __slots__ = ("_digest", "_lines", "_tell", "_text", "columns", "ended", "rows")

    def __init__(self, tell: Callable[..., None], columns: list[str] | None) -> None:
        import hashlib

        self.rows = 0
        self.ended = False
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
        if self._digest is None or self.rows + len(rows) > _MOST_ROWS:
            self._digest = None
            self.rows += len(rows)
            return
        for start in range(0, len(rows), _CHUNK):
            self._lines += map(_line, rows[start : start + _CHUNK])
            self._flush()
        self.rows += len(rows)

    def _flush(self) -> None:
        text = "".join(self._lines)
        self._lines = []
        self._text += len(text)
        # What is written by its place in memory is written differently each time.
        if self._text > _MOST_TEXT or self.rows > _MOST_ROWS or " at 0x" in text:
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


class Cursors:
    """Has the cursors of one driver tell what they run and fetch.

    Args:
        watch: What tells.
        place: Cursor → dialect and database; ``None`` where nothing is to be told.
        text: Cursor, statement → its text; where drivers take more than text.
    """

    def __init__(
        self,
        watch: Any,
        place: Callable[[Any], Any],
        text: Callable[[Any, Any], str] | None = None,
    ) -> None:
        self.watch = watch
        self.statements = of(watch)
        self._place, self._text = place, text
        self._results: weakref.WeakKeyDictionary[Any, Any] = weakref.WeakKeyDictionary()
        self._running: set[int] = set()
        self._table: dict[str, Callable[[Any], Any]] = {
            "execute": self._executing(many=False),
            "executemany": self._executing(many=True),
            "executescript": self._executing(many=False),
            "fetchone": self._fetching_one,
            "fetchmany": self._fetching_many,
            "fetchall": self._fetching_all,
            "__next__": self._fetching_next,
        }

    def ran(self, cursor: Any, statement: Any, values: Any, *, many: bool) -> None:
        """A cursor has run a statement."""
        earlier = self._results.pop(cursor, None)
        if earlier is not None and earlier.rows:
            earlier.close()
        place = self._place(cursor)
        if place is None:
            return
        if self._text is not None:
            statement = self._text(cursor, statement)
        if isinstance(statement, bytes):
            statement = statement.decode("utf-8", "replace")
        description = getattr(cursor, "description", None)
        columns = None if description is None else [str(each[0]) for each in description]
        result = self.statements.ran(
            place[0],
            place[1],
            str(statement),
            columns=columns,
            affected=getattr(cursor, "rowcount", None),
            parameters=len(values) if hasattr(values, "__len__") and not many else 0,
            many=many,
        )
        if result is not None:
            self._results[cursor] = result

    def result(self, cursor: Any) -> Any:
        """What the rows of a cursor are to be shown to, or ``None``."""
        return self._results.get(cursor)

    def watch_class(self, kind: Any) -> None:
        """Wrap all methods of a class of cursors that run statements or fetch rows."""
        for name in self._table:
            self.watch_method(kind, name)

    def watch_method(self, kind: Any, name: str) -> None:
        """Wrap one method of a class of cursors, if it has it."""
        if hasattr(kind, name):
            self.watch.swap(kind, name, self._table[name])

    def _executing(self, *, many: bool) -> Callable[[Any], Any]:
        running = self._running
        ran = self.watch.guarded(
            lambda cursor, statement, values: self.ran(cursor, statement, values, many=many),
            "execute",
        )

        def make(original: Any) -> Any:
            def execute(self: Any, *args: Any, **kwargs: Any) -> Any:
                key = id(self)
                if key in running:  # a driver that does one by the other
                    return original(self, *args, **kwargs)
                running.add(key)
                try:
                    result = original(self, *args, **kwargs)
                finally:
                    running.discard(key)
                given = list(args) + list(kwargs.values())
                ran(self, given[0] if given else "", given[1] if len(given) > 1 else ())
                return result

            return execute

        return make

    def _fetching_one(self, original: Any) -> Any:
        results, running = self._results, self._running

        def fetchone(self: Any) -> Any:
            row = original(self)
            result = results.get(self)
            if result is not None and id(self) not in running:
                _shown(result.one, row)
            return row

        return fetchone

    def _fetching_many(self, original: Any) -> Any:
        results, running = self._results, self._running

        def fetchmany(self: Any, *args: Any, **kwargs: Any) -> Any:
            running.add(id(self))
            try:
                rows = original(self, *args, **kwargs)
            finally:
                running.discard(id(self))
            result = results.get(self)
            if result is not None:
                _shown(result.many, rows)
                asked = args[0] if args else next(iter(kwargs.values()), self.arraysize)
                if not rows or (isinstance(asked, int) and len(rows) < asked):
                    _shown(result.end)
            return rows

        return fetchmany

    def _fetching_all(self, original: Any) -> Any:
        results, running = self._results, self._running

        def fetchall(self: Any) -> Any:
            running.add(id(self))
            try:
                rows = original(self)
            finally:
                running.discard(id(self))
            result = results.get(self)
            if result is not None:
                _shown(result.many, rows)
                _shown(result.end)
            return rows

        return fetchall

    def _fetching_next(self, original: Any) -> Any:
        results, running = self._results, self._running

        def following(self: Any) -> Any:
            try:
                row = original(self)
            except StopIteration:
                result = results.get(self)
                if result is not None:
                    _shown(result.end)
                raise
            result = results.get(self)
            if result is not None and id(self) not in running:
                _shown(result.one, row)
            return row

        return following


def _shown(call: Callable[..., None], *args: Any) -> None:
    try:
        call(*args)
    except Exception:
        pass


def of(watch: Any) -> Statements:
    """The statements of this process, the same for all hooks."""
    found = _MADE.get(id(watch))
    if found is None:
        found = _MADE[id(watch)] = Statements(watch)
    return found


_MADE: dict[int, Statements] = {}


def same_but(kind: Any, inside: dict[str, Any]) -> Any:
    """A class of the same name and looks, with something more inside."""
    maker: Any = type(kind)
    made = maker(kind.__name__, (kind,), dict(inside, __slots__=()))
    made.__module__, made.__qualname__ = kind.__module__, kind.__qualname__
    made.__doc__ = kind.__doc__
    return made


def server_uri(scheme: str, host: Any, port: Any, database: Any) -> str:
    """A database's address; a server behind a socket of this machine is ``localhost``."""
    host = str(host or "")
    if not host or host.startswith(("/", "@")):
        host = "localhost"
    if ":" in host:
        host = "[%s]" % host
    return "%s://%s%s/%s" % (scheme, host, ":%s" % port if port else "", database or "")
