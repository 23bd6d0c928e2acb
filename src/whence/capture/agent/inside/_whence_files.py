"""Reports the files that Python code opens, where no tracer sees them from outside.

Lines of the tracers' event format (see ``whence.capture.tracers.events``), one file per process,
``PID.START.files``. Only Python's own audit events are seen: what a compiled library opens by
itself is not, and neither is what a child that is no Python does.
"""

from __future__ import annotations

import os
import stat as modes
import sys
import time

from _whence_lines import Lines  # type: ignore[import-not-found]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

_AT_ONCE = 64 << 20
_SKIPPED = ("/proc/", "/sys/", "/dev/", "/usr/", "/lib", "/bin/", "/sbin/", "/etc/", "/run/")
_PARTS = ("/site-packages/", "/dist-packages/", "/lib/python3", "/.git/", "/.whence/")
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


def routes(folder: str) -> dict[str, Callable[[tuple[Any, ...]], None]]:
    """The audit events that are of interest, each with what it calls."""
    files = _Files(folder)
    return {
        "open": files.on_open,
        "os.rename": files.on_rename,
        "os.remove": files.on_remove,
        "os.link": files.on_link,
        "os.truncate": files.on_truncate,
        "os.utime": files.on_utime,
        "sqlite3.connect": files.on_sqlite,
        "subprocess.Popen": files.on_popen,
        "os.posix_spawn": files.on_spawn,
        "os.exec": files.on_spawn,
        "os.system": files.on_system,
    }


