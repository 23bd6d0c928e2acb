"""Standard input, output and error, where they are files that the caller's shell opened."""

import fcntl
import os
import stat as modes
from collections.abc import Iterator

from whence.capture.tracers.events import Stat
from whence.capture.tracers.places import Places, state

_STANDARD = (0, 1, 2)


def redirected(places: Places) -> Iterator[tuple[int, str, Stat, str | None]]:
    """Each of them that is a regular file: its number, path, state and how it is written.

    That is ``None`` for one that is read, and else the letters of a ``write`` event. What the shell
    truncated is empty by now; anything in the file was there before and stays.
    """
    for fd in _STANDARD:
        try:
            found = os.fstat(fd)
            place = places.place(os.readlink(f"/proc/self/fd/{fd}"))
            flags = fcntl.fcntl(fd, fcntl.F_GETFL)
        except OSError:
            continue
        if place is None or not modes.S_ISREG(found.st_mode) or not found.st_nlink:
            continue
        how = None
        if flags & os.O_ACCMODE != os.O_RDONLY:
            how = "a" if found.st_size else "t"
        yield fd, place[0], state(found), how
