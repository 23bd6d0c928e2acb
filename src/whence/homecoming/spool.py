"""Observations that wait for a store elsewhere: files in ``.whence/spool``, oldest first.

::

    .whence/spool/
    ├── 01763757263123456789-<run>.json   two lines: for whom it is, and the observation
    ├── refused/                          those that a server will never take, with its reason
    └── lock                              held by whoever delivers

A file is written whole (temporary name, fsync, rename, fsync of the folder) before anything is
sent, and goes when the server has said that it is kept. Saying a run again keeps it once; so
whatever is cut off at whatever point, it arrives exactly once.
"""

import fcntl
import json
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from whence.errors import StoreError
from whence.store.interface import Appended
from whence.workspace import Workspace, store_url

FOLDER = "spool"
_REFUSED = "refused"
_LOCK = "lock"
DIGEST = re.compile(rb"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
"""What may be the digest of a content in a message."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of runs that were handed to a store."""

    appended: Appended | None
    """What the store said; ``None`` where they wait in the spool."""
    problem: StoreError | None = None
    """Why they wait."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One that waits."""

    path: Path
    store: str
    """The address of the server that it is for."""
    run: str
    body: bytes
    """The message, as it is sent."""


@dataclass(frozen=True, slots=True)
class Refused:
    """One that a server will never take."""

    path: Path
    store: str
    run: str
    reason: str


def server_of(workspace: Workspace) -> str | None:
    """The address of the server that keeps the record; ``None`` where no server does.

    Raises:
        UsageError: the settings cannot be understood.
    """
    url = store_url(workspace.folder)
    return url if url and url.startswith(("http://", "https://")) else None


class Spool:
    """The spool of one workspace; the folder is made when something is put into it.

    Args:
        folder: The ``.whence`` folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder / FOLDER

    def put(self, store: str, run: str, body: bytes) -> Waiting:
        """Keep a message until it is delivered, durably.

        Raises:
            StoreError: the folder cannot be written.
        """
        path = self.folder / f"{time.time_ns():020}-{run}.json"
        told = json.dumps({"store": store, "run": run}).encode()
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write(path, told + b"\n" + body + b"\n")
        except OSError as error:
            raise StoreError(
                f"{self.folder} cannot be written: {error.strerror}",
                hint="check the folder and the space on its disk",
            ) from error
        return Waiting(path, store, run, body)

    def waiting(self) -> Iterator[Waiting]:
        """Those that wait, oldest first."""
        for path in self._paths(self.folder):
            # Delivered meanwhile by another command, or no message of ours.
            with suppress(OSError, ValueError, LookupError, TypeError):
                head, body = path.read_bytes().split(b"\n")[:2]
                told = json.loads(head)
                yield Waiting(path, str(told["store"]), str(told["run"]), body)

    def digests(self) -> set[str]:
        """Whatever looks like a content that runs speak of which wait here."""
        return {found.decode() for each in self.waiting() for found in DIGEST.findall(each.body)}

    def count(self, store: str | None = None) -> int:
        """How many wait, for one server if it is named."""
        if store is not None:
            return sum(each.store == store for each in self.waiting())
        return len(self._paths(self.folder))

    def refused(self) -> list[Refused]:
        """Those that were set aside."""
        found = []
        for path in self._paths(self.folder / _REFUSED):
            with suppress(OSError, ValueError, LookupError, TypeError):
                lines = path.read_bytes().split(b"\n")
                told, why = json.loads(lines[0]), json.loads(lines[2])
                found.append(Refused(path, told["store"], told["run"], str(why["reason"])))
        return found

    def set_aside(self, waiting: Waiting, reason: str, status: int) -> Path:
        """Keep one, with the reason, where nobody tries again by himself.

        Raises:
            StoreError: the folder cannot be written; it waits on.
        """
        folder = self.folder / _REFUSED
        path = folder / waiting.path.name
        told = json.dumps({"store": waiting.store, "run": waiting.run}).encode()
        why = json.dumps({"reason": reason, "status": status}).encode()
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            _write(path, b"\n".join((told, waiting.body, why, b"")))
            waiting.path.unlink(missing_ok=True)
        except OSError as error:
            raise StoreError(f"{folder} cannot be written: {error.strerror}") from error
        return path

    @contextmanager
    def delivering(self) -> Iterator[bool]:
        """Whether nobody else delivers now; others are kept out while the block runs."""
        try:
            held = os.open(self.folder / _LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        except OSError:
            yield False
            return
        try:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                yield False
            else:
                yield True
        finally:
            os.close(held)

    @staticmethod
    def _paths(folder: Path) -> list[Path]:
        try:
            return sorted(each for each in folder.iterdir() if each.suffix == ".json")
        except OSError:
            return []


def _write(path: Path, content: bytes) -> None:
    temporary = path.with_suffix(f".{os.getpid()}")
    try:
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def refusals(workspace: Workspace) -> str:
    """What is to be said of runs that a server will never take; empty where there are none."""
    refused = Spool(workspace.folder).refused()
    if not refused:
        return ""
    latest = refused[-1]
    count = "1 run was" if len(refused) == 1 else f"{len(refused)} runs were"
    return (
        f"{count} refused, lastly by {latest.store}: {latest.reason}; move the file from "
        f"{latest.path.parent} one folder up to try again, or delete it to give up on it"
    )
