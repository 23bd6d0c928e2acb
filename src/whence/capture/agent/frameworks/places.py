"""Where data comes from and goes to: the path or URI in what a reader or writer was given."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def location(thing: Any) -> str | None:
    """A path or URI; that of an open file too; ``None`` for what lies in memory."""
    if isinstance(thing, bytes):
        return None
    if isinstance(thing, str):
        return None if "\n" in thing or not thing else without_user(thing)
    if hasattr(thing, "__fspath__"):
        return os.fsdecode(thing)
    for name in ("full_name", "url"):  # files of fsspec, answers of urllib
        found = getattr(thing, name, None)
        if isinstance(found, str) and "://" in found:
            return without_user(found)
    for name in ("name", "path", "_path", "_io", "filename"):
        found = getattr(thing, name, None)
        if isinstance(found, (str, os.PathLike)) and not isinstance(found, bytes):
            text = os.fsdecode(found)
            return None if text.startswith("<") else without_user(text)
    return None


def locations(thing: Any) -> list[str]:
    """All of a list of them, or the one."""
    if isinstance(thing, (list, tuple, set)):
        found = [location(each) for each in thing]
        return [each for each in found if each is not None]
    one = location(thing)
    return [] if one is None else [one]


def on(filesystem: Any, place: str) -> str:
    """A location as a file system of pyarrow or fsspec means it: with whose it is before it."""
    kind = getattr(filesystem, "type_name", None) or getattr(filesystem, "protocol", None)
    if isinstance(kind, (tuple, list)):
        kind = kind[0] if kind else None
    if not isinstance(kind, str) or "://" in place or ":" in kind or kind in ("local", "file"):
        return place
    return "%s://%s" % (kind, place.lstrip("/"))


def without_user(uri: str) -> str:
    """A URI without the name and password that can stand in it."""
    scheme, separator, rest = uri.partition("://")
    if not separator:
        return uri
    if scheme == "file":
        return rest if rest.startswith("/") else "/" + rest.partition("/")[2]
    host, slash, path = rest.partition("/")
    return scheme + separator + host.rpartition("@")[2] + slash + path


def database(connection: Any) -> str | None:
    """The URI of a database, by a connection, engine or URI; of SQLite the file's path."""
    if isinstance(connection, str):
        return without_user(connection)
    engine = getattr(connection, "engine", None)
    url = getattr(engine, "url", None)
    if url is not None:
        if getattr(url, "drivername", "").startswith("sqlite") and url.database:
            return str(url.database)
        return without_user(url.render_as_string(hide_password=True))
    if hasattr(connection, "execute") and hasattr(connection, "total_changes"):
        for row in connection.execute("PRAGMA database_list"):
            if tuple(row)[1] == "main":
                return str(tuple(row)[2]) or None
    return None
