"""psycopg 3, of both kinds: statements, the rows that came of them, and copies."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable


def hooks(watch: Any) -> dict[str, Callable[[Any], None]]:
    """Modules to be told of, each with what is called right after it was executed."""
    return {"psycopg": lambda module: _on_psycopg(watch, module)}


def _on_psycopg(watch: Any, module: Any) -> None:
    drivers = watch.load("cursors")

    def place(cursor: Any) -> tuple[str, str]:
        info = cursor.connection.info
        uri = drivers.server_uri("postgresql", info.host, info.port, info.dbname)
        return "postgres", uri

    cursors = drivers.Cursors(watch, watch.load("statements"), place, statement_text)
    cursors.watch_class(module.Cursor)
    own = getattr(module, "ServerCursor", None)
    if own is not None:
        cursors.watch_class(own)

    def on_copy(args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        cursors.ran(args[0], args[1] if len(args) > 1 else kwargs["statement"], (), many=True)

    def streaming(original: Any) -> Any:
        def stream(self: Any, query: Any, *args: Any, **kwargs: Any) -> Any:
            ran = watch.guarded(lambda: statement(self, query), "stream")
            result = None
            for at, row in enumerate(original(self, query, *args, **kwargs)):
                if at == 0:
                    result = ran()
                if result is not None:
                    result.one(row)
                yield row
            if result is not None:
                result.end()

        return stream

    def statement(cursor: Any, query: Any) -> Any:
        dialect, uri = place(cursor)
        columns = [each[0] for each in cursor.description or ()]
        text = statement_text(cursor, query)
        return cursors.statements.ran(dialect, uri, text, columns=columns)

    watch.wrap(module.Cursor, "copy", before=on_copy)
    watch.swap(module.Cursor, "stream", streaming)
    later = getattr(module, "AsyncCursor", None)
    if later is not None:
        _on_later(watch, cursors, later)
        watch.wrap(later, "copy", before=on_copy)


def statement_text(cursor: Any, statement: Any) -> str:
    """A statement that may be composed of parts, as text."""
    if isinstance(statement, str):
        return statement
    if isinstance(statement, bytes):
        return statement.decode("utf-8", "replace")
    if hasattr(statement, "as_string"):
        return str(statement.as_string(cursor))
    return str(statement)


def _on_later(watch: Any, cursors: Any, kind: Any) -> None:
    """Cursors whose methods are awaited."""
    bodies = watch.load("bodies")

    def nothing(*_: Any) -> None:
        return None

    def ran(many: bool) -> Any:
        def after(_: Any, args: tuple[Any, ...], kwargs: dict[str, Any], __: Any) -> None:
            given = list(args[1:]) + list(kwargs.values())
            cursors.ran(args[0], given[0], given[1] if len(given) > 1 else (), many=many)

        return bodies.awaiting(watch, nothing, after)

    def fetched(all_of_them: bool) -> Any:
        def after(_: Any, args: tuple[Any, ...], kwargs: dict[str, Any], rows: Any) -> None:
            result = cursors.result(args[0])
            if result is not None:
                result.many(rows)
                if all_of_them or not rows:
                    result.end()

        return bodies.awaiting(watch, nothing, after)

    def fetched_one(_: Any, args: tuple[Any, ...], kwargs: dict[str, Any], row: Any) -> None:
        result = cursors.result(args[0])
        if result is not None:
            result.one(row)

    watch.swap(kind, "execute", ran(many=False))
    watch.swap(kind, "executemany", ran(many=True))
    watch.swap(kind, "fetchall", fetched(all_of_them=True))
    watch.swap(kind, "fetchmany", fetched(all_of_them=False))
    watch.swap(kind, "fetchone", bodies.awaiting(watch, nothing, fetched_one))
