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
    try:
        held = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StoreError(
            f"{path.parent} cannot be used: {error.strerror}", hint="check who owns the folder"
        ) from error
    try:
        deadline = time.monotonic() + timeout
        while True:
            try:
                fcntl.flock(held, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
                break
            except OSError as error:
                if time.monotonic() > deadline:
                    raise StoreLockedError(
                        f"{path.parent} was busy for {timeout:g} seconds",
                        hint="try again when the other writers are done",
                    ) from error
                time.sleep(random.uniform(0.0005, 0.004))  # noqa: S311  jitter, no secret
        yield
    finally:
        os.close(held)
