"""Answers every call that the filter stops: looks at its paths, notes an event, lets it go on.

What is asked comes *before* the call is made, so an open may still fail; what is plain to see to
fail (no such file, no permission, a rename across devices) is not noted. Nothing that goes wrong
in here may keep the program waiting: ``serve`` always lets it go on.
"""

# Paths stay strings here: pathlib costs microseconds for each and a third of the start-up.

import os
import stat as modes
import time

from whence.capture.tracers import kernel
from whence.capture.tracers.calls import EXCHANGE, UNSEEN, can_move, how_opened, machine_of
from whence.capture.tracers.events import Event, Stat, join_argv, join_streams
from whence.capture.tracers.filter import here
from whence.capture.tracers.journal import FLUSH, Journal
from whence.capture.tracers.keeping import Keeper
from whence.capture.tracers.noise import Noise, is_bytecode_cache, source_of
from whence.capture.tracers.places import Places, lstat, state
from whence.capture.tracers.readers import Readers
from whence.capture.tracers.ring import SLOTS, Ring
from whence.capture.tracers.thread import Threads, read_kin

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_AT_FDCWD = 0xFFFFFF9C
_AT_REMOVEDIR = 0x200
_AT_EMPTY_PATH = 0x1000
_DESCRIPTOR_PATHS = ("/proc/", "/dev/fd/")


