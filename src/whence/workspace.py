"""The composition root: finds the ``.whence`` folder and picks the implementations in it.

::

    project/
    └── .whence/
        ├── whence.sqlite     the ledger and the graph: the record itself
        ├── lock              held by the one writer of the moment
        ├── sessions/         runs that are going on, or whose end nobody recorded yet
        ├── objects/          contents that it takes to do runs again; never leave this folder
        ├── texts/            source and configuration files as they ran, secrets taken out
        ├── tables/           fingerprints of the rows of tables
        ├── spool/            runs that wait for a server that is away
        ├── remotes/          other records that this one is pushed to and pulled from
        ├── sketches/         small samples of hashes of the rows that reached a step
        ├── rows.key          what those hashes are keyed with; never leaves this folder
        └── cache/            may be deleted at any time
"""

import os
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote_from_bytes

from whence.capture.session import state_folder
from whence.errors import NotFoundError, StoreError

TYPE_CHECKING = False  # the name that type checkers know; importing typing takes milliseconds
if TYPE_CHECKING:
    from collections.abc import Iterator

    from whence.recording.recorder import Recorder
    from whence.store.interface import Reader, Store
    from whence.store.objects import ObjectStore

FOLDER = ".whence"
VARIABLE = "WHENCE_DIR"
"""Names the folder outright, wherever one works."""

STORE_VARIABLE = "WHENCE_STORE"
"""Names the store by a URL, where it is not the one in the folder."""

ROWS_KEY = "rows.key"
"""The file of the key under which rows are hashed."""

_KEY_LENGTH = 64


class Workspace:
    """A project with its record.

    The store, and all that it takes to load it, come in when they are first asked for: a program
    that is about to be watched does not wait for them.
    """

    def __init__(self, root: Path, folder: Path) -> None:
        self.root = root
        """The folder that holds ``.whence``; names of files are relative to it."""
        self.folder = folder
        """The ``.whence`` folder itself."""
        self._store: Store | None = None

    @property
    def store(self) -> "Store":
        """Where records are kept.

        It is what ``WHENCE_STORE`` names, or the setting ``store.url``, or in the folder itself.

        Raises:
            UsageError: the URL names no store.
        """
        if self._store is None:
            from whence.store.opening import open_store  # noqa: PLC0415

            self._store = open_store(store_url(self.folder), self.folder)
        return self._store

    @property
    def objects(self) -> "ObjectStore":
        """Where contents are kept that it takes to do runs again."""
        from whence.store.objects import ObjectStore  # noqa: PLC0415

        return ObjectStore(self.folder / "objects")

    @property
    def recorder(self) -> "Recorder":
        """The door through which records come in."""
        from whence.recording.recorder import Recorder  # noqa: PLC0415

        return Recorder(self.store)

    @contextmanager
    def reading(self) -> "Iterator[Reader]":
        """One consistent moment of the record."""
        with self.store.reading() as reader:
            yield reader

    def name_of(self, path: str) -> str:
        r"""How the record calls a file: relative below the root, absolute elsewhere.

        Bytes that are no UTF-8 are written ``\\xff``; the location has them exactly.
        """
        inside = os.path.relpath(path, self.root)
        if inside.startswith(".." + os.sep) or inside == "..":
            inside = path
        return os.fsencode(inside).decode("utf-8", "backslashreplace")

    def at(self, root: Path) -> "Workspace":
        """The same record for files that lie elsewhere."""
        other = Workspace(root, self.folder)
        other._store = self._store
        return other

    def close(self) -> None:
        """Let go of the store."""
        if self._store is not None:
            self._store.close()


def store_url(folder: Path) -> str | None:
    """The URL of the store that serves a folder; ``None`` for the one in it.

    Settings that cannot be understood do not stand in the way where they do not speak of a store.

    Raises:
        UsageError: the settings cannot be understood, and may name another store.
    """
    named = os.environ.get(STORE_VARIABLE)
    path = folder / "config.toml"
    if named or not path.exists() or b"store" not in path.read_bytes():
        return named or None
    from whence.settings.configuration import load  # noqa: PLC0415  costs milliseconds

    return load(folder).word("store.url") or None


