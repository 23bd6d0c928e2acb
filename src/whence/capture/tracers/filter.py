"""Which system calls stop and ask: the seccomp filter, and the numbers of the calls.

The program is classic BPF over ``struct seccomp_data`` (linux/seccomp.h): the call's number at
offset 0, the architecture at 4, the low word of argument *i* at ``16 + 8 * i`` (little endian).
A call of another architecture (i386, x32) is let through unseen; the supervisor notices such
programs when they are started.
"""

import os
import struct

_LOAD, _EQUAL, _SET, _AT_LEAST, _RETURN = 0x20, 0x15, 0x45, 0x35, 0x06
_ALLOW, _NOTIFY = 0x7FFF0000, 0x7FC00000
_X32_BIT = 0x40000000
_NUMBER, _ARCHITECTURE = 0, 4
_NOT_A_FILE = os.O_DIRECTORY | os.O_PATH if hasattr(os, "O_PATH") else 0
_NEW_MOUNTS = 0x00020000
"""CLONE_NEWNS of ``unshare`` (linux/sched.h)."""


class Architecture:
    """How one processor family names its calls; from the kernel's own tables."""

    def __init__(self, audit: int, elf: int, install: int, calls: dict[str, int]) -> None:
        self.audit = audit
        """AUDIT_ARCH of linux/audit.h."""
        self.elf = elf
        """``e_machine`` of its programs."""
        self.install = install
        """The number of seccomp itself."""
        self.calls = calls
        self.names = {number: name for name, number in calls.items()}


ARCHITECTURES = {
    "x86_64": Architecture(
        0xC000003E,
        62,
        317,
        {
            "openat": 257,
            "open": 2,
            "openat2": 437,
            "creat": 85,
            "rename": 82,
            "renameat": 264,
            "renameat2": 316,
            "unlink": 87,
            "unlinkat": 263,
            "link": 86,
            "linkat": 265,
            "truncate": 76,
            "execve": 59,
            "execveat": 322,
            "exit_group": 231,
            "io_uring_setup": 425,
            "open_by_handle_at": 304,
            "chroot": 161,
            "pivot_root": 155,
            "unshare": 272,
        },
    ),
    "aarch64": Architecture(
        0xC00000B7,
        183,
        277,
        {
            "openat": 56,
            "openat2": 437,
            "renameat": 38,
            "renameat2": 276,
            "unlinkat": 35,
            "linkat": 37,
            "truncate": 45,
            "execve": 221,
            "execveat": 281,
            "exit_group": 94,
            "io_uring_setup": 425,
            "open_by_handle_at": 265,
            "chroot": 51,
            "pivot_root": 41,
            "unshare": 97,
        },
    ),
}


def here() -> Architecture | None:
    """The architecture of this process, if its numbers are known."""
    return ARCHITECTURES.get(os.uname().machine)


def assemble(architecture: Architecture, cookie: int) -> bytes:
    """The filter as an array of ``struct sock_filter``.

    Args:
        architecture: whose calls to stop.
        cookie: an ``openat`` whose unused sixth argument is this passes unasked; 0 for none.
    """
    calls = architecture.calls
    special = {"open", "openat", "unshare"}
    code: list[tuple[str, int, int]] = [
        ("load", _ARCHITECTURE, 0),
        ("unless-equal", architecture.audit, _ALLOW),
        ("load", _NUMBER, 0),
    ]
    if architecture.audit == ARCHITECTURES["x86_64"].audit:
        code.append(("if-at-least", _X32_BIT, _ALLOW))
    code += [("if-equal", number, _NOTIFY) for name, number in calls.items() if name not in special]
    for name, number in calls.items():
        if name in special:
            code.append(("label-equal", number, 0))
            code += _look_closer(name, cookie)
    code.append(("return", _ALLOW, 0))
    return _pack(code)


def _look_closer(name: str, cookie: int) -> list[tuple[str, int, int]]:
    """The test of one call's arguments; it ends the program either way."""
    argument = {"open": 1, "openat": 2, "unshare": 0}[name]
    code: list[tuple[str, int, int]] = []
    if name == "openat" and cookie:
        code += [("load", 16 + 8 * 5, 0), ("if-equal", cookie, _ALLOW)]
    code.append(("load", 16 + 8 * argument, 0))
    if name == "unshare":
        return [*code, ("if-set", _NEW_MOUNTS, _NOTIFY), ("return", _ALLOW, 0)]
    return [*code, ("if-set", _NOT_A_FILE, _ALLOW), ("return", _NOTIFY, 0)]


def _pack(code: list[tuple[str, int, int]]) -> bytes:
    """Lay the program out; a decision becomes a jump over, or onto, a return of its own."""
    out = bytearray()
    for at, (operation, value, verdict) in enumerate(code):
        if operation == "load":
            out += struct.pack("=HBBI", _LOAD, 0, 0, value)
        elif operation == "return":
            out += struct.pack("=HBBI", _RETURN, 0, 0, value)
        elif operation == "label-equal":
            out += struct.pack("=HBBI", _EQUAL, 0, _length(_block(code, at)), value)
        else:
            compare = {"if-set": _SET, "if-at-least": _AT_LEAST}.get(operation, _EQUAL)
            over = (1, 0) if operation == "unless-equal" else (0, 1)
            out += struct.pack("=HBBI", compare, *over, value)
            out += struct.pack("=HBBI", _RETURN, 0, 0, verdict)
    return bytes(out)


def _block(code: list[tuple[str, int, int]], at: int) -> list[tuple[str, int, int]]:
    """What belongs to a label: all up to its closing return."""
    end = next(i for i in range(at + 1, len(code)) if code[i][0] == "return")
    return code[at + 1 : end + 1]


def _length(block: list[tuple[str, int, int]]) -> int:
    return sum(1 if operation in {"load", "return"} else 2 for operation, _, _ in block)
