"""Folders in which runs are done again; gone when they are left, or with the next command.

::

    <folder>/<id>/
    ├── owner        who works there: process, its start, boot
    ├── keep         there where somebody wants the folder to stay
    ├── tree/        what stands in the place of the workspace
    ├── aside/       layers over folders outside of it
    ├── orders/      what each child is told
    └── said/        what programs wrote to their streams
"""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from whence.capture.session import boot_id, process_start, state_folder
from whence.errors import ReproductionError
from whence.model.identity import new_id
from whence.workspace import Workspace

_OWNER, _KEPT = "owner", "keep"


def scratch_folders(workspace: Workspace) -> list[Path]:
    """Where scratch folders lie: inside the record's folder, and in the user's own."""
    return [workspace.folder / "replays", state_folder() / "replays"]


def make_scratch(parent: Path) -> Path:
    """A folder of one's own.

    Raises:
        ReproductionError: there is no room for one.
    """
    folder = parent / new_id()
    try:
        parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.mkdir(mode=0o700)
        owner = {"pid": os.getpid(), "boot": boot_id(), "start": process_start(os.getpid())}
        # Whole or not at all: others, who sweep at this moment, take half an owner for none.
        (folder / f"{_OWNER}.new").write_text(json.dumps(owner), encoding="ascii")
        (folder / f"{_OWNER}.new").rename(folder / _OWNER)
        for name in ("tree", "aside", "orders", "said"):
            (folder / name).mkdir()
    except OSError as error:
        raise ReproductionError(
            f"no scratch folder could be made in {parent}: {error.strerror}",
            hint="free some disk space",
        ) from error
    return folder


def leave(folder: Path) -> None:
    """Let a scratch folder stay for whoever asked for it, until they remove it."""
    (folder / _KEPT).touch()


def remove(folder: Path) -> None:
    """Take a scratch folder away, whatever a program has made of its permissions."""

    def again(_: object, path: str, __: object) -> None:
        with suppress(OSError):
            os.chmod(os.path.dirname(path), 0o700)  # noqa: PTH101, PTH120  any bytes
            os.chmod(path, 0o700)  # noqa: PTH101
            os.unlink(path)  # noqa: PTH108

    shutil.rmtree(folder, onerror=again)
    shutil.rmtree(folder, ignore_errors=True)


def sweep(workspace: Workspace) -> int:
    """Take away scratch folders whose owner is gone; how many there were."""
    left = [each for parent in scratch_folders(workspace) for each in _abandoned(parent)]
    for folder in left:
        remove(folder)
    return len(left)


def is_at_work(workspace: Workspace) -> bool:
    """Whether somebody does a run again at this moment."""
    with suppress(OSError):
        folders = [each for parent in scratch_folders(workspace) for each in _listed(parent)]
        return any(_is_owned(folder) for folder in folders)
    return False


def _listed(parent: Path) -> list[Path]:
    try:
        return list(parent.iterdir())
    except FileNotFoundError:
        return []


def _abandoned(parent: Path) -> Iterator[Path]:
    with suppress(OSError):
        for folder in list(parent.iterdir()):
            if not (folder / _KEPT).exists() and not _is_owned(folder):
                yield folder


def _is_owned(folder: Path) -> bool:
    try:
        owner = json.loads((folder / _OWNER).read_bytes())
        if owner["boot"] != boot_id():
            return False
        started: int | None = owner["start"]
        return process_start(owner["pid"]) == started
    except FileNotFoundError:
        # It is made in two steps; a folder without an owner is only old if it was not made now.
        with suppress(OSError):
            return bool(folder.stat().st_ctime_ns > _now_ns() - _GRACE_NS)
        return True
    except (OSError, ValueError, KeyError, TypeError):
        return False


_GRACE_NS = 10_000_000_000


def _now_ns() -> int:
    import time  # noqa: PLC0415  seldom needed

    return time.time_ns()
