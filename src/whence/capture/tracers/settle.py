"""Decides from the events of a run which files it read and which it left behind.

The rules (each is a case in ``tests/capture/cases``):

- read before the run wrote it: an input; read after: an intermediate, and only an output;
- written and there at the end: an output; written and gone: temporary, and nothing;
- a rename carries over what a file is, a rename of a folder that of all below it;
- opened in place and changed: an update, which is both; opened in place and left as it was: a read
  where it was opened for reading as well, and nothing where it was only opened or touched;
- a file of before that is moved or linked to a new name is an input, and the new name an output;
- a program or script outside the environment that was started is an input of its own kind.

Pure but for ``Disk``, the few questions it asks about what is there now.
"""

# Paths stay strings here: pathlib costs microseconds for each and a third of the start-up.

import os
import stat as modes
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from whence.capture.interface import (
    Activity,
    FileAccess,
    Held,
    Identity,
    Mode,
)
from whence.capture.tracers.events import Event, Stat
from whence.capture.tracers.keeping import HASHED_AT_ONCE, digest
from whence.capture.tracers.processes import Processes
from whence.model.gap import Gap

_FOLDER_LIMIT = 2000
"""Files of a moved folder that are told one by one."""
_KEPT_NOT = Held()


class Disk(Protocol):
    """What is there when the run is over."""

    def stat(self, path: str) -> Stat | None:
        """A regular file's state; ``None`` if there is none."""
        ...

    def files(self, folder: str) -> Iterator[str]:
        """Every regular file below a folder."""
        ...

    def digest(self, path: str) -> str | None:
        """A file's SHA-256, or ``None`` if it cannot be read."""
        ...


class RealDisk:
    """This machine's files."""

    def stat(self, path: str) -> Stat | None:
        """A regular file's state; ``None`` if there is none."""
        try:
            found = os.lstat(path)
        except OSError:
            return None
        if not modes.S_ISREG(found.st_mode):
            return None
        return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns

    def files(self, folder: str) -> Iterator[str]:
        """Every regular file below a folder."""
        for parent, _, names in os.walk(folder):
            for name in names:
                path = os.path.join(parent, name)
                if self.stat(path) is not None:
                    yield path

    def digest(self, path: str) -> str | None:
        """A file's SHA-256, or ``None`` if it cannot be read."""
        try:
            return digest(path)
        except OSError:
            return None


@dataclass(slots=True)
class _Input:
    pid: int
    at: int
    stat: Stat | None
    location: str
    aliases: set[str] = field(default_factory=set)
    gone: bool = False
    executed: bool = False
    updated: bool = False


@dataclass(slots=True)
class _Output:
    pid: int
    at: int
    before: Stat | None
    how: str
    aliases: set[str] = field(default_factory=set)
    read: bool = False


