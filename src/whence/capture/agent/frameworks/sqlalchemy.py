"""SQLAlchemy: statements through drivers that have no hooks of their own."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

_HOOKED = frozenset({"pysqlite", "psycopg", "psycopg2", "pymysql"})
"""Drivers, as SQLAlchemy calls them, whose own cursors tell more."""

_DIALECTS = {"postgresql": "postgres", "mssql": "tsql", "mariadb": "mysql"}


def hooks(watch: Any) -> dict[str, Callable[[Any], None]]:
    """Modules to be told of, each with what is called right after it was executed."""
    return {"sqlalchemy.engine.default": lambda module: _on_default(watch, module)}


def _on_default(watch: Any, module: Any) -> None:
    statements = watch.load("statements")
    drivers = watch.load("cursors")
    told = statements.of(watch)

    def ran(many: bool) -> Callable[..., None]:
        def after(_: Any, args: tuple[Any, ...], kwargs: dict[str, Any], __: Any) -> None:
            dialect, cursor, statement = args[:3]
            if dialect.driver in _HOOKED:
                return
            context = args[-1] if len(args) > 3 else kwargs["context"]
            url = context.root_connection.engine.url
            name = dialect.name
            description = getattr(cursor, "description", None)
            told.ran(
                _DIALECTS.get(name, name),
                drivers.server_uri(name, url.host, url.port, url.database),
                str(statement),
                columns=None if description is None else [str(each[0]) for each in description],
                affected=getattr(cursor, "rowcount", None),
                many=many,
            )

        return after

    watch.wrap(module.DefaultDialect, "do_execute", after=ran(many=False))
    watch.wrap(module.DefaultDialect, "do_executemany", after=ran(many=True))
    watch.wrap(module.DefaultDialect, "do_execute_no_params", after=ran(many=False))
