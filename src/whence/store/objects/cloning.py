"""Copies that share their blocks with the original until one of them is written to.

Btrfs, XFS, bcachefs and others can; elsewhere the kernel says no, and bytes are copied. A hard
link would be one file under two names, and a program that writes through the one changes the
other: DVC's cache is damaged that way. So there are none.
"""

import fcntl

_FICLONE = 0x40049409
"""ioctl_ficlone(2)"""


def clone(source: int, target: int) -> bool:
    """Let an open, empty file share the blocks of another; whether the file system can."""
    try:
        fcntl.ioctl(target, _FICLONE, source)
    except OSError:
        return False
    return True