class Settlement:
    """The state of every file while the events of a run are gone through once."""

    def __init__(self, held: Mapping[str, int]) -> None:
        self._held = held
        self._inputs: dict[str, _Input | Event] = {}
        """A file that was only ever opened to be read stays the event that told so."""
        self._outputs: dict[str, _Output] = {}
        self._kept: dict[str, str] = {}
        self._moved: dict[str, set[str]] = {}
        self._folders: list[tuple[int, int, str, str]] = []
        self._stdio: dict[str, set[int]] = {}
        self._processes = Processes()
        self._gaps: list[Gap] = []

    def take(self, events: Iterable[Event]) -> None:
        """Go through events in the order in which they happened."""
        steps = {
            "exec": self._exec,
            "write": self._write,
            "move": self._move,
            "link": self._link,
            "delete": self._delete,
            "secure": self._secure,
            "stdio": self._note_stdio,
            "start": self._processes.start,
            "scene": self._processes.set_scene,
            "end": self._processes.end,
            "gap": self._gap,
        }
        inputs, outputs = self._inputs, self._outputs
        for event in events:
            kind = event[0]
            if kind == "read":
                path = event[3]
                if path not in inputs and path not in outputs:
                    inputs[path] = event
                else:
                    self._read_again(event)
            elif kind in steps:
                steps[kind](event)

    # ------------------------------------------------------------------- events

    def _read_again(self, event: Event) -> None:
        _, _, _, path, alias, _, _ = event
        if path in self._outputs:
            self._outputs[path].read = True
        if alias and path in self._inputs:
            self._entry(path).aliases.add(alias)

    def _entry(self, path: str, pid: int = 0, at: int = 0, stat: Stat | None = None) -> _Input:
        """The input of this path, made if there is none yet."""
        known = self._inputs.get(path)
        if isinstance(known, _Input):
            return known
        if known is None:
            made = _Input(pid, at, stat, path)
        else:
            made = _Input(known[1], known[2], known[5], path)
            made.aliases.update(filter(None, (known[4],)))
        self._inputs[path] = made
        return made

    def _exec(self, event: Event) -> None:
        _, pid, at, path, _, stat, detail = event
        self._processes.execute(event)
        if detail == "environment" or path in self._outputs:
            return
        entry = self._entry(path, pid, at, stat)
        entry.executed = True
        entry.aliases.update(filter(None, (detail,)))

    def _write(self, event: Event) -> None:
        _, pid, at, path, alias, before, how = event
        known = self._outputs.setdefault(path, _Output(pid, at, before, how))
        if alias:
            known.aliases.add(alias)

    def _move(self, event: Event) -> None:
        _, pid, at, path, target, stat, detail = event
        if detail == "x":
            self._exchange(event)
        elif detail == "d":
            self._move_folder(pid, at, path, target)
        else:
            self._outputs.pop(target, None)
            self._lose(target)
            self._rename(pid, at, path, target, stat)

    def _rename(self, pid: int, at: int, path: str, target: str, stat: Stat | None) -> None:
        made = self._outputs.pop(path, None)
        if made is None:
            # Its content was there before the run, whether or not anything read it.
            self._entry(path, pid, at, stat)
            made = _Output(pid, at, None, "t")
        elif made.before is not None and "t" not in made.how:
            self._entry(path, made.pid, made.at, made.before).updated = True
            made = _Output(made.pid, made.at, None, "t", made.aliases)
        self._outputs[target] = made
        for name, entry in self._inputs_at(path):
            self._relocate(name, entry, target)

    def _relocate(self, name: str, entry: _Input, target: str) -> None:
        entry.location = target
        self._moved.setdefault(target, set()).add(name)

    def _inputs_at(self, location: str) -> list[tuple[str, _Input]]:
        """The inputs whose content lies there now, each with the path that it was read by."""
        names = {location, *self._moved.get(location, ())} & self._inputs.keys()
        entries = [(name, self._entry(name)) for name in sorted(names)]
        return [(name, entry) for name, entry in entries if entry.location == location]

    def _lose(self, path: str) -> None:
        for _, entry in self._inputs_at(path):
            entry.gone = True

    def _exchange(self, event: Event) -> None:
        _, pid, at, path, target, stat, _ = event
        parked = f"{target}\0"
        self._rename(pid, at, target, parked, None)
        self._rename(pid, at, path, target, stat)
        self._rename(pid, at, parked, path, None)

    def _move_folder(self, pid: int, at: int, path: str, target: str) -> None:
        below = path + "/"
        for each in [one for one in self._outputs if one.startswith(below)]:
            self._rename(pid, at, each, target + each[len(path) :], None)
        for name in [one for one in self._inputs if self._lies_below(one, below)]:
            entry = self._entry(name)
            self._relocate(name, entry, target + entry.location[len(path) :])
            self._outputs.setdefault(entry.location, _Output(pid, at, None, "t"))
        self._folders.append((pid, at, path, target))

    def _lies_below(self, name: str, folder: str) -> bool:
        known = self._inputs[name]
        return (known.location if isinstance(known, _Input) else name).startswith(folder)

    def _link(self, event: Event) -> None:
        _, pid, at, path, other, stat, _ = event
        if path not in self._outputs:
            self._entry(path, pid, at, stat)
        self._outputs[other] = _Output(pid, at, None, "t")

    def _delete(self, event: Event) -> None:
        path = event[3]
        self._outputs.pop(path, None)
        self._lose(path)

    def _secure(self, event: Event) -> None:
        if not event[6].startswith("made:"):
            self._kept.setdefault(event[3], event[6])

    def _note_stdio(self, event: Event) -> None:
        self._stdio.setdefault(event[3], set()).add(int(event[6]))

    def _gap(self, event: Event) -> None:
        gap = Gap(event[6], event[3], event[4])
        if gap not in self._gaps:
            self._gaps.append(gap)

    # ------------------------------------------------------------------ verdict

    def conclude(self, disk: Disk, events: Sequence[Event] = ()) -> Activity:
        """Compare with what is there now.

        Args:
            disk: What is there.
            events: All that were taken, to be handed on.
        """
        self._explore_moved_folders(disk)
        writes = []
        changed = set()
        for path, made in self._outputs.items():
            now = disk.stat(path)
            if now is None:
                continue
            if self._unchanged(path, made, now, disk):
                self._take_as_read(path, made)
                continue
            changed.add(path)
            mode = Mode.WRITE
            if made.before is not None and made.before[2] and "t" not in made.how:
                mode = Mode.UPDATE
                self._updated(path, made)
            writes.append(self._written(path, made, mode, now))
        reads: list[FileAccess] = []
        executed: list[FileAccess] = []
        touched = changed | self._kept.keys() | self._stdio.keys()
        for path, known in list(self._inputs.items()):
            if path in touched or isinstance(known, _Input):
                entry = self._entry(path)
                access = self._input(path, entry, overwritten=path in changed)
                (executed if entry.executed else reads).append(access)
            else:
                reads.append(_plainly_read(known))
        return Activity(
            processes=self._processes.seen(),
            reads=tuple(reads),
            writes=tuple(writes),
            executed=tuple(executed),
            gaps=tuple(self._gaps),
            events=events,
        )

    def _explore_moved_folders(self, disk: Disk) -> None:
        for pid, at, source, target in self._folders:
            for count, path in enumerate(disk.files(target)):
                if count == _FOLDER_LIMIT:
                    reason = f"it was moved with more than {_FOLDER_LIMIT} files in it"
                    self._gaps.append(Gap("truncated", target, reason))
                    break
                if path not in self._outputs:
                    old = source + path[len(target) :]
                    self._relocate(old, self._entry(old, pid, at, disk.stat(path)), path)
                    self._outputs[path] = _Output(pid, at, None, "t")

    def _unchanged(self, path: str, made: _Output, now: Stat, disk: Disk) -> bool:
        before = made.before
        if before is None or before[:3] != now[:3]:
            return False
        if before[3] == now[3]:
            return True
        kept = self._kept.get(path, "")
        if not kept.startswith("sha256:") or now[2] > HASHED_AT_ONCE:
            return False
        return disk.digest(path) == kept[7:]

    def _take_as_read(self, path: str, made: _Output) -> None:
        self._kept.pop(path, None)
        if made.read or ("r" in made.how and "t" not in made.how):
            self._entry(path, made.pid, made.at, made.before).aliases |= made.aliases

    def _updated(self, path: str, made: _Output) -> None:
        entry = self._entry(path, made.pid, made.at, made.before)
        entry.aliases |= made.aliases
        entry.updated = True

    def _written(self, path: str, made: _Output, mode: Mode, now: Stat) -> FileAccess:
        return FileAccess(
            path=path,
            mode=mode,
            first_pid=made.pid or None,
            first_at=made.at,
            identity=Identity(*now),
            location=path,
            aliases=tuple(sorted(made.aliases)),
            stdio=tuple(sorted(self._stdio.get(path, ()))),
        )

    def _input(self, path: str, entry: _Input, *, overwritten: bool) -> FileAccess:
        moved = entry.location != path
        lost = entry.gone or (overwritten and not moved)
        return FileAccess(
            path=path,
            mode=Mode.EXECUTE if entry.executed else Mode.UPDATE if entry.updated else Mode.READ,
            first_pid=entry.pid or None,
            first_at=entry.at,
            identity=None if entry.stat is None else Identity._make(entry.stat),
            held=self._holding(path, lost=lost),
            location=entry.location,
            aliases=tuple(sorted(entry.aliases)),
            stdio=tuple(sorted(self._stdio.get(path, ()))),
        )

    def _holding(self, path: str, *, lost: bool) -> Held:
        kept = self._kept.get(path, "")
        if kept.startswith("sha256:"):
            return Held(sha256=kept[7:])
        if path in self._held:
            return Held(fd=self._held[path])
        if not lost:
            return _KEPT_NOT
        if kept.startswith("lost:"):
            return Held(lost=kept[5:])
        if kept == "fd":
            return Held(lost="it was removed, and held open by an observer that has ended")
        return Held(lost="it was overwritten or removed before its content could be kept")


def _plainly_read(event: Event) -> FileAccess:
    """By position and without detours, for there may be a hundred thousand of them."""
    _, pid, at, path, alias, stat, _ = event
    aliases = (alias,) if alias else ()
    identity = None if stat is None else Identity._make(stat)
    return FileAccess(path, Mode.READ, pid or None, at, identity, _KEPT_NOT, path, aliases)


def settle(
    events: Sequence[Event], disk: Disk | None = None, held: Mapping[str, int] | None = None
) -> Activity:
    """Turn events into activity.

    Args:
        events: in the order in which they happened.
        disk: what is there now; this machine's files where not given.
        held: open descriptors of removed files, by the path that was read.
    """
    settlement = Settlement(held or {})
    settlement.take(events)
    return settlement.conclude(disk or RealDisk(), events)
