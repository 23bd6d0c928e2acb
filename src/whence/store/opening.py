"""Which store is meant: a URL picks it, by its scheme, among all that are plugged in.

The door is ``whence.stores``: a scheme, and a factory that takes the URL and the workspace's
folder, where a store may keep its cache, and gives a ``Store``.
"""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urlsplit

from whence import plugins
from whence.errors import UsageError
from whence.store.interface import Store
from whence.store.memory import MemoryStore
from whence.store.sqlite import SqliteStore

DOOR = "whence.stores"

Factory = Callable[[str, Path], Store]


def open_store(url: str | None, folder: Path) -> Store:
    """The store that a URL names; without one, that of the folder itself.

    Args:
        url: Such as ``postgresql://ada@db.example.org/whence`` or ``https://whence.example.org``.
        folder: The ``.whence`` folder.

    Raises:
        UsageError: the URL names no store.
        WhenceError: what it takes to use such a store is not installed.
    """
    if not url:
        return SqliteStore(folder)
    scheme, colon, _ = url.partition("://")
    factory: Factory | None = plugins.load(DOOR, scheme) if colon else None
    if factory is None:
        forms = ", ".join(f"{each}://…" for each in plugins.names(DOOR))
        raise UsageError(f"{url!r} names no store", hint=f"it is one of: {forms}")
    return factory(url, folder)


def open_sqlite(url: str, folder: Path) -> SqliteStore:
    """The file in the folder, or in the one that ``sqlite:///path/of/a/folder`` names."""
    path = unquote(urlsplit(url).path)
    return SqliteStore(Path(path) if path.strip("/") else folder)


def open_memory(url: str, folder: Path) -> MemoryStore:
    """A store that is gone when the program ends, for trying out."""
    del url, folder
    return MemoryStore()
