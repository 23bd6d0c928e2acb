"""PyMySQL: statements, and the rows that came of them."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable


def hooks(watch: Any) -> dict[str, Callable[[Any], None]]:
    """Modules to be told of, each with what is called right after it was executed."""
    return {"pymysql.cursors": lambda module: _on_cursors(watch, module)}


def _on_cursors(watch: Any, module: Any) -> None:
    drivers = watch.load("cursors")

    def place(cursor: Any) -> tuple[str, str]:
        link = cursor.connection
        database = link.db.decode() if isinstance(link.db, bytes) else link.db
        return "mysql", drivers.server_uri("mysql", link.host, link.port, database)

    cursors = drivers.Cursors(watch, watch.load("statements"), place)
    cursors.watch_class(module.Cursor)
    for name in ("fetchone", "fetchmany", "fetchall"):
        cursors.watch_method(module.SSCursor, name)
