"""sqlite3: statements run in a file, and the rows that came of them."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable


def hooks(watch: Any) -> dict[str, Callable[[Any], None]]:
    """Modules to be told of, each with what is called right after it was executed."""
    return {"sqlite3.dbapi2": lambda module: _on_sqlite(watch, module)}


def _on_sqlite(watch: Any, module: Any) -> None:
    """Connections and cursors are C's: both get classes of the same looks."""
    drivers = watch.load("cursors")
    cursors = drivers.Cursors(
        watch,
        watch.load("statements"),
        lambda cursor: _place(cursor.connection),
        roomy=True,
    )
    kinds: dict[Any, Any] = {}

    def cursor_kind(kind: Any) -> Any:
        if not isinstance(kind, type) or getattr(kind, "_whence_shows", False):
            return kind
        if kind not in kinds:
            kinds[kind] = drivers.same_but(kind)
            cursors.watch_class(kinds[kind])
        return kinds[kind]

    usual = module.Cursor

    def opening(original: Any) -> Any:
        own = cursor_kind(usual)

        def cursor(self: Any, factory: Any = usual) -> Any:
            return original(self, own if factory is usual else cursor_kind(factory))

        return cursor

    def connection_kind(kind: Any) -> Any:
        if kind not in kinds:
            made = drivers.same_but(kind)
            watch.swap(made, "cursor", opening)
            for name in ("execute", "executemany", "executescript"):
                watch.swap(made, name, _by_cursor(kind.cursor, cursor_kind(usual), name))
            kinds[kind] = made
        return kinds[kind]

    def connecting(original: Any) -> Any:
        def connect(*args: Any, **kwargs: Any) -> Any:
            factory = args[5] if len(args) > 5 else kwargs.get("factory", module.Connection)
            place = args[0] if args else kwargs.get("database")
            if not isinstance(factory, type) or _file(place) is None:
                return original(*args, **kwargs)
            seen = connection_kind(factory)
            if len(args) > 5:
                args = args[:5] + (seen,) + args[6:]
            else:
                kwargs["factory"] = seen
            connection = original(*args, **kwargs)
            _PLACES[id(connection)] = _file(place)
            return connection

        return connect

    watch.swap(module, "connect", connecting)


_PLACES: dict[int, Any] = {}


def _by_cursor(open_cursor: Any, cursor: Any, name: str) -> Callable[[Any], Any]:
    """What these methods of a connection are short for; C takes a shorter way past our cursors."""
    run = getattr(cursor, name)

    def make(_: Any) -> Any:
        def through(self: Any, *args: Any) -> Any:
            return run(open_cursor(self, cursor), *args)

        return through

    return make


def _place(connection: Any) -> Any:
    path = _PLACES.get(id(connection))
    return None if path is None else ("sqlite", path)


def _file(place: Any) -> str | None:
    """The path of a database; ``None`` for one in memory, or for none."""
    try:
        name = os.fsdecode(place)
    except TypeError:
        return None
    if name.startswith("file:"):
        from urllib.parse import unquote

        path, _, query = name[5:].partition("?")
        if "mode=memory" in query or not path or path.startswith(":memory:"):
            return None
        name = unquote(path[2:] if path.startswith("//") else path)
    if not name or name == ":memory:":
        return None
    return os.path.realpath(name)
