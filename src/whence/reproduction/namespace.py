"""A private view of the file system, in which scratch folders stand in the place of real ones.

On Linux, root has it by a mount namespace, anybody else by a user namespace around it where the
system permits these (mount_namespaces(7), user_namespaces(7)). Nothing outside sees any of it,
and it is gone with the last process inside.
"""

import ctypes
import fcntl
import os
import socket
import struct
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from whence.errors import ReproductionError

_CLONE_NEWNS, _CLONE_NEWUSER, _CLONE_NEWNET = 0x00020000, 0x10000000, 0x40000000
_SIOCSIFFLAGS, _IFF_UP, _IFF_RUNNING = 0x8914, 1, 64
_MS_RDONLY, _MS_REMOUNT, _MS_BIND, _MS_REC, _MS_PRIVATE = 1, 32, 4096, 16384, 1 << 18
_MS_NOSUID, _MS_NODEV, _MS_NOEXEC = 2, 4, 8
_KEPT = {os.ST_NOSUID: _MS_NOSUID, os.ST_NODEV: _MS_NODEV, os.ST_NOEXEC: _MS_NOEXEC}


@dataclass(frozen=True, slots=True)
class Mount:
    """One thing that is to be seen in another place."""

    source: str
    target: str
    read_only: bool = False
    layer: str = ""
    """A folder: the source stays as it is, and what is changed below the target goes there."""


def as_json(mounts: Iterable[Mount]) -> list[dict[str, Any]]:
    """For a child."""
    return [asdict(each) for each in mounts]


def from_json(told: Iterable[Mapping[str, Any]]) -> list[Mount]:
    """In the child."""
    return [Mount(**each) for each in told]


@cache
def refusal() -> str | None:
    """Why there can be no private view here; ``None`` where there can."""
    if os.uname().sysname != "Linux":
        return "it needs Linux"
    words = [sys.executable, "-P", "-m", "whence.reproduction.launch", "--try"]
    tried = subprocess.run(words, check=False, capture_output=True)
    if tried.returncode == 0:
        return None
    return "the system permits neither mounts nor user namespaces"


def enter(*, offline: bool = False) -> None:
    """Give this process, which must have one thread, a view of its own.

    Args:
        offline: Also a network of its own, which leads nowhere but to itself.

    Raises:
        ReproductionError: the system does not permit it.
    """
    uid, gid = os.getuid(), os.getgid()
    wanted = _CLONE_NEWNS | (_CLONE_NEWNET if offline else 0)
    if not _unshare(wanted):
        if not _unshare(wanted | _CLONE_NEWUSER):
            raise ReproductionError(f"no private view of the files: {_reason()}")
        _write("/proc/self/setgroups", "deny")
        _write("/proc/self/uid_map", f"{uid} {uid} 1")
        _write("/proc/self/gid_map", f"{gid} {gid} 1")
    _mount("none", "/", None, _MS_REC | _MS_PRIVATE)
    if offline:
        _raise_loopback()


def arrange(mounts: Iterable[Mount]) -> None:
    """Make these mounts, in order.

    A source is what lay there before the first of them, whatever covers it since.

    Raises:
        ReproductionError: one of them cannot be made.
    """
    mounts = list(mounts)
    held = [None if each.layer else os.open(each.source, os.O_PATH) for each in mounts]
    for each, handle in zip(mounts, held, strict=True):
        if handle is None:
            _overlay(each)
            continue
        _mount(f"/proc/self/fd/{handle}", each.target, None, _MS_BIND | _MS_REC)
        os.close(handle)
        if each.read_only:
            flags = os.statvfs(each.target).f_flag
            kept = sum(own for theirs, own in _KEPT.items() if flags & theirs)
            _mount("none", each.target, None, _MS_REMOUNT | _MS_BIND | _MS_RDONLY | kept)


def _overlay(each: Mount) -> None:
    """A layer over a folder (overlayfs); inside a user namespace it keeps its marks otherwise."""
    upper, work = os.path.join(each.layer, "upper"), os.path.join(each.layer, "work")  # noqa: PTH118
    os.makedirs(upper, exist_ok=True)  # noqa: PTH103
    os.makedirs(work, exist_ok=True)  # noqa: PTH103
    places = (("lowerdir", each.source), ("upperdir", upper), ("workdir", work))
    told = ",".join(f"{name}={_escaped(place)}" for name, place in places)
    try:
        _mount("overlay", each.target, "overlay", 0, told)
    except ReproductionError:
        _mount("overlay", each.target, "overlay", 0, f"userxattr,{told}")


def _escaped(place: str) -> str:
    return place.replace("\\", "\\\\").replace(",", "\\,").replace(":", "\\:")


def _raise_loopback() -> None:
    """Programs that talk to themselves may go on to (netdevice(7))."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        request = struct.pack("16sH14s", b"lo", _IFF_UP | _IFF_RUNNING, b"")
        fcntl.ioctl(asked, _SIOCSIFFLAGS, request)


def _unshare(flags: int) -> bool:
    return bool(_libc().unshare(flags) == 0)


def _mount(source: str, target: str, kind: str | None, flags: int, data: str = "") -> None:
    done = _libc().mount(
        os.fsencode(source),
        os.fsencode(target),
        None if kind is None else kind.encode(),
        ctypes.c_ulong(flags),
        os.fsencode(data) if data else None,
    )
    if done != 0:
        raise ReproductionError(f"{target} could not be made private: {_reason()}")


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _reason() -> str:
    return os.strerror(ctypes.get_errno())


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="ascii") as file:  # noqa: PTH123
        file.write(text)
