"""Reports what only a Python process knows of itself, as JSON lines in the session folder.

One file per process, ``PID.START.ev``. Lines: ``interpreter`` at the start, ``fork`` in a forked
child, ``module`` for each source file outside the environment as it is about to run, ``imported``
with top-level names every half second and at the end; what of those files ran, see
``_whence_executed``; and what the framework hooks tell, see ``_whence_watch``, which is loaded when
the first library with hooks is imported.

Costs count here: no import that Python has not done already, no work while user code runs.
"""

from __future__ import annotations

import atexit
import os
import sys
import time
from _thread import _local

from _whence_imports import Finder, load_file  # type: ignore[import-not-found]
from _whence_lines import Lines, json_object  # type: ignore[import-not-found]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

FRAMEWORKS = "frameworks"
"""The file in a session that says which import loads which hooks, see ``agent.equip``."""

_EVERY = 0.5
_PREFIXES = tuple(
    {
        os.path.dirname(os.path.abspath(os.__file__)) + os.sep,
        os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep,
    }
)
_PARTS = (os.sep + "site-packages" + os.sep, os.sep + "dist-packages" + os.sep)


class Agent:
    """What is at work inside one process, and inside the children that it forks."""

    def __init__(self, folder: str, late: bool = False) -> None:
        self.folder = folder
        self.late = late
        self.lines = Lines(folder, "ev")
        self.finder = Finder()
        self.watch: Any = None
        self.executed: Any = None
        self.told: set[str] = set()
        self.files: set[str] = set()
        self.own: set[str] = set()
        self.last = 0.0
        self.stopped = False
        self.busy = _local()
        self.routes: dict[str, Callable[[tuple[Any, ...]], None]] = {
            "code.__new__": self.on_code,
            "exec": self.on_exec,
            "import": self.on_import,
            "os.exec": self.on_end,
            "cpython.run_file": self.on_run_file,
        }

    # ------------------------------------------------------------------ lines

    def write(self, **fields: Any) -> None:
        """Append a line."""
        self.lines.append((json_object(fields) + "\n").encode("ascii"))

    def introduce(self) -> None:
        self.write(
            event="interpreter",
            pid=os.getpid(),
            parent=os.getppid(),
            at=time.time_ns(),
            version="%d.%d.%d" % sys.version_info[:3],
            implementation=sys.implementation.name,
            executable=sys.executable or "",
            prefix=sys.prefix,
            base_prefix=sys.base_prefix,
            path=[each for each in sys.path if isinstance(each, str)],
            flags={
                "optimize": sys.flags.optimize,
                "utf8_mode": sys.flags.utf8_mode,
                "hash_randomization": sys.flags.hash_randomization,
                "dev_mode": int(sys.flags.dev_mode),
                "no_user_site": sys.flags.no_user_site,
            },
            argv=list(getattr(sys, "orig_argv", ())),
        )
        rank = rank_of(os.environ)
        if rank:
            self.write(event="part", kind="rank", **rank)

    def after_fork(self) -> None:
        try:
            self.busy = _local()
            if self.watch is not None:
                self.watch.begin_again()
            parent = self.lines.pid
            self.write(event="fork", pid=os.getpid(), parent=parent, at=time.time_ns())
            if self.executed is not None:
                self.executed.forked()
                self.expect_end()
        except Exception:
            pass

    def expect_end(self) -> None:
        """In a forked child that ends as those of multiprocessing do, without the usual exit."""
        util = sys.modules.get("multiprocessing.util")
        if util is not None:
            agent = self

            def finalize(_: Any) -> None:
                util.Finalize(None, agent.tell_executed, exitpriority=-100)

            util.register_after_fork(self, finalize)

    def tell_task(self) -> None:
        """A worker has done a task; it may be killed before its next."""
        if self.executed is not None:
            self.executed.tell_now_and_then()

    def tell_executed(self) -> None:
        """Report what ran, for the last time."""
        executed, self.executed = self.executed, None
        self.lines.before = None
        if executed is not None:
            executed.end()

    def tell_imported(self) -> None:
        """Report top-level names that are new since the last time."""
        self.last = time.monotonic()
        standard = getattr(sys, "stdlib_module_names", ())
        names = {name.partition(".")[0] for name in list(sys.modules)}
        new = sorted(name for name in names - self.told if name not in standard)
        self.told |= names
        if new:
            self.write(event="imported", names=new)

    # ------------------------------------------------------------- frameworks

    def expect_frameworks(self) -> None:
        """Load hooks when, and if, the library that they belong to is imported."""
        try:
            with open(os.path.join(self.folder, FRAMEWORKS), encoding="utf-8") as table:
                rows = [line.rstrip("\n").split("\t") for line in table]
        except (OSError, ValueError):
            return
        for name, path in (row for row in rows if len(row) == 2):
            if name in sys.modules:  # reports began in the middle of a program
                self.load_framework(name, path)
            else:
                self.finder.triggers[name] = _Loading(self, name, path)
        if self.finder.triggers:
            sys.meta_path.insert(0, self.finder)

    def load_framework(self, name: str, path: str) -> None:
        """Take in the hooks for a library whose import has just begun."""
        busy, self.busy.now = getattr(self.busy, "now", False), True
        try:
            if self.watch is None:
                place = os.path.join(os.path.dirname(__file__), "_whence_watch.py")
                self.watch = load_file("_whence_watch", place).Watch(self)
            self.watch.take_in(name, path)
        except Exception as error:
            reason = "its hooks failed: %r" % error
            self.write(event="gap", kind="observer-blind", about=name, reason=reason)
        finally:
            self.busy.now = busy

    # ----------------------------------------------------------------- events

    def serve(self, route: Callable[[tuple[Any, ...]], None], args: tuple[Any, ...]) -> None:
        """Answer one event that is of interest; what it causes itself is not."""
        if getattr(self.busy, "now", False):
            return
        self.busy.now = True
        try:
            route(args)
        except Exception:  # the user's program comes first
            pass
        finally:
            self.busy.now = False

    def on_exec(self, args: tuple[Any, ...]) -> None:
        code = args[0]
        if getattr(code, "co_name", "") != "<module>":
            return
        name = code.co_filename
        if name not in self.files:
            self.tell_source(name)
        if name in self.own and not self.stopped:
            self.follow(name, code)

    def on_code(self, args: tuple[Any, ...]) -> None:
        # A function that was sent here as a value, or that something made out of another.
        name = args[1]
        if isinstance(name, str) and name.endswith(".py") and _is_own(name) and not self.stopped:
            self.executing().name(os.path.normpath(name), str(args[2]))

    def on_run_file(self, args: tuple[Any, ...]) -> None:
        name = os.fspath(args[0])
        self.tell_source(os.path.abspath(name))
        if os.path.abspath(name) in self.own:
            self.own.add(name)  # up to Python 3.8 the code is called as it was on the command line
            self.files.add(name)

    def on_import(self, args: tuple[Any, ...]) -> None:
        # A second event of the same name tells the file of a compiled module.
        if isinstance(args[1], str) and args[1] not in self.files:
            self.tell_source(args[1])
        if time.monotonic() - self.last > _EVERY:
            self.tell_imported()

    def on_end(self, _: tuple[Any, ...]) -> None:
        self.tell_imported()
        self.tell_executed()
        if self.watch is not None:
            self.watch.end()

    def follow(self, name: str, code: Any) -> None:
        """Notice what of a source file runs."""
        self.executing().meet(os.path.normpath(os.path.abspath(name)), code)

    def executing(self) -> Any:
        """What notices it."""
        if self.executed is None:
            place = os.path.join(os.path.dirname(__file__), "_whence_executed.py")
            self.executed = load_file("_whence_executed", place).Executed(self.write, self.late)
            self.lines.before = self.executed.tell_beside
        return self.executed

    def tell_source(self, name: str) -> None:
        self.files.add(name)
        if not _is_own(name):
            return
        self.own.add(name)
        self.write(event="module", file=os.path.normpath(name))

    def at_exit(self) -> None:
        if self.stopped:
            return
        self.stopped = True
        self.busy.now = True
        try:
            self.tell_imported()
            self.tell_executed()
            if self.watch is not None:
                self.watch.end()
            self.write(event="exit", at=time.time_ns())
        except Exception:
            pass

    def stop(self) -> None:
        """Say what there is to say at the end, and take everything off again."""
        self.at_exit()
        self.routes.clear()
        if self.finder in sys.meta_path:
            sys.meta_path.remove(self.finder)
        if self.watch is not None:
            self.watch.undo()


