"""The tracer that sees everything: seccomp user notification, supervised from here.

The kernel stops each open, rename, removal, link, truncation and start of a program in the job and
all its descendants, whatever they are linked with, and asks this process; see ``supervisor``. It
needs no privilege, no compiler and no ptrace. A ``watchdog`` stands by for the case that this
process is killed.
"""

import gc
import os
import select
import socket
import time
from collections.abc import Mapping, Sequence

from whence.capture import agent
from whence.capture.tracers import accelerator, kernel, spare, watchdog
from whence.capture.tracers import filter as program
from whence.capture.tracers.job import Job
from whence.capture.tracers.journal import FLUSH, OBSERVER, Journal
from whence.capture.tracers.noise import Noise, own_folders
from whence.capture.tracers.ring import Ring
from whence.capture.tracers.streams import redirected
from whence.capture.tracers.supervisor import Supervisor
from whence.errors import CaptureError

TYPE_CHECKING = False  # the name that type checkers know; importing typing takes milliseconds
if TYPE_CHECKING:
    from whence.capture.interface import TracedExit
    from whence.capture.tracers.settle import Settlement

_IN_A_ROW = 256
"""Answers between two looks at the clock."""
_AT_A_TIME = 1024
"""Slots of the ring that are read before looking whether somebody asks: some 5 ms."""
_SPARE_MS = 1
_QUIET_MS = (20, 320)
"""How long to wait for a question before looking at the ring: at first, and at most."""


class NotifyTracer:
    """Seccomp user notification."""

    name = "notify"
    blind_spots: tuple[str, ...] = (
        "work that a daemon does on the run's behalf (Docker, Ray, Spark, databases, schedulers)",
        "files that were open before the run, other than standard input, output and error",
        "what travels over the network",
    )

    def available(self) -> str | None:
        """Say why it cannot be used here and now; ``None`` when it can."""
        if os.uname().sysname != "Linux":
            return "it needs Linux"
        refusal = kernel.refusal()
        if refusal is None and _stands_behind_a_filter():
            refusal = _try_in_a_child()
        return refusal

    def run(
        self,
        command: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: str,
        session_dir: str,
        workspace: str = "",
        patience: float | None = None,
    ) -> "TracedExit":
        """Run a command to its end and watch it; see ``interface.Tracer.run``."""
        watch = _Watch(Job(command, env, cwd, fenced=True), session_dir, workspace or cwd)
        collecting = gc.isenabled()
        # Events only pile up, and none is garbage: looking for it takes a tenth of our time.
        gc.disable()
        try:
            watch.start()
            watch.wait(patience)
            return watch.conclude()
        finally:
            watch.close()
            if collecting:
                gc.enable()