def rows_key(workspace: Workspace) -> str:
    """The key of this project's hashes of rows, 64 hexadecimal characters; made on first use.

    Whoever has hashes alone cannot try out which rows they are of.

    Raises:
        StoreError: it can be neither read nor made.
    """
    path = workspace.folder / ROWS_KEY
    try:
        if not path.exists():
            from whence.store.keyfile import write_once  # noqa: PLC0415  seldom needed

            write_once(path, os.urandom(32).hex())
        key = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError(f"{path} cannot be used: {error}", hint="check who may read it") from error
    if len(key) != _KEY_LENGTH or not set(key) <= set("0123456789abcdef"):
        raise StoreError(
            f"{path} holds no key", hint="delete it; rows seen before can then not be compared"
        )
    return key


def sketch_key(workspace: Workspace) -> str:
    """What programs hash rows with: made of the project's key, which they do not get themselves.

    Raises:
        StoreError: the project's key can be neither read nor made.
    """
    import hashlib  # noqa: PLC0415  costs 3 ms

    return hashlib.sha256(b"whence sketches\0" + rows_key(workspace).encode("ascii")).hexdigest()


def location_of(path: str) -> str:
    """A path as a ``file:`` URI (RFC 8089), exact for any bytes."""
    return "file://" + quote_from_bytes(os.fsencode(path))


def find_folder(start: Path) -> Path | None:
    """The ``.whence`` folder that serves a working directory: the nearest one upwards."""
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named).absolute()
    for folder in (start, *start.parents):
        candidate = folder / FOLDER
        if candidate.is_dir():
            return candidate
    return None


def open_workspace(start: Path | None = None) -> Workspace:
    """The workspace of a working directory, for asking.

    Raises:
        NotFoundError: there is none.
    """
    here = (start or Path.cwd()).absolute()
    folder = find_folder(here) or _shared_folder(here)
    if folder is None and os.environ.get(STORE_VARIABLE):
        folder = state_folder() / "shared"  # the record is elsewhere; nothing is made here to ask
        _make(folder)
    if folder is None or not folder.is_dir():
        raise NotFoundError(
            f"there is no {FOLDER} folder in {here} or above it",
            hint="`whence run -- COMMAND` makes one; "
            f"or go where it is, or name it with {VARIABLE}",
        )
    return _workspace(folder, here)


def make_workspace(start: Path | None = None) -> Workspace:
    """The workspace of a working directory, for recording; made on first use.

    It is made at the top of the git repository, or in the working directory where there is none;
    and, where that may not be written, in the user's own state folder.
    """
    here = (start or Path.cwd()).absolute()
    folder = find_folder(here)
    if folder is None:
        folder = _repository_top(here) / FOLDER
    if not _make(folder):
        shared = state_folder() / "shared"
        if not _make(shared):
            raise StoreError(
                f"neither {folder} nor {shared} can be written",
                hint=f"name a folder that can be with {VARIABLE}",
            )
        folder = shared
    return _workspace(folder, here)


def _workspace(folder: Path, here: Path) -> Workspace:
    root = folder.parent if folder.name == FOLDER else here
    return Workspace(root, folder)


def _make(folder: Path) -> bool:
    """Make the folder, hidden from git; whether it can be written."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        ignore = folder / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n")
    except OSError:
        return False
    return os.access(folder, os.W_OK | os.X_OK)


def _repository_top(here: Path) -> Path:
    for folder in (here, *here.parents):
        if (folder / ".git").exists():
            return folder
    return here


def _shared_folder(here: Path) -> Path | None:
    """The user's own folder, when the working directory could not have had one."""
    shared = state_folder() / "shared"
    return shared if shared.is_dir() and not os.access(here, os.W_OK) else None