def _is_own(name: str) -> bool:
    """Whether a source file belongs to no library."""
    if not os.path.isabs(name) or name.startswith(_PREFIXES):
        return False
    return not any(part in name for part in _PARTS)


class _Loading:
    """Loads the hooks of one library, before the library itself is executed."""

    __slots__ = ("agent", "name", "path")

    def __init__(self, agent: Agent, name: str, path: str) -> None:
        self.agent, self.name, self.path = agent, name, path

    def __call__(self) -> None:
        self.agent.load_framework(self.name, self.path)


_running: list[Agent] = []


def stop() -> None:
    """End every report of this process."""
    while _running:
        _running.pop().stop()


_RANKS = (
    ("RANK", "WORLD_SIZE", "LOCAL_RANK"),
    ("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_RANK"),
    ("PMI_RANK", "PMI_SIZE", "MPI_LOCALRANKID"),
)
"""Variables by which launchers tell a process which of how many it is."""


def rank_of(environ: Any) -> dict[str, int]:
    """Which of several processes this is; empty for one that is alone."""
    for rank, size, local in _RANKS:
        numbers = [environ.get(name, "") for name in (rank, size, local)]
        if numbers[0].isdigit() and numbers[1].isdigit() and int(numbers[1]) > 1:
            told = {"rank": int(numbers[0]), "world_size": int(numbers[1])}
            if numbers[2].isdigit():
                told["local_rank"] = int(numbers[2])
            return told
    return {}


def start(late: bool = False) -> None:
    """Begin to report, if a session asks for it; ``late`` in a program that runs already."""
    folder = os.environ.get("WHENCE_SESSION")
    if not folder or not os.path.isdir(folder):
        return
    agent = Agent(folder, late)
    _running.append(agent)
    agent.introduce()
    agent.last = time.monotonic()
    os.register_at_fork(after_in_child=agent.after_fork)
    atexit.register(agent.at_exit)
    if os.environ.get("WHENCE_RESEED"):
        place = os.path.join(os.path.dirname(__file__), "_whence_reseed.py")
        agent.load_framework("reseed", place)
    agent.expect_frameworks()
    if os.environ.get("WHENCE_FILES") == "1":
        place = os.path.join(os.path.dirname(__file__), "_whence_files.py")
        agent.routes.update(load_file("_whence_files", place).routes(folder))
    find, serve = agent.routes.get, agent.serve

    def hook(event: str, args: tuple[Any, ...]) -> None:
        # Fifty thousand events come while pandas is imported, and two thousand matter.
        route = find(event)
        if route is not None:
            serve(route, args)

    sys.addaudithook(hook)
