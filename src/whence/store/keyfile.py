"""Files of keys: their owner's alone, whole or not at all, and made only once."""

import os
from contextlib import suppress
from pathlib import Path


def write_once(path: Path, text: str) -> None:
    """Make a file that only its owner may read; whoever comes second finds the first one's.

    Args:
        path: The file; its folder is made with mode 0700 where it is not there.
        text: What it is to hold; a newline is added.

    Raises:
        OSError: it cannot be made.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}-{os.urandom(8).hex()}")
    try:
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
