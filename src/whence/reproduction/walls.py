"""Closes a process in: what it may still do to the machine, and by which means that is prevented.

Run as a program of its own, ``python -I walls.py PLAN``: it builds what walls it can around itself
and becomes the command of the plan. The standard library alone, and nothing of Whence, so that it
starts quickly. What each wall keeps from happening:

==============  ================================================================================
wall            what cannot be done behind it
==============  ================================================================================
``mounts``      to write any file but in a small folder in memory that goes away; to open a device
``network``     to reach any machine, this one included
``processes``   to see, signal or trace any process outside; nothing is left running
``privileges``  to become more: no capabilities, and none to be had by starting a program
``landlock``    to write files, as ``mounts``; where namespaces are not permitted, alone
``sockets``     to open any socket, also one that lies as a file
``limits``      to take more memory, time or disk than was given
==============  ================================================================================

Linux: unshare(2), mount_setattr(2), capabilities(7), landlock(7), seccomp(2).
"""

import ctypes
import json
import os
import platform
import resource
import signal
import struct
import sys
from collections.abc import Callable

_LIBC = ctypes.CDLL(None, use_errno=True)

_NEW_NS, _NEW_UTS, _NEW_IPC = 0x20000, 0x4000000, 0x8000000
_NEW_USER, _NEW_PID, _NEW_NET = 0x10000000, 0x20000000, 0x40000000
_BIND, _REC, _PRIVATE = 4096, 16384, 1 << 18
_NOSUID, _NODEV, _NOEXEC = 2, 4, 8
_ATTR_READ_ONLY, _ATTR_NOSUID, _ATTR_NODEV = 1, 2, 4
_AT_FDCWD, _AT_RECURSIVE = -100, 0x8000
_SET_DEATH_SIGNAL, _DROP_BOUNDING, _SET_NO_NEW_PRIVILEGES, _SET_SECCOMP = 1, 24, 38, 22

_CALLS = {
    "x86_64": {"arch": 0xC000003E, "socket": 41, "capset": 126, "io_uring_setup": 425},
    "aarch64": {"arch": 0xC00000B7, "socket": 198, "capset": 91, "io_uring_setup": 425},
}
_MOUNT_SETATTR, _LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 442, 444, 445, 446
_DEVICES = ("null", "zero", "full", "random", "urandom")
_MEMORY_FOLDER = "size=512m,mode=700"


def main(words: list[str]) -> None:
    """Builds the walls and becomes the command.

    The plan, as JSON: ``command``; ``variables``, all that it gets; ``folder``, where it works;
    ``memory`` in bytes, ``seconds``; ``told``, a descriptor that gets the walls' names.
    """
    plan = json.loads(words[0])
    folder = plan["folder"]
    built = []
    _prctl(_SET_DEATH_SIGNAL, signal.SIGKILL)
    own_space = _try(lambda: _leave(folder))
    if own_space:
        built += ["mounts", "network", "processes"]
    walls: tuple[tuple[str, Callable[[], None]], ...] = (
        ("privileges", _drop_privileges),
        ("landlock", lambda: _fence(folder, own_space)),
        ("sockets", _refuse_sockets),
        ("limits", lambda: _limit(plan["memory"], plan["seconds"])),
    )
    built += [name for name, build in walls if _try(build)]
    os.write(plan["told"], " ".join(built).encode())
    os.close(plan["told"])
    os.chdir(folder)
    os.execve(plan["command"][0], plan["command"], plan["variables"])  # noqa: S606  no shell


def _try(build: Callable[[], None]) -> bool:
    try:
        build()
    except (OSError, ValueError, KeyError):
        return False
    return True