class _Watch:
    """One run, from the filter's installation to the settled activity."""

    def __init__(self, job: Job, session_dir: str, workspace: str) -> None:
        self._job = job
        self._session_dir = session_dir
        library = self._library()
        root = os.path.realpath(workspace)
        own = (*own_folders(session_dir, root), os.path.dirname(library or ""))
        self._noise = Noise(root, own)
        self._journal = Journal(session_dir)
        self._journal.add(("begin", 0, time.time_ns(), self._noise.root, "", None, ""))
        sign = os.path.join(session_dir, FLUSH)
        os.close(os.open(sign, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600))
        agent.equip(job.env, session_dir)
        job.env[OBSERVER] = session_dir
        self._ring = self._accelerate(library) if library else None
        self._supervisor: Supervisor | None = None
        self._settlement: Settlement | None = None
        self._settled = 0
        self._busy = False
        self._listener = -1
        self._watchdog = 0

    def _library(self) -> str | None:
        """The accelerator, where it can be had and the program can bear it."""
        library = accelerator.library(self._job.env)
        return library if library and accelerator.suits(self._job.program) else None

    def _accelerate(self, library: str) -> Ring | None:
        """Preload the accelerator into the job."""
        try:
            ring = Ring(self._session_dir, self._noise)
        except OSError:
            return None
        if accelerator.preload(self._job.env, library, ring.variable):
            return ring
        ring.close()
        return None

    def start(self) -> None:
        """Start the command behind a filter; when this returns, its first call can be answered."""
        architecture = program.here()
        assert architecture is not None, "available() is asked first"
        code = program.assemble(architecture, self._ring.cookie if self._ring else 0)
        ours, theirs = socket.socketpair()

        def inside() -> None:
            fd, privileged = kernel.install_filter(code)
            socket.send_fds(theirs, [b"p" if privileged else b"-"], [fd])
            os.close(fd)
            theirs.recv(1)

        try:
            self._job.start(inside)
            theirs.close()
            told, descriptors, _, _ = socket.recv_fds(ours, 1, 1)
            if not descriptors:
                self._job.confirm()
                raise CaptureError("the filter could not be installed")
            self._listener = descriptors[0]
            os.set_inheritable(self._listener, False)
            kernel.tune(self._listener)
            self._watchdog = watchdog.post(self._listener)
            self._job.spare(self._watchdog)
            self._supervisor = Supervisor(
                self._listener,
                self._noise,
                self._journal,
                self._session_dir,
                self._ring,
                privileged=told == b"p",
            )
            self._note_standard_streams(self._supervisor)
            self._supervisor.note_process(self._job.pid, os.getpid())
            ours.send(b"g")
        finally:
            ours.close()

    def _note_standard_streams(self, supervisor: Supervisor) -> None:
        """Note the files that the caller's shell redirected; nobody will ever open those."""
        pid = self._job.pid
        for fd, path, stat, how in redirected(supervisor.places):
            self._journal.add(("stdio", pid, time.time_ns(), path, "", None, str(fd)))
            if how is None:
                supervisor.note_read(pid, path, "", stat)
            else:
                supervisor.note_write(pid, path, "", stat, how)

    def wait(self, patience: float | None) -> None:
        """Answer until nobody is left to ask, or nobody wants to wait any longer."""
        assert self._supervisor is not None, "start() comes first"
        poller = select.poll()
        for fd in (self._listener, self._job.signals, self._job.report, self._job.ending):
            poller.register(fd, select.POLLIN)
        give_up: float | None = None
        quiet = _SPARE_MS
        while True:
            if not self._answer(poller, 0 if self._busy else quiet):
                self._job.confirm()  # its end may be seen before what it reports of its start
                return
            quiet = _QUIET_MS[0] if self._busy else min(2 * quiet, _QUIET_MS[1])
            if self._journal.due:
                self._supervisor.keep_up()
            if self._job.ended:
                if give_up is None and patience is not None:
                    give_up = time.monotonic() + patience
                if self._job.interrupted or (give_up and time.monotonic() >= give_up):
                    self._leave_behind()
                    return

    def _answer(self, poller: select.poll, timeout: int) -> bool:
        """Deal with what is ready, up to the next moment of quiet; tell whether anyone may ask."""
        assert self._supervisor is not None, "start() comes first"
        supervisor, listener, poll = self._supervisor, self._listener, poller.poll
        for _ in range(_IN_A_ROW):
            ready = poll(timeout)
            for fd, event in ready:
                if fd == listener:
                    if event & select.POLLIN:
                        supervisor.serve()
                    elif event & select.POLLHUP:
                        return False
                elif fd == self._job.report:
                    poller.unregister(fd)
                    self._job.confirm()
                else:
                    self._job.attend()
                    if fd == self._job.ending and self._job.ended:
                        poller.unregister(fd)
            if not ready:
                self._use_the_quiet()
                break
            if supervisor.crowded:
                supervisor.catch_up()
        return True

    def _use_the_quiet(self) -> None:
        """Do now, while the program computes, what it would have to wait for at its end."""
        from whence.capture.tracers.settle import Settlement  # noqa: PLC0415  15 ms, not at start

        assert self._supervisor is not None, "start() comes first"
        self._busy = self._supervisor.take_some(_AT_A_TIME)
        if self._settlement is None:
            self._settlement = Settlement(self._supervisor.keeper.held)
        events = self._journal.events
        self._settlement.take(events[self._settled :])
        self._settled = len(events)
        if self._journal.long:
            self._journal.flush()
        if not self._job.ended and spare.do_one():
            self._busy = True

    def _leave_behind(self) -> None:
        assert self._supervisor is not None, "start() comes first"
        reason = "processes of the run lived on after its command; what they did then was not seen"
        self._supervisor.note_gap(self._job.pid, "observer-blind", "later processes", reason)

    def conclude(self) -> "TracedExit":
        """Settle what was seen."""
        from whence.capture.interface import TracedExit  # noqa: PLC0415  after the program's end
        from whence.capture.tracers.settle import RealDisk  # noqa: PLC0415

        assert self._supervisor is not None, "start() comes first"
        self._job.await_end()
        self._supervisor.keep_up()
        if self._journal.failed:
            reason = (
                f"it could not be written, so a crash would have lost it: {self._journal.failed}"
            )
            self._supervisor.note_gap(0, "observer-blind", "the journal of the run", reason)
        self._use_the_quiet()
        assert self._settlement is not None, "made in the quiet"
        activity = self._settlement.conclude(RealDisk(), self._journal.events)
        return TracedExit(self._job.exit_status, self._job.signal, activity, self._job.pid)

    def close(self) -> None:
        """Let go of everything; a job that still runs goes on under the watchdog's eyes."""
        self._job.finish()
        self._journal.close()
        if self._supervisor is not None:
            self._supervisor.close()
        if self._ring is not None:
            self._ring.close()
        if self._listener >= 0:
            os.close(self._listener)
        if self._watchdog:
            os.waitpid(self._watchdog, os.WNOHANG)


def _stands_behind_a_filter() -> bool:
    with open("/proc/self/status", "rb") as status:
        return not any(line.startswith(b"Seccomp:\t0") for line in status)


def _try_in_a_child() -> str | None:
    """Install a filter that asks nothing; only trying tells whether another one is in the way."""
    architecture = program.here()
    assert architecture is not None, "kernel.refusal() was asked before"
    harmless = program.Architecture(architecture.audit, architecture.elf, 0, {})
    pid = os.fork()
    if pid == 0:
        number = 0
        try:
            kernel.install_filter(program.assemble(harmless, 0))
        except OSError as error:
            number = error.errno or 255
        finally:
            os._exit(number)
    _, status = os.waitpid(pid, 0)
    number = os.waitstatus_to_exitcode(status)
    return f"a filter cannot be installed: {os.strerror(number)}" if number else None