class Supervisor:
    """Sees for one run."""

    def __init__(
        self,
        listener: int,
        noise: Noise,
        journal: Journal,
        session_dir: str,
        ring: Ring | None,
        *,
        privileged: bool,
    ) -> None:
        self.listener = listener
        self.keeper = Keeper()
        self._journal = journal
        self.places = Places(noise)
        self._privileged = privileged
        self._sign = os.path.join(session_dir, FLUSH)
        """A path that is opened to tell us something; see ``journal``."""
        self._threads = Threads()
        self._readers = Readers()
        self._written: dict[str, tuple[str, int]] = {}
        self._processes: set[int] = set()
        self._gaps: set[tuple[str, str]] = set()
        self._everyone = os.geteuid() == 0
        self._ring = ring
        self._marked = 0
        architecture = here()
        assert architecture is not None, "kernel.refusal() is asked first"
        self._machine = architecture.elf
        self._calls = {
            number: getattr(self, f"_on_{name}", self._on_unseen)
            for number, name in architecture.names.items()
        }
        self._names = architecture.names

    def serve(self) -> None:
        """Answer one call."""
        notice = kernel.receive(self.listener)
        if notice is None:
            return
        number = notice[3]
        try:
            self._calls[number](notice[1], notice[6:], number)
        except Exception as error:  # noqa: BLE001  a fault of ours is a gap, never the program's
            name = self._names.get(number, str(number))
            self.note_gap(0, "observer-blind", name, f"Whence failed to look at a call: {error!r}")
        finally:
            kernel.let_go(self.listener, notice[0])

    @property
    def crowded(self) -> bool:
        """Whether the accelerator will soon have to ask, because nobody emptied its ring."""
        return self._ring is not None and self._ring.waiting > SLOTS // 2

    def catch_up(self) -> None:
        """Take in the reads that the accelerator noted; done before any file may lose content."""
        while self.take_some(SLOTS):
            continue

    def take_some(self, limit: int) -> bool:
        """Take in so many of them; tell whether there were any."""
        ring = self._ring
        if ring is None or not ring.waiting:
            return False
        now = time.time_ns()
        readers, real, add = self._readers, self.places.is_real, self._journal.add
        for pid, parent, text, stat, plain in ring.take(limit):
            if pid not in self._processes:
                self.note_process(pid, parent)
            if readers.has(pid, text):
                continue
            if plain and real(text) and not is_bytecode_cache(text):
                self.keeper.note_read(text, stat, readers.add(pid, text))
                add(("read", pid, now, text, "", stat, ""))
            else:
                self._note_accelerated(pid, now, text, stat)
        return True

    def _note_accelerated(self, pid: int, now: int, text: str, stat: Stat) -> None:
        if is_bytecode_cache(text):
            text = source_of(text)
            source = lstat(text)
            if source is None:
                return
            stat = state(source)
        place = self.places.resolve(text)
        if place is not None and (place[1] or not self._readers.has(pid, place[0])):
            self.keeper.note_read(place[0], stat, self._readers.add(pid, place[0]))
            self._journal.add(("read", pid, now, *place, stat, ""))

    def keep_up(self) -> None:
        """Write down what waits, and how far the ring was read."""
        self.catch_up()
        if self._ring is not None and self._ring.position != self._marked:
            self._marked = self._ring.position
            self._note("mark", 0, "", "", None, str(self._marked))
        self._journal.flush()

    # ------------------------------------------------------------ what is noted

    def _note(
        self, kind: str, pid: int, path: str, other: str, stat: Stat | None, detail: str
    ) -> None:
        event: Event = (kind, pid, time.time_ns(), path, other, stat, detail)
        self._journal.add(event)

    def note_gap(self, pid: int, kind: str, about: str, reason: str) -> None:
        """Note once that something cannot be seen."""
        if (about, reason) not in self._gaps:
            self._gaps.add((about, reason))
            self._note("gap", pid, about, reason, None, kind)

    def note_process(self, pid: int, parent: int) -> None:
        """Note a process, and its parents up to ours, when it is first met."""
        while pid > 1 and pid not in self._processes and pid != os.getpid():
            self._processes.add(pid)
            self._readers.begin(pid, parent)
            self._note("start", pid, "", "", None, str(parent))
            kin = read_kin(parent) if parent and parent not in self._processes else None
            pid, parent = (parent, kin[1]) if kin else (0, 0)

    def _process(self, tid: int) -> int:
        pid, parent = self._threads.process(tid)
        if pid not in self._processes:
            self.note_process(pid, parent)
        return pid

    def note_read(self, pid: int, path: str, alias: str, stat: Stat) -> None:
        """Note that a regular file was opened for reading."""
        self.keeper.note_read(path, stat, self._readers.add(pid, path))
        self._note("read", pid, path, alias, stat, "")

    def note_write(self, pid: int, path: str, alias: str, stat: Stat | None, how: str) -> None:
        """Note that a regular file is about to be opened for writing, and keep its content."""
        self.catch_up()
        truncated = "t" in how
        who = self._readers.who(pid)
        kept = self.keeper.before_change(path, stat, who, truncated=truncated)
        self._secure(pid, kept, stat)
        self._readers.forget(path)
        if self._written.get(path) != (how, who):
            self._written[path] = how, who
            self._note("write", pid, path, alias, stat, how)

    def _secure(self, pid: int, kept: tuple[str, str], stat: Stat | None) -> None:
        if kept[0]:
            self._note("secure", pid, kept[0], "", stat, kept[1])

    # -------------------------------------------------------------------- paths

    def _text(self, tid: int, folder: int, address: int) -> str | None:
        """An argument as an absolute path, as the program wrote it; ``None`` if there is none."""
        text = self._threads.text(tid, address)
        if not text or text[0] == "/":
            return text or None
        start = self._threads.folder(tid, folder)
        return None if start is None else f"{start.rstrip('/')}/{text}"

    # -------------------------------------------------------------------- calls

    def _on_openat(self, tid: int, args: tuple[int, ...], _: int) -> None:
        self._open(tid, args[0], args[1], args[2])

    def _on_open(self, tid: int, args: tuple[int, ...], _: int) -> None:
        self._open(tid, _AT_FDCWD, args[0], args[1])

    def _on_creat(self, tid: int, args: tuple[int, ...], _: int) -> None:
        self._open(tid, _AT_FDCWD, args[0], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)

    def _on_openat2(self, tid: int, args: tuple[int, ...], _: int) -> None:
        flags = self._threads.number(tid, args[2])
        if flags is not None and not flags & (os.O_DIRECTORY | os.O_PATH):
            self._open(tid, args[0], args[1], flags)

    def _open(self, tid: int, folder: int, address: int, flags: int) -> None:
        text = self._text(tid, folder, address)
        if text is None:
            return
        found = self.places.place(text)
        if found is None:
            if text == self._sign:
                self.keep_up()
            return
        path, alias = found
        if not flags & _WRITING:
            if alias or not self._readers.has(self._threads.process(tid)[0], path):
                self._open_to_read(tid, path, alias, flags)
        elif not is_bytecode_cache(path):
            self._open_to_write(tid, path, alias, flags)

    def _open_to_read(self, tid: int, path: str, alias: str, flags: int) -> None:
        if is_bytecode_cache(path):
            path, alias = source_of(path), ""
        followed = self.places.follow(path, alias)
        if followed is None or followed[2] is None:
            return
        if flags & os.O_NOFOLLOW and followed[0] != path:
            return
        path, alias, found = followed[0], followed[1], followed[2]
        if not modes.S_ISREG(found.st_mode) or not self._may(path, found, os.R_OK):
            return
        self.note_read(self._process(tid), path, alias, state(found))

    def _open_to_write(self, tid: int, path: str, alias: str, flags: int) -> None:
        followed = self.places.follow(path, alias)
        if followed is None:
            return
        path, alias, found = followed
        if found is None:
            if flags & os.O_CREAT:
                self.note_write(self._process(tid), path, alias, None, "")
            return
        if not modes.S_ISREG(found.st_mode) or flags & (both := os.O_CREAT | os.O_EXCL) == both:
            return
        access = flags & os.O_ACCMODE
        if access == os.O_RDONLY and not flags & os.O_TRUNC:
            self._open_to_read(tid, path, alias, flags)
        elif self._may(path, found, os.W_OK):
            how = how_opened(flags)
            self.note_write(self._process(tid), path, alias, state(found), how)

    def _may(self, path: str, found: os.stat_result, what: int) -> bool:
        if self._everyone or (what == os.R_OK and found.st_mode & modes.S_IROTH):
            return True
        return os.access(path, what)

    def _on_truncate(self, tid: int, args: tuple[int, ...], _: int) -> None:
        text = self._text(tid, _AT_FDCWD, args[0])
        found = self.places.place(text) if text else None
        followed = self.places.follow(*found) if found else None
        if followed and followed[2] and modes.S_ISREG(followed[2].st_mode):
            how = "t" if args[1] == 0 else ""
            path, alias = followed[0], followed[1]
            self.note_write(self._process(tid), path, alias, state(followed[2]), how)

    def _on_rename(self, tid: int, args: tuple[int, ...], _: int) -> None:
        self._move(tid, (_AT_FDCWD, args[0]), (_AT_FDCWD, args[1]), 0)

    def _on_renameat(self, tid: int, args: tuple[int, ...], _: int) -> None:
        self._move(tid, (args[0], args[1]), (args[2], args[3]), 0)

    def _on_renameat2(self, tid: int, args: tuple[int, ...], _: int) -> None:
        self._move(tid, (args[0], args[1]), (args[2], args[3]), args[4])

    def _move(self, tid: int, old: tuple[int, int], new: tuple[int, int], flags: int) -> None:
        source, target = self._named(tid, *old), self._named(tid, *new)
        if source is None or target is None or is_bytecode_cache(source):
            return
        moved, there = lstat(source), lstat(target)
        if moved is None or source == target or not can_move(moved, there, target, flags):
            return
        self.places.forget()
        if modes.S_ISLNK(moved.st_mode):
            return
        pid = self._process(tid)
        self.catch_up()
        if there is not None and modes.S_ISREG(there.st_mode) and not flags & EXCHANGE:
            now = state(there)
            self._secure(pid, self.keeper.before_removal(target, now), now)
        self._readers.forget(source)
        self._readers.forget(target)
        self._written.clear()
        self.keeper.moved(source, target)
        if modes.S_ISREG(moved.st_mode):
            self.keeper.replaced(target, self._readers.who(pid))
        detail = "x" if flags & EXCHANGE else "d" if modes.S_ISDIR(moved.st_mode) else ""
        self._note("move", pid, source, target, state(moved), detail)

    def _named(self, tid: int, folder: int, address: int) -> str | None:
        """A path as a name in its folder, for calls that do not follow a last link."""
        text = self._text(tid, folder, address)
        found = self.places.place(text.rstrip("/")) if text else None
        return found[0] if found else None

    def _on_link(self, tid: int, args: tuple[int, ...], _: int) -> None:
        self._link(tid, (_AT_FDCWD, args[0]), (_AT_FDCWD, args[1]), 0)

    def _on_linkat(self, tid: int, args: tuple[int, ...], _: int) -> None:
        self._link(tid, (args[0], args[1]), (args[2], args[3]), args[4])

    def _link(self, tid: int, old: tuple[int, int], new: tuple[int, int], flags: int) -> None:
        target = self._named(tid, *new)
        if target is None or os.path.lexists(target):
            return
        text = self._threads.text(tid, old[1]) or ""
        if text.startswith(_DESCRIPTOR_PATHS) or (not text and flags & _AT_EMPTY_PATH):
            # A file without a name (O_TMPFILE) gets one.
            self.note_write(self._process(tid), target, "", None, "")
            return
        source = self._named(tid, *old)
        found = lstat(source) if source else None
        if source is None or found is None or not modes.S_ISREG(found.st_mode):
            return
        pid = self._process(tid)
        self.catch_up()
        self.keeper.replaced(target, self._readers.who(pid))
        self._note("link", pid, source, target, state(found), "")

    def _on_unlink(self, tid: int, args: tuple[int, ...], _: int) -> None:
        self._delete(tid, _AT_FDCWD, args[0])

    def _on_unlinkat(self, tid: int, args: tuple[int, ...], _: int) -> None:
        if not args[2] & _AT_REMOVEDIR:
            self._delete(tid, args[0], args[1])

    def _delete(self, tid: int, folder: int, address: int) -> None:
        path = self._named(tid, folder, address)
        found = lstat(path) if path else None
        if path is None or found is None:
            return
        if modes.S_ISLNK(found.st_mode):
            self.places.forget()
        if not modes.S_ISREG(found.st_mode):
            return
        pid = self._process(tid)
        self.catch_up()
        self._secure(pid, self.keeper.before_removal(path, state(found)), state(found))
        self._readers.forget(path)
        self._written.pop(path, None)
        self._note("delete", pid, path, "", state(found), "")

    def _on_execve(self, tid: int, args: tuple[int, ...], _: int) -> None:
        self._execute(tid, self._program(tid, _AT_FDCWD, args[0]), args[1])

    def _on_execveat(self, tid: int, args: tuple[int, ...], _: int) -> None:
        self._execute(tid, self._program(tid, args[0], args[1]), args[2])

    def _program(self, tid: int, folder: int, address: int) -> str | None:
        text = self._threads.text(tid, address)
        if text and text[0] == "/":
            return text
        start = self._threads.folder(tid, folder)
        return start and (f"{start.rstrip('/')}/{text}" if text else start)

    def _execute(self, tid: int, program: str | None, argv: int) -> None:
        try:
            found = os.stat(program) if program else None
        except OSError:
            return
        if program is None or found is None:
            return
        if not modes.S_ISREG(found.st_mode) or not os.access(program, os.X_OK):
            return
        words = self._threads.words(tid, argv)
        pid = self._process(tid)
        folder, streams = self._threads.folder(tid, _AT_FDCWD), self._threads.streams(tid)
        self._threads.replaced(tid)
        self._readers.executes(pid)
        real = os.path.realpath(program)
        self.places.noise.add_environment_of(os.path.normpath(program))
        self.places.noise.add_environment_of(real)
        noise = self.places.noise.drops(os.path.normpath(program)) or self.places.noise.drops(real)
        alias = program if os.path.normpath(program) != real else ""
        self._note("scene", pid, folder or "", "", None, join_streams(streams))
        self._hand_over(pid, streams)
        self._note(
            "exec", pid, real, join_argv(words), state(found), "environment" if noise else alias
        )
        if not noise:
            self.keeper.note_read(real, state(found), self._readers.who(pid))
        self._note_unseen_program(pid, real, found)

    def _hand_over(self, pid: int, streams: dict[int, str]) -> None:
        """Take note that a program got open files from its parent, which may open them again."""
        for path in streams.values():
            if self.keeper.made(path):
                self.keeper.replaced(path, self._readers.who(pid))
            self._readers.forget(path)
            self._written.pop(path, None)

    def _note_unseen_program(self, pid: int, program: str, found: os.stat_result) -> None:
        if found.st_mode & (modes.S_ISUID | modes.S_ISGID) and not self._privileged:
            reason = "it did not get its set-user-id rights, which a watched program cannot have"
            self.note_gap(pid, "observer-blind", program, reason)
        machine = machine_of(program)
        if machine not in {0, self._machine}:
            reason = "it is built for another architecture, whose system calls are not watched"
            self.note_gap(pid, "observer-blind", program, reason)

    def _on_exit_group(self, tid: int, args: tuple[int, ...], _: int) -> None:
        pid = self._threads.process(tid)[0]
        self.catch_up()
        if pid in self._processes:
            self._processes.discard(pid)
            self._note("end", pid, "", "", None, str(args[0] & 0xFF))
        self._readers.end(pid)
        self._threads.ended(tid)

    def _on_unseen(self, tid: int, _: tuple[int, ...], number: int) -> None:
        pid = self._process(tid)
        name = self._names[number]
        try:
            program = os.readlink(f"/proc/{pid}/exe")
        except OSError:
            program = f"process {pid}"
        self.note_gap(pid, "observer-blind", program, UNSEEN[name])

    def close(self) -> None:
        """Close what was opened to look into the job."""
        self._threads.close()