class _Files:
    def __init__(self, folder: str) -> None:
        self.lines = Lines(folder, "files")
        self.skipped = _SKIPPED + (folder.rstrip("/") + "/",)
        self.workspace = os.environ.get("WHENCE_WORKSPACE", os.getcwd()).rstrip("/") + "/"
        self.folders: dict[str, str] = {}
        self.read: dict[str, tuple[int, ...]] = {}
        self.inputs: dict[tuple[int, ...], tuple[str, tuple[int, ...]]] = {}
        self.made: set[str] = set()
        self.gaps: set[tuple[str, str]] = set()

    # ------------------------------------------------------------------ lines

    def line(
        self,
        kind: str,
        path: Any,
        other: str = "",
        stat: tuple[int, ...] | None = None,
        detail: str = "",
    ) -> None:
        numbers = "-" if stat is None else ",".join(str(each) for each in stat)
        fields = (kind, str(os.getpid()), str(time.time_ns()), numbers)
        text = "\t".join(fields + (_escape(path), _escape(other), _escape(detail))) + "\n"
        self.lines.append(text.encode("utf-8", "surrogateescape"))

    # ------------------------------------------------------------------ paths

    def place(self, path: Any) -> tuple[str, str] | None:
        """An absolute path with a real folder, and the name it was called by if that differs."""
        if isinstance(path, int) or path is None:
            return None
        path = os.path.join(os.getcwd(), os.fsdecode(path))
        if path.startswith(self.skipped) and not path.startswith(self.workspace):
            return None
        if any(part in path for part in _PARTS):
            return None
        folder, _, name = path.rpartition("/")
        if name in ("", ".", ".."):
            return None
        real = self.folders.get(folder)
        if real is None:
            real = self.folders[folder] = os.path.realpath(folder).rstrip("/")
        placed = real + "/" + name
        return placed, "" if placed == os.path.normpath(path) else path

    def follow(self, path: Any, alias: str) -> tuple[str, str, os.stat_result | None]:
        found = _lstat(path)
        if found is not None and modes.S_ISLNK(found.st_mode):
            target = os.path.realpath(path)
            return target, alias or path, _lstat(target)
        return path, alias, found

    # ----------------------------------------------------------------- events

    def on_open(self, args: tuple[Any, ...]) -> None:
        path, _, flags = args
        placed = self.place(path)
        if placed is None:
            return
        if placed[0].endswith(".pyc") and "/__pycache__/" in placed[0]:
            head, _, name = placed[0].rpartition("/")
            placed = head[:-12] + "/" + name.split(".")[0] + ".py", ""
            flags = os.O_RDONLY
        path, alias, found = self.follow(*placed)
        if flags & _WRITING:
            self.opened_to_write(path, alias, found, flags)
        elif found is not None and modes.S_ISREG(found.st_mode) and os.access(path, os.R_OK):
            self.opened_to_read(path, alias, found)

    def opened_to_read(self, path: Any, alias: str, found: Any) -> None:
        stat = _state(found)
        if self.read.get(path) == stat and not alias:
            return
        self.read[path] = stat
        if path not in self.made:
            self.inputs.setdefault(stat[:2], (path, stat))
        self.line("read", path, alias, stat)

    def opened_to_write(self, path: Any, alias: str, found: Any, flags: int) -> None:
        if found is None and not flags & os.O_CREAT:
            return
        if found is not None:
            fails = flags & os.O_CREAT and flags & os.O_EXCL
            if fails or not modes.S_ISREG(found.st_mode) or not os.access(path, os.W_OK):
                return
        how = ""
        if flags & os.O_TRUNC:
            how += "t"
        if flags & os.O_APPEND:
            how += "a"
        if flags & (os.O_WRONLY | os.O_RDWR) == os.O_RDWR:
            how += "r"
        self.write(path, alias, found, how)

    def write(self, path: Any, alias: str, found: Any, how: str) -> None:
        stat = None if found is None else _state(found)
        if stat is not None:
            fresh = path not in self.made
            name, _ = self.inputs.pop(stat[:2], ("", ()))
            if name or (fresh and stat[2] and "t" not in how):
                self.line("secure", name or path, detail=_digest(path, stat[2]))
        self.made.add(path)
        self.read.pop(path, None)
        self.line("write", path, alias, stat, how)

    def on_sqlite(self, args: tuple[Any, ...]) -> None:
        placed = self.place(args[0])
        if placed is None or os.path.basename(placed[0]).startswith((":memory:", "file:")):
            return
        path, alias, found = self.follow(*placed)
        self.write(path, alias, found, "r")

    def on_truncate(self, args: tuple[Any, ...]) -> None:
        placed = self.place(args[0])
        if placed is None:
            return
        path, alias, found = self.follow(*placed)
        if found is not None:
            self.write(path, alias, found, "" if args[1] else "t")

    def on_rename(self, args: tuple[Any, ...]) -> None:
        source, target = self.name(args, 0, 2), self.name(args, 1, 3)
        found = _lstat(source) if source else None
        if found is None or source is None or target is None or source == target:
            return
        if modes.S_ISLNK(found.st_mode) or "/__pycache__/" in source:
            return
        self.folders.clear()
        self.removed(target)
        if source in self.made or modes.S_ISREG(found.st_mode):
            self.made.discard(source)
            self.made.add(target)
        self.read.pop(source, None)
        kind = "d" if modes.S_ISDIR(found.st_mode) else ""
        self.line("move", source, target, _state(found), kind)

    def on_remove(self, args: tuple[Any, ...]) -> None:
        path = self.name(args, 0, 1)
        found = _lstat(path) if path else None
        if path is not None and found is not None and modes.S_ISREG(found.st_mode):
            self.removed(path)
            self.line("delete", path, stat=_state(found))

    def on_link(self, args: tuple[Any, ...]) -> None:
        source, target = self.name(args, 0, 2), self.name(args, 1, 3)
        found = _lstat(source) if source else None
        if source is None or found is None or target is None:
            return
        if modes.S_ISREG(found.st_mode):
            self.made.add(target)
            self.line("link", source, target, _state(found))

    def on_utime(self, args: tuple[Any, ...]) -> None:
        path = self.name(args, 0, 3)
        if path is not None:
            self.line("touch", path)

    def removed(self, path: Any) -> None:
        found = _lstat(path)
        if found is None or not modes.S_ISREG(found.st_mode):
            return
        self.made.discard(path)
        self.read.pop(path, None)
        name, _ = self.inputs.pop((found.st_dev, found.st_ino), ("", ()))
        if name:
            self.line("secure", name, detail=_digest(path, found.st_size))

    def name(self, args: tuple[Any, ...], at: int, folder_at: int) -> str | None:
        """A path of a call that may be relative to an open folder, which the event names."""
        path = args[at]
        folder = args[folder_at] if len(args) > folder_at else -1
        if isinstance(folder, int) and folder >= 0 and not os.path.isabs(os.fsdecode(path)):
            path = os.path.join(os.readlink("/proc/self/fd/%d" % folder), os.fsdecode(path))
        placed = self.place(path)
        return placed[0] if placed else None

    # --------------------------------------------------------------- children

    def on_popen(self, args: tuple[Any, ...]) -> None:
        executable, words, _, env = args
        if not executable and words:
            executable = words if isinstance(words, (str, bytes)) else words[0]
        self.child(executable, env)

    def on_spawn(self, args: tuple[Any, ...]) -> None:
        self.child(args[0], args[2])

    def on_system(self, _: tuple[Any, ...]) -> None:
        self.child("/bin/sh", None)

    def child(self, program: Any, env: Any) -> None:
        name = os.path.basename(os.fsdecode(program))
        if not name.startswith(("python", "pypy")) and program != sys.executable:
            self.gap(name, "it is no Python, so the files that it used were not seen")
        elif env is not None and not any("PYTHONPATH" in os.fsdecode(each) for each in env):
            self.gap(name, "it was started without PYTHONPATH, so the files it used were not seen")

    def gap(self, about: str, reason: str) -> None:
        if (about, reason) not in self.gaps:
            self.gaps.add((about, reason))
            self.line("gap", about, reason, detail="observer-blind")


def _lstat(path: Any) -> os.stat_result | None:
    try:
        return os.lstat(path)
    except OSError:
        return None


def _state(found: Any) -> tuple[int, ...]:
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _digest(path: Any, size: int) -> str:
    if size > _AT_ONCE:
        return "lost:at %d bytes it was too big to be hashed while the program waits" % size
    try:
        import hashlib

        with open(path, "rb") as file:
            return "sha256:" + hashlib.sha256(file.read()).hexdigest()
    except (OSError, ImportError) as error:
        return "lost:it could not be read before it was changed: %s" % error


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")
