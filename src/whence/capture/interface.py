"""The seam between a run and whatever observes its files.

A ``Tracer`` starts a command, watches it and gives back a ``TracedExit``: how the command ended
and its ``Activity``. Activity is settled: each file that is data or code stands in it once, with
what is needed to tell which bytes were read and which were left behind.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple, Protocol

from whence.model.gap import Gap

Event = tuple[str, int, int, str, str, tuple[int, int, int, int, int] | None, str]


class Mode(Enum):
    """What was done to a file."""

    READ = "read"
    WRITE = "write"
    UPDATE = "update"
    """Opened in place and changed: what it held before went into what it holds now."""
    EXECUTE = "execute"


class Identity(NamedTuple):
    """One state of one file, as ``stat`` tells it; equal identities mean equal content.

    Except for a file that changed twice within the clock tick of its file system, and for one
    that is still being written through a memory mapping.
    """

    device: int
    inode: int
    size: int
    mtime_ns: int
    ctime_ns: int


@dataclass(frozen=True, slots=True)
class Held:
    """How the content that a run read is kept, although the file has changed since.

    At most one field is set. None is: the file is as it was, and can be read at leisure.
    """

    sha256: str | None = None
    """Taken just before the file was overwritten."""
    fd: int | None = None
    """An open descriptor of the deleted or replaced file; whoever takes the activity closes it."""
    lost: str = ""
    """Why the content is unknown."""


class FileAccess(NamedTuple):
    """One file, and what the run did with it."""

    path: str
    """Real and absolute; bytes that are not UTF-8 stand as surrogate escapes."""
    mode: Mode
    first_pid: int | None
    """Who touched it first; ``None`` where only its being there was noticed."""
    first_at: int
    """When, in nanoseconds since 1970."""
    identity: Identity | None = None
    """Of a read: when it was first opened. Of a write: as the run left it."""
    held: Held = Held()
    location: str = ""
    """Where the content lies now, if it was moved; otherwise ``path``."""
    aliases: tuple[str, ...] = ()
    """Other names that the run used for it, through symbolic links."""
    stdio: tuple[int, ...] = ()
    """Which of the descriptors 0, 1 and 2 it was."""


@dataclass(frozen=True, slots=True)
class ProcessSeen:
    """One process of the run."""

    pid: int
    parent: int | None
    started_at: int
    """When it was first noticed, in nanoseconds since 1970."""
    executable: str = ""
    argv: tuple[str, ...] = ()
    """Empty where it ran on in its parent's program."""
    folder: str = ""
    """Where its program started."""
    streams: Mapping[int, str] = field(default_factory=dict)
    """Which pipes and files its standard streams were when its program started, by their names."""
    ended_at: int | None = None
    """When it ended by itself; ``None`` for one that was killed, lives on, or was not watched."""
    exit_status: int | None = None


@dataclass(frozen=True, slots=True)
class Activity:
    """What a run did to files, as far as its tracer could see."""

    processes: tuple[ProcessSeen, ...] = ()
    reads: tuple[FileAccess, ...] = ()
    """Files that were there before and whose content was read; updated ones too."""
    writes: tuple[FileAccess, ...] = ()
    """Files that are there now and were made or changed; updated ones too."""
    executed: tuple[FileAccess, ...] = ()
    """Programs and scripts outside the environment that were started."""
    gaps: tuple[Gap, ...] = ()
    events: Sequence[Event] = field(default=(), compare=False, repr=False)
    """All of it one by one, in the order in which it happened, as ``tracers.events`` tells."""


@dataclass(frozen=True, slots=True)
class TracedExit:
    """How a command ended, and what was seen of it until then."""

    exit_status: int | None
    signal: int | None
    activity: Activity
    pid: int


class Tracer(Protocol):
    """One way to see."""

    name: str
    blind_spots: tuple[str, ...]
    """What it cannot see by its nature, a sentence each; what was met of it is a gap besides."""

    def available(self) -> str | None:
        """Say why it cannot be used here and now; ``None`` when it can."""
        ...

    def run(
        self,
        command: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: str,
        session_dir: str,
        workspace: str = "",
        patience: float | None = None,
    ) -> TracedExit:
        """Run a command to its end, as if started by the caller's shell, and watch it.

        While it runs, the calling process must not wait for just any child (``os.wait``).

        Args:
            command: the program and its arguments.
            env: the whole environment; a tracer adds its own variables and takes none away.
            cwd: where the command starts.
            session_dir: an existing folder of this run alone, for the tracer's own things.
            workspace: what lies below is never taken for a part of the system; ``cwd`` if empty.
            patience: seconds to wait for processes that outlive the command; ``None``: for all.

        Raises:
            CaptureError: the command could not be started, and nothing of it ran.
        """
        ...
