"""What the arguments of system calls mean, and what is known of their outcome beforehand."""

import os
import stat as modes

_NO_REPLACE, EXCHANGE = 1, 2
"""Flags of renameat2(2)."""
_ELF = b"\x7fELF"

UNSEEN = {
    "io_uring_setup": "it uses io_uring, whose file accesses no filter is asked about",
    "open_by_handle_at": "it opens files by handle, which tells no path",
    "chroot": "it changed its root folder, so its paths may name other files than recorded",
    "pivot_root": "it changed its root folder, so its paths may name other files than recorded",
    "unshare": "it made mounts of its own, so its paths may name other files than recorded",
}
"""Calls after which something goes unseen, and what."""


def how_opened(flags: int) -> str:
    """The letters of a write event for the flags of an open."""
    access = flags & os.O_ACCMODE
    letters = (
        ("t", bool(flags & os.O_TRUNC)),
        ("a", bool(flags & os.O_APPEND)),
        ("r", access == os.O_RDWR),
    )
    return "".join(letter for letter, holds in letters if holds)


def can_move(moved: os.stat_result, there: os.stat_result | None, target: str, flags: int) -> bool:
    """Whether a rename has a chance; rename(2) lists how it fails."""
    if flags & _NO_REPLACE and there is not None:
        return False
    if there is not None and not flags & EXCHANGE:
        folders = modes.S_ISDIR(moved.st_mode), modes.S_ISDIR(there.st_mode)
        if folders[0] != folders[1] or os.path.samestat(moved, there):
            return False
    folder = os.path.dirname(target)
    try:
        return os.stat(folder).st_dev == moved.st_dev and os.access(folder, os.W_OK)
    except OSError:
        return False


def machine_of(program: str) -> int:
    """``e_machine`` of an ELF file (elf(5)); 0 for anything else."""
    try:
        with open(program, "rb", buffering=0) as head:
            start = head.read(20)
    except OSError:
        return 0
    return int.from_bytes(start[18:20], "little") if start.startswith(_ELF) else 0
