"""Finds or builds ``accel.c``'s library, and decides whether to preload it.

It is optional in every way: not built, not loadable or not wanted, a run is only slower. This
module imports nothing of Whence, because the build of a wheel uses it before Whence is installed.
"""

import os
import stat as modes
from collections.abc import Mapping

SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "accel.c")
VARIABLE = "WHENCE_ACCELERATOR"
"""``off`` in the environment: do without."""

FLAGS = (
    "-O2",
    "-shared",
    "-fPIC",
    "-fvisibility=hidden",
    "-nostdlib",
    "-fno-builtin",
    "-fno-stack-protector",
    "-fno-tree-loop-distribute-patterns",
)
_SANITIZER = b"san.so"
"""libasan.so, libtsan.so … insist on being a program's first library, and end it otherwise."""
_LOOKED_INTO = 1 << 20
"""Bytes at a program's beginning that are searched for the names of the libraries it needs."""


def library(environ: Mapping[str, str]) -> str | None:
    """The library's path, built now if it never was; ``None`` where it cannot be had."""
    if environ.get(VARIABLE) == "off":
        return None
    try:
        name = file_name()
        packaged = os.path.join(os.path.dirname(SOURCE), name)
        if os.path.exists(packaged):
            return packaged
        folder = _cache_folder(environ)
        if folder is None:
            return None
        cached = os.path.join(folder, name)
        if _is_ours(cached):
            return cached
        return _build_once(cached, environ)
    except OSError:
        return None


def file_name() -> str:
    """What the built library is called: its source's digest and the processor it is for."""
    import hashlib  # noqa: PLC0415  a third of its cost is shared with what comes later

    with open(SOURCE, "rb") as source:
        digest = hashlib.sha256(source.read()).hexdigest()
    return f"accel-{digest[:16]}-{os.uname().machine}.so"


def build(target: str, compiler: str = "cc") -> bool:
    """Compile it; nothing is left at ``target`` where that fails.

    Raises:
        OSError: there is no compiler of that name, or the folder cannot be written.
    """
    import subprocess  # noqa: PLC0415  once in the life of a version

    temporary = f"{target}.{os.getpid()}"
    flags = [*FLAGS, "-mno-outline-atomics"] if os.uname().machine == "aarch64" else FLAGS
    command = [compiler, *flags, "-o", temporary, SOURCE]
    done = subprocess.run(  # noqa: PLW1510
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    if done.returncode != 0:
        return False
    os.replace(temporary, target)
    return True


def preload(env: dict[str, str], path: str, ring: str) -> bool:
    """Add the library to a job's environment, after what the user preloads; tell whether it was."""
    if " " in path or ":" in path or "$" in path:
        return False
    users = env.get("LD_PRELOAD", "")
    if _SANITIZER.decode() in users:
        return False
    env["LD_PRELOAD"] = f"{users}:{path}" if users else path
    env["WHENCE_RING"] = ring
    return True


def suits(program: str) -> bool:
    """Whether a program can bear a preloaded library: those built with a sanitizer cannot."""
    try:
        with open(program, "rb", buffering=0) as file:
            if file.read(4) != b"\x7fELF":
                return True
            head = file.read(_LOOKED_INTO)
    except OSError:
        return True
    return _SANITIZER not in head


def _cache_folder(environ: Mapping[str, str]) -> str | None:
    """Our folder in the user's cache, made if need be; ``None`` if it is not the user's alone."""
    home = environ.get("HOME", "")
    cache = environ.get("XDG_CACHE_HOME") or (os.path.join(home, ".cache") if home else "")
    if not os.path.isabs(cache):
        return None
    folder = os.path.join(cache, "whence")
    os.makedirs(folder, mode=0o700, exist_ok=True)
    return folder if _is_ours(folder) else None


def _is_ours(path: str) -> bool:
    """Whether nobody but this user can have put it there."""
    try:
        found = os.lstat(path)
    except OSError:
        return False
    others = modes.S_IWGRP | modes.S_IWOTH
    return found.st_uid == os.geteuid() and not found.st_mode & others


def _build_once(target: str, environ: Mapping[str, str]) -> str | None:
    failed = f"{target}.failed"
    if os.path.exists(failed) or not _on_path("cc", environ):
        return None
    if build(target):
        os.chmod(target, 0o500)
        return target
    os.close(os.open(failed, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600))
    return None


def _on_path(name: str, environ: Mapping[str, str]) -> bool:
    folders = environ.get("PATH", os.defpath).split(":")
    return any(os.access(os.path.join(folder, name), os.X_OK) for folder in folders if folder)
