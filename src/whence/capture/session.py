"""The life of one captured run on disk: a folder that outlives whoever dies.

::

    sessions/<run id>/
    ├── session.json   what is known at the start; on disk before the program starts
    ├── journal        what the tracer saw, as it saw it (see ``tracers``)
    ├── *.ev           what the in-process agents saw
    ├── *.points       numbers that they saw measured in loops
    ├── declared.*     what the program stated of itself
    ├── reserve        room that is given back when the disk is full
    └── ended.json     how the program ended

The folder goes when the run is recorded. If it is still there and its owner is not, the next
``whence`` command brings the run home (``recovery``).
"""

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from whence.errors import CaptureError
from whence.model.identity import NodeId, is_id, new_id

START, END, RESERVE = "session.json", "ended.json", "reserve"
DECLARED = "declared."
RUN_VARIABLE, SESSION_VARIABLE = "WHENCE_RUN", "WHENCE_SESSION"
_RESERVED_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Session:
    """A run that goes on, or whose end is not recorded yet."""

    id: NodeId
    folder: Path
    start: Mapping[str, Any]
    """What was known at the start, as ``session.json`` has it."""

    def is_alive(self) -> bool:
        """Whether the process that looks after it still runs, on this boot of this machine."""
        owner = self.start["owner"]
        if owner["boot"] != boot_id():
            return False
        started: int | None = owner["start"]
        return process_start(owner["pid"]) == started

    def end(self) -> Mapping[str, Any] | None:
        """How the program ended; ``None`` while that is unknown."""
        return _read(self.folder / END)

    def write_end(self, facts: Mapping[str, Any]) -> None:
        """Keep how the program ended; on a full disk the reserve makes room."""
        try:
            _write(self.folder / END, facts)
        except OSError:
            with suppress(OSError):
                (self.folder / RESERVE).unlink()
            with suppress(OSError):
                _write(self.folder / END, facts)

    def declarations(self, wanted: Callable[[int], bool] | None = None) -> Iterator[dict[str, Any]]:
        """What the program stated, in order per process; a torn last line is left out.

        Args:
            wanted: Tells of a process id whether its statements are asked for; all if not given.
        """
        for path in sorted(self.folder.glob(DECLARED + "*")):
            pid = path.name.removeprefix(DECLARED)
            if wanted is not None and not wanted(int(pid) if pid.isdigit() else 0):
                continue
            with path.open("rb") as lines:
                for line in lines:
                    with suppress(ValueError):
                        told = json.loads(line)
                        if isinstance(told, dict):
                            yield told

    def discard(self) -> None:
        """The run is recorded: the folder goes."""
        shutil.rmtree(self.folder, ignore_errors=True)


def begin(
    candidates: Iterable[Path], facts: Mapping[str, Any], run: NodeId | None = None
) -> Session:
    """Open a session in the first of these folders that can be written.

    The facts are on disk, synced, when this returns.

    Args:
        candidates: Folders of sessions.
        facts: What is known.
        run: The id that somebody gave the run; a new one if not given.

    Raises:
        CaptureError: none of them can be written.
    """
    run = run or new_id()
    start = {"v": 1, "id": run, "owner": _owner(), **facts}
    problems = []
    for parent in candidates:
        folder = parent / run
        try:
            parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.mkdir(mode=0o700)
            _write(folder / START, start)
            _reserve(folder / RESERVE)
        except OSError as error:
            problems.append(f"{parent}: {error.strerror}")
            shutil.rmtree(folder, ignore_errors=True)
            continue
        return Session(run, folder, start)
    raise CaptureError(
        "there is nowhere to write down what the program does: " + "; ".join(problems),
        hint="free some disk space, or name a folder that can be written with WHENCE_DIR",
    )


def sessions_in(parents: Iterable[Path]) -> Iterator[Session]:
    """All sessions that lie in these folders, oldest first."""
    found = []
    for parent in parents:
        with suppress(OSError):
            for folder in parent.iterdir():
                start = _read(folder / START) if is_id(folder.name) else None
                if start is not None:
                    found.append(Session(NodeId(folder.name), folder, start))
    yield from sorted(found, key=lambda each: str(each.start.get("started_at")))


def read_start(folder: str) -> Mapping[str, Any] | None:
    """What was known when a session began; ``None`` where there is no session."""
    return _read(Path(folder) / START)


def state_folder() -> Path:
    """Where Whence keeps what may not lie beside the code (XDG base directory, state)."""
    state = os.environ.get("XDG_STATE_HOME") or "~/.local/state"
    return Path(state).expanduser() / "whence"


def fallback_folders() -> list[Path]:
    """Where sessions go when the store's own folder cannot take them."""
    return [
        state_folder() / "sessions",
        Path(tempfile.gettempdir()) / f"whence-{os.getuid()}",
    ]


def boot_id() -> str:
    """What tells one boot of the machine from the next; empty where the system does not say."""
    with suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    return ""


def process_start(pid: int) -> int | None:
    """When a process started, in clock ticks since boot (proc(5)); ``None`` if it is gone."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return None
    # The second field is the command in parentheses and may hold anything, even parentheses.
    fields = stat[stat.rindex(b")") + 2 :].split()
    return None if fields[0] in {b"Z", b"X"} else int(fields[19])


def _owner() -> dict[str, Any]:
    return {"pid": os.getpid(), "boot": boot_id(), "start": process_start(os.getpid())}


def _read(path: Path) -> dict[str, Any] | None:
    try:
        told = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return told if isinstance(told, dict) else None


def _write(path: Path, facts: Mapping[str, Any]) -> None:
    """Write whole or not at all, and not before it is safe on disk."""
    temporary = path.with_suffix(".new")
    data = json.dumps(facts).encode("ascii")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        os.write(handle, data)
        os.fsync(handle)
    finally:
        os.close(handle)
    temporary.replace(path)


def _reserve(path: Path) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        # Some file systems cannot reserve; then there is no reserve, and nothing else changes.
        with suppress(OSError):
            os.posix_fallocate(handle, 0, _RESERVED_BYTES)
    finally:
        os.close(handle)
