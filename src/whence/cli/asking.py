"""What every verb does first: open the record, bring home what died, find what a REF names."""

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from whence.cli.arrivals import read_arrivals
from whence.cli.console import Console
from whence.cli.predictions import find_prediction, names_prediction
from whence.errors import NotFoundError
from whence.homecoming.sessions import settle
from whence.query.refs import OnDisk, resolve_ref
from whence.store.interface import Reader
from whence.workspace import Workspace, open_workspace


def scratch_left(workspace: Workspace) -> bool:
    """Whether somebody does runs again here, or was ended while doing so."""
    try:
        with os.scandir(workspace.folder / "replays") as found:
            return any(found)
    except OSError:
        return False


@contextmanager
def settled(console: Console) -> Iterator[Workspace]:
    """The workspace of this folder, after what was left half done was finished.

    Runs whose recorder died are brought home, and what a server took in is read.
    """
    workspace = open_workspace()
    try:
        for problem in settle(workspace):
            console.say(f"whence: {problem}")
        if unread := read_arrivals(workspace):
            console.say(f"whence: {unread}")
        if scratch_left(workspace):
            from whence.reproduction.scratch import sweep  # noqa: PLC0415  seldom needed

            sweep(workspace)
        yield workspace
    finally:
        workspace.close()


@contextmanager
def asking(console: Console) -> Iterator[tuple[Workspace, Reader]]:
    """The workspace with one consistent moment of its record."""
    with settled(console) as workspace, workspace.reading() as reader:
        yield workspace, reader


def find(workspace: Workspace, reader: Reader, text: str, console: Console) -> int:
    """What a REF names; a notice about the choice is said."""
    if names_prediction(text):
        prediction = find_prediction(workspace, reader, text, None)
        return prediction.origin.start
    found = resolve_ref(reader, text, disk_of(workspace))
    if found.notice:
        console.say(f"whence: {found.notice}")
    return found.handle


def find_column(
    workspace: Workspace, reader: Reader, text: str, console: Console
) -> tuple[int, str]:
    """What a REF names; of ``DATASET#COLUMN`` the dataset and the column, else no column."""
    try:
        return find(workspace, reader, text, console), ""
    except NotFoundError:
        dataset, hash_sign, column = text.rpartition("#")
        if not (hash_sign and dataset and column):
            raise
        try:
            return find(workspace, reader, dataset, console), column
        except NotFoundError as error:
            missing = error
    raise missing


def disk_of(workspace: Workspace) -> Callable[[str], OnDisk | None]:
    """Looks at the disk for a REF that may be a path."""

    def look(text: str) -> OnDisk | None:
        if not text or "\0" in text:
            return None
        path = os.path.abspath(text)  # noqa: PTH100  a symbolic link keeps its own name
        name = workspace.name_of(path)
        if not Path(path).is_file():
            return OnDisk(name, None)
        with Path(path).open("rb") as file:
            return OnDisk(name, hashlib.file_digest(file, "sha256").hexdigest())

    return look
