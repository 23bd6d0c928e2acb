"""The kernel's lock on a file: fair among processes, freed by death."""

import fcntl
import os
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from whence.errors import StoreError, StoreLockedError

LOCK_NAME = "lock"
"""The file in a ``.whence`` folder that the one writer of the moment holds."""


@contextmanager
def exclusive(path: Path, timeout: float = 30.0, *, shared: bool = False) -> Iterator[None]:
    """Hold a file against all others who do the same.

    Args:
        path: The file.
        timeout: Seconds to wait for others.
        shared: Whether others who say so too may hold it at the same time.

    Raises:
        StoreLockedError: others held it for longer than ``timeout`` seconds.
        StoreError: it cannot be made.
    """
    with reachable(path.parent):
        held = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        deadline = time.monotonic() + timeout
        while True:
            try:
                fcntl.flock(held, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
                break
            except OSError as error:
                if time.monotonic() > deadline:
                    raise StoreLockedError(
                        f"the store {path.parent} was busy for {timeout:g} seconds",
                        hint="try again when the other writers are done",
                    ) from error
                time.sleep(random.uniform(0.0005, 0.004))  # noqa: S311  jitter, no secret
        yield
    finally:
        os.close(held)


@contextmanager
def reachable(folder: Path) -> Iterator[None]:
    """The system's errors about a store's files in our own words; never about the caller's.

    Args:
        folder: Where the store is.
    """
    try:
        yield
    except PermissionError as error:
        raise StoreError(
            f"the store {folder} may not be used: {error.strerror}",
            hint="check who owns the folder, or name another with WHENCE_DIR",
        ) from error
    except OSError as error:
        raise StoreError(
            f"the store {folder} cannot be used: {error.strerror}",
            hint="check the folder and the space on its disk; nothing was lost",
        ) from error
