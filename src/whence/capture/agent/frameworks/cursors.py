"""Has cursors of the Python DB API (PEP 249) tell what they run and fetch."""

from __future__ import annotations

import weakref

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable


class Cursors:
    """The cursors of one driver.

    Args:
        watch: What tells.
        statements: Where it is told, see ``statements``.
        place: Cursor → dialect and database; ``None`` where nothing is to be told.
        text: Cursor, statement → its text; where drivers take more than text.
        roomy: Whether the cursors are of our classes, which have room for a result.
    """

    def __init__(
        self,
        watch: Any,
        statements: Any,
        place: Callable[[Any], Any],
        text: Callable[[Any, Any], str] | None = None,
        *,
        roomy: bool = False,
    ) -> None:
        self.watch = watch
        self.statements = statements.of(watch)
        self._place, self._text = place, text
        results: weakref.WeakKeyDictionary[Any, Any] = weakref.WeakKeyDictionary()
        self.result: Callable[[Any], Any] = _inside if roomy else results.get
        """Cursor → what its rows are to be shown to, or ``None``."""
        self._keep: Callable[[Any, Any], None] = _put_inside if roomy else results.__setitem__
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
        earlier = self.result(cursor)
        if earlier is not None:
            if earlier.rows:
                earlier.close()
            self._keep(cursor, None)
        place = self._place(cursor)
        if place is None:
            return
        if self._text is not None:
            statement = self._text(cursor, statement)
        if isinstance(statement, bytes):
            statement = statement.decode("utf-8", "replace")
        often = self.statements.often.get((place[1], statement))
        if often is not None:
            often[0] += 1
            return
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
            self._keep(cursor, result)

    def watch_class(self, kind: Any) -> None:
        """Wrap all methods of a class of cursors that run statements or fetch rows."""
        for name in self._table:
            self.watch_method(kind, name)

    def watch_method(self, kind: Any, name: str) -> None:
        """Wrap one method of a class of cursors, if it has it."""
        if hasattr(kind, name):
            self.watch.swap(kind, name, self._table[name])

    def _executing(self, *, many: bool) -> Callable[[Any], Any]:
        running, often, place = self._running, self.statements.often, self._place
        texts, find = self.statements.texts, self.result
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
                if args and type(args[0]) is str and args[0] in texts:
                    # A loop: nothing but the count is of interest any more.
                    at = place(self)
                    counted = None if at is None else often.get((at[1], args[0]))
                    if counted is not None and find(self) is None:
                        counted[0] += 1
                        return result
                given = args if args and not kwargs else (*args, *kwargs.values())
                ran(self, given[0] if given else "", given[1] if len(given) > 1 else ())
                return result

            return execute

        return make

    def _fetching_one(self, original: Any) -> Any:
        find = self.result

        def fetchone(self: Any) -> Any:
            row = original(self)
            result = find(self)
            if result is not None and not result.busy:
                try:
                    result.one(row)
                except Exception:
                    pass
            return row

        return fetchone

    def _fetching_next(self, original: Any) -> Any:
        find = self.result

        def following(self: Any) -> Any:
            try:
                row = original(self)
            except StopIteration:
                _shown(find(self), "end")
                raise
            result = find(self)
            if result is not None and not result.busy:
                try:
                    result.one(row)
                except Exception:
                    pass
            return row

        return following

    def _fetching_many(self, original: Any) -> Any:
        find = self.result

        def fetchmany(self: Any, *args: Any, **kwargs: Any) -> Any:
            rows = _together(find(self), original, self, *args, **kwargs)
            result = find(self)
            if result is not None:
                _shown(result, "many", rows)
                asked = args[0] if args else next(iter(kwargs.values()), self.arraysize)
                if not rows or (isinstance(asked, int) and len(rows) < asked):
                    _shown(result, "end")
            return rows

        return fetchmany

    def _fetching_all(self, original: Any) -> Any:
        find = self.result

        def fetchall(self: Any) -> Any:
            rows = _together(find(self), original, self)
            result = find(self)
            if result is not None:
                _shown(result, "many", rows)
                _shown(result, "end")
            return rows

        return fetchall


def _together(result: Any, original: Any, *args: Any, **kwargs: Any) -> Any:
    """Fetch rows together: what the driver fetches one by one for that is not told."""
    if result is None or result.busy:
        return original(*args, **kwargs)
    result.busy = True
    try:
        return original(*args, **kwargs)
    finally:
        result.busy = False


def _shown(result: Any, what: str, *args: Any) -> None:
    try:
        if result is not None and not result.busy:
            getattr(result, what)(*args)
    except Exception:
        pass


def _inside(cursor: Any) -> Any:
    return getattr(cursor, "_whence_result", None)


def _put_inside(cursor: Any, result: Any) -> None:
    cursor._whence_result = result


def same_but(kind: Any) -> Any:
    """A class of the same name and looks, with room for a result."""
    maker: Any = type(kind)
    made = maker(kind.__name__, (kind,), {"__slots__": ("_whence_result",), "_whence_shows": True})
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
