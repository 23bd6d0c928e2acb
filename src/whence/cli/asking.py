"""What every asking verb does first: open the record, find what a REF names."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from whence.cli.console import Console
from whence.query.refs import Found, OnDisk, resolve_ref, resolve_run
from whence.recording.recorder import Recorder
from whence.store.interface import Reader
from whence.workspace import Workspace, open_workspace


@contextmanager
def asking(console: Console) -> Iterator[tuple[Workspace, Reader]]:
    """The record of this working directory, with runs that died meanwhile brought home."""
    workspace = open_workspace()
    try:
        settle(workspace, console)
        with workspace.reading() as reader:
            yield workspace, reader
    finally:
        workspace.close()


def settle(workspace: Workspace, console: Console) -> Recorder:
    """Record the runs whose end nobody recorded."""
    del console
    return workspace.recorder


def find(workspace: Workspace, reader: Reader, text: str, console: Console) -> int:
    """What a REF names; a notice about the choice is said."""
    return _told(resolve_ref(reader, text, disk_of(workspace)), console)


def find_run(workspace: Workspace, reader: Reader, text: str, console: Console) -> int:
    """The run that a REF names, or that made what it names."""
    return _told(resolve_run(reader, text, disk_of(workspace)), console)


def _told(found: Found, console: Console) -> int:
    if found.notice:
        console.say(f"whence: {found.notice}")
    return found.handle


class disk_of:  # noqa: N801  reads as a function where it is used
    """Looks at the disk for a REF that may be a path."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def __call__(self, text: str) -> OnDisk | None:
        """The name and content of a path."""
        if not text or "\0" in text:
            return None
        path = os.path.abspath(text)  # noqa: PTH100  a symbolic link keeps its own name
        name = self._workspace.name_of(path)
        if not Path(path).is_file():
            return OnDisk(name, None)
        with Path(path).open("rb") as file:
            return OnDisk(name, hashlib.file_digest(file, "sha256").hexdigest())
