"""Where receipts are kept: named outright, or beside the record."""

import os
from pathlib import Path

VARIABLE = "WHENCE_RECEIPTS"
_FOLDER = "receipts"
_WORKSPACE = ".whence"
_NAMED = "WHENCE_DIR"


def default_folder(start: Path | None = None) -> Path:
    """``WHENCE_RECEIPTS``, else ``receipts`` in the ``.whence`` folder that serves a folder.

    Where there is no ``.whence`` yet, it is made here with the first receipt.
    """
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named).absolute()
    workspace = os.environ.get(_NAMED)
    if workspace:
        return Path(workspace).absolute() / _FOLDER
    here = (start or Path.cwd()).absolute()
    for folder in (here, *here.parents):
        if (folder / _WORKSPACE).is_dir():
            return folder / _WORKSPACE / _FOLDER
    return here / _WORKSPACE / _FOLDER


def make_folder(folder: Path) -> None:
    """Make a folder of receipts; beside a record, it is hidden from git as the record is.

    Raises:
        OSError: it cannot be made.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    ignore = folder.parent / ".gitignore"
    if folder.parent.name == _WORKSPACE and not ignore.exists():
        ignore.write_text("*\n")