def _check(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


def _prctl(*numbers: int) -> None:
    _check(_LIBC.prctl(*(ctypes.c_ulong(each) for each in (*numbers, *[0] * (5 - len(numbers))))))


def _call(number: int, *arguments: object) -> int:
    return _check(_LIBC.syscall(ctypes.c_long(number), *arguments))


# ------------------------------------------------------------------------- namespaces
def _leave(folder: str) -> None:
    """Into namespaces of its own; all mounts read-only but the folder, which is in memory.

    Tried in a child first: half of it would be worse than nothing.
    """
    if _in_child(lambda: _leave_now(folder)) != 0:
        raise OSError("namespaces are not permitted")
    _leave_now(folder)


def _in_child(act: Callable[[], None]) -> int:
    child = os.fork()
    if not child:
        os._exit(0 if _try(act) else 1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _leave_now(folder: str) -> None:
    user, group = os.getuid(), os.getgid()
    spaces = _NEW_NS | _NEW_NET | _NEW_PID | _NEW_IPC | _NEW_UTS
    if _LIBC.unshare(_NEW_USER | spaces) == 0:
        for name, text in (
            ("setgroups", "deny"),
            ("uid_map", f"{user} {user} 1"),
            ("gid_map", f"{group} {group} 1"),
        ):
            with open(f"/proc/self/{name}", "w") as file:  # noqa: PTH123  ASCII
                file.write(text)
    else:
        _check(_LIBC.unshare(spaces))
    _become_first()
    _mount("none", "/", "", _REC | _PRIVATE)
    _set_attributes("/", _AT_RECURSIVE, _ATTR_READ_ONLY | _ATTR_NOSUID | _ATTR_NODEV, 0)
    _mount("tmpfs", folder, "tmpfs", _NOSUID | _NODEV, _MEMORY_FOLDER)
    _mount_devices(f"{folder}/.dev")
    for hidden in ("/run", "/var/run"):
        if os.path.isdir(hidden) and not os.path.islink(hidden):  # noqa: PTH112, PTH114  quick
            _mount("tmpfs", hidden, "tmpfs", _NOSUID | _NODEV | _NOEXEC, "size=1m,mode=755")
    # What is left of /proc tells of processes outside; in some containers it cannot be changed.
    _LIBC.mount(b"proc", b"/proc", b"proc", _NOSUID | _NODEV | _NOEXEC, None)


def _become_first() -> None:
    """The first process of the new space of processes; who started it waits and ends as it does."""
    child = os.fork()
    if child:
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        os._exit(status if status >= 0 else 128 - status)
    _prctl(_SET_DEATH_SIGNAL, signal.SIGKILL)


def _mount(source: str, target: str, kind: str, flags: int, options: str = "") -> None:
    words = [each.encode() or None for each in (source, target, kind, options)]
    _check(_LIBC.mount(*words[:3], ctypes.c_ulong(flags), words[3]))


def _set_attributes(path: str, how: int, added: int, cleared: int) -> None:
    attributes = struct.pack("<4Q", added, cleared, 0, 0)
    _call(_MOUNT_SETATTR, _AT_FDCWD, path.encode(), how, attributes, ctypes.c_size_t(32))


def _mount_devices(place: str) -> None:
    """A /dev of nothing but what reads as nothing, zeros or chance, and memory to share."""
    os.mkdir(place)  # noqa: PTH102  quick
    for name in _DEVICES:
        with open(f"{place}/{name}", "w"):  # noqa: PTH123  empty
            pass
        _mount(f"/dev/{name}", f"{place}/{name}", "", _BIND)
        _set_attributes(f"{place}/{name}", 0, 0, _ATTR_READ_ONLY | _ATTR_NODEV)
    os.mkdir(f"{place}/shm")  # noqa: PTH102
    os.symlink("/proc/self/fd", f"{place}/fd")  # noqa: PTH211
    _mount(place, "/dev", "", _BIND | _REC)
    _mount("tmpfs", "/dev/shm", "tmpfs", _NOSUID | _NODEV, _MEMORY_FOLDER)  # noqa: S108  its own


# ------------------------------------------------------------------- without namespaces
def _drop_privileges() -> None:
    for capability in range(64):
        _LIBC.prctl(_DROP_BOUNDING, ctypes.c_ulong(capability), 0, 0, 0)
    header = struct.pack("<Ii", 0x20080522, 0)  # version 3, this process
    _call(_CALLS[platform.machine()]["capset"], header, bytes(24))
    _prctl(_SET_NO_NEW_PRIVILEGES, 1)


def _fence(folder: str, own_space: bool) -> None:
    """Landlock: no writing but in the folder; no TCP, no signals outside, where it knows these."""
    version = _call(_LANDLOCK_CREATE, None, ctypes.c_size_t(0), 1)
    writing = 0b1_1111_1111_0010  # WRITE_FILE, REMOVE_*, MAKE_*
    for needed, bit in ((2, 13), (3, 14)):  # REFER, TRUNCATE
        writing |= (version >= needed) << bit
    rules = struct.pack("<3Q", writing, 0b11, 0b11)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    ruleset = _call(_LANDLOCK_CREATE, rules[:size], ctypes.c_size_t(size), 0)
    open_to = [(folder, writing), ("/dev/null", writing & 0b100_0000_0000_0010)]
    if own_space:
        open_to.append(("/dev/shm", writing))  # noqa: S108  its own
    for path, access in open_to:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
        _call(_LANDLOCK_ADD, ruleset, 1, struct.pack("<Qi", access, place), 0)
        os.close(place)
    _prctl(_SET_NO_NEW_PRIVILEGES, 1)
    _call(_LANDLOCK_RESTRICT, ruleset, 0)
    os.close(ruleset)


def _refuse_sockets() -> None:
    """A filter: no socket of any family, no io_uring, which could make one; pairs stay possible."""
    calls = _CALLS[platform.machine()]
    refuse = 0x00050000 | 1  # SECCOMP_RET_ERRNO | EPERM
    program = [
        (0x20, 0, 0, 4),  # load the architecture
        (0x15, 0, 5, calls["arch"]),  # another one: refuse
        (0x20, 0, 0, 0),  # load the number of the call
        (0x35, 3, 0, 0x40000000),  # x32, the same calls under other numbers: refuse
        (0x15, 2, 0, calls["socket"]),
        (0x15, 1, 0, calls["io_uring_setup"]),
        (0x06, 0, 0, 0x7FFF0000),  # SECCOMP_RET_ALLOW
        (0x06, 0, 0, refuse),
    ]
    code = ctypes.create_string_buffer(b"".join(struct.pack("<HBBI", *each) for each in program))
    filled = struct.pack("@HP", len(program), ctypes.addressof(code))
    _prctl(_SET_NO_NEW_PRIVILEGES, 1)
    pointer = ctypes.create_string_buffer(filled)
    _check(_LIBC.prctl(_SET_SECCOMP, ctypes.c_ulong(2), pointer, 0, 0))


def _limit(memory: int, seconds: int) -> None:
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 1 << 29),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(what)
        soft = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (soft, soft))


if __name__ == "__main__":
    main(sys.argv[1:])
