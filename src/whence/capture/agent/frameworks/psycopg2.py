"""psycopg2: statements, the rows that came of them, and copies."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable


def hooks(watch: Any) -> dict[str, Callable[[Any], None]]:
    """Modules to be told of, each with what is called right after it was executed."""
    return {"psycopg2": lambda module: _on_psycopg2(watch, module)}


def _on_psycopg2(watch: Any, module: Any) -> None:
    """Connections and cursors are C's: both get classes of the same looks."""
    drivers = watch.load("cursors")
    text = watch.load("psycopg").statement_text
    extensions = module.extensions

    def place(cursor: Any) -> tuple[str, str]:
        info = cursor.connection.info
        uri = drivers.server_uri("postgresql", info.host, info.port, info.dbname)
        return "postgres", uri

    cursors = drivers.Cursors(watch, watch.load("statements"), place, text, roomy=True)
    kinds: dict[Any, Any] = {}

    def cursor_kind(kind: Any) -> Any:
        if not isinstance(kind, type) or getattr(kind, "_whence_shows", False):
            return kind
        if kind not in kinds:
            made = kinds[kind] = drivers.same_but(kind)
            cursors.watch_class(made)
            watch.wrap(made, "copy_expert", after=on_copy)
            watch.wrap(made, "copy_from", after=on_copy_from)
            watch.wrap(made, "copy_to", after=on_copy_to)
        return kinds[kind]

    def on_copy(_: Any, args: tuple[Any, ...], kwargs: dict[str, Any], __: Any) -> None:
        cursors.ran(args[0], args[1] if len(args) > 1 else kwargs["sql"], (), many=True)

    def on_copy_from(_: Any, args: tuple[Any, ...], kwargs: dict[str, Any], __: Any) -> None:
        table = args[2] if len(args) > 2 else kwargs["table"]
        cursors.ran(args[0], 'COPY "%s" FROM STDIN' % table, (), many=True)

    def on_copy_to(_: Any, args: tuple[Any, ...], kwargs: dict[str, Any], __: Any) -> None:
        table = args[2] if len(args) > 2 else kwargs["table"]
        cursors.ran(args[0], 'COPY "%s" TO STDOUT' % table, (), many=True)

    def opening(original: Any) -> Any:
        def cursor(self: Any, *args: Any, **kwargs: Any) -> Any:
            if len(args) > 1:
                args = (args[0], cursor_kind(args[1])) + args[2:]
            else:
                asked = kwargs.get("cursor_factory") or self.cursor_factory or extensions.cursor
                kwargs["cursor_factory"] = cursor_kind(asked)
            return original(self, *args, **kwargs)

        return cursor

    def connection_kind(kind: Any) -> Any:
        if kind not in kinds:
            made = drivers.same_but(kind)
            watch.swap(made, "cursor", opening)
            kinds[kind] = made
        return kinds[kind]

    def connecting(original: Any) -> Any:
        def connect(dsn: Any = None, connection_factory: Any = None, *args: Any, **kw: Any) -> Any:
            kind = connection_factory or extensions.connection
            if isinstance(kind, type):
                kind = connection_kind(kind)
            return original(dsn, kind, *args, **kw)

        return connect

    watch.swap(module, "connect", connecting)
