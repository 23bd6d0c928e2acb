"""The tracer that sees everything: seccomp user notification, supervised from here.

The kernel stops each open, rename, removal, link, truncation and start of a program in the job and
all its descendants, whatever they are linked with, and asks this process; see ``supervisor``. It
needs no privilege, no compiler and no ptrace. A ``watchdog`` stands by for the case that this
process is killed.
"""

# Paths stay strings here: pathlib costs microseconds for each and a third of the start-up.

import fcntl
import os
import select
import socket
import stat as modes
import time
from collections.abc import Mapping, Sequence

from whence.capture.tracers import filter as program
from whence.capture.tracers import kernel, watchdog
from whence.capture.tracers.job import Job
from whence.capture.tracers.journal import FLUSH, Journal
from whence.capture.tracers.noise import Noise, own_folders
from whence.capture.tracers.supervisor import Supervisor, how_opened
from whence.errors import CaptureError

TYPE_CHECKING = False  # the name that type checkers know; importing typing takes milliseconds
if TYPE_CHECKING:
    from whence.capture.interface import TracedExit

_IDLE_MS = 200
_IN_A_ROW = 256
"""Answers between two looks at the clock."""
_STANDARD = (0, 1, 2)


class NotifyTracer:
    """Seccomp user notification."""

    name = "notify"
    blind_spots = (
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
        try:
            watch.start()
            watch.wait(patience)
            return watch.conclude()
        finally:
            watch.close()


class _Watch:
    """One run, from the filter's installation to the settled activity."""

    def __init__(self, job: Job, session_dir: str, workspace: str) -> None:
        self._job = job
        self._session_dir = session_dir
        self._noise = Noise(os.path.realpath(workspace), own_folders(session_dir))
        self._journal = Journal(session_dir)
        os.close(os.open(os.path.join(session_dir, FLUSH), os.O_WRONLY | os.O_CREAT, 0o600))
        self._supervisor: Supervisor | None = None
        self._listener = -1
        self._watchdog = 0

    def start(self) -> None:
        """Start the command behind a filter; when this returns, its first call can be answered."""
        architecture = program.here()
        assert architecture is not None, "available() is asked first"
        code = program.assemble(architecture, 0)
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
                privileged=told == b"p",
            )
            self._note_standard_streams(self._supervisor)
            self._supervisor.note_process(self._job.pid, os.getpid())
            ours.send(b"g")
        finally:
            ours.close()

    def _note_standard_streams(self, supervisor: Supervisor) -> None:
        """Note the files that the caller's shell redirected; nobody will ever open those."""
        for fd in _STANDARD:
            try:
                found = os.fstat(fd)
                place = supervisor.place(os.readlink(f"/proc/self/fd/{fd}"))
                flags = fcntl.fcntl(fd, fcntl.F_GETFL)
            except OSError:
                continue
            if place is None or not modes.S_ISREG(found.st_mode) or not found.st_nlink:
                continue
            state = (
                found.st_dev,
                found.st_ino,
                found.st_size,
                found.st_mtime_ns,
                found.st_ctime_ns,
            )
            path, pid = place[0], self._job.pid
            self._journal.add(("stdio", pid, time.time_ns(), path, "", None, str(fd)))
            if flags & os.O_ACCMODE == os.O_RDONLY:
                supervisor.note_read(pid, path, "", state)
            else:
                # The shell has truncated it already, if it did: what is left was there before.
                how = how_opened(flags).replace("r", "") if found.st_size else "t"
                supervisor.note_write(pid, path, "", state, how)

    def wait(self, patience: float | None) -> None:
        """Answer until nobody is left to ask, or nobody wants to wait any longer."""
        poller = select.poll()
        for fd in (self._listener, self._job.signals, self._job.report):
            poller.register(fd, select.POLLIN)
        give_up: float | None = None
        while True:
            timeout = _IDLE_MS if self._journal.pending or give_up else 5 * _IDLE_MS
            if not self._answer(poller, timeout):
                return
            if self._journal.due:
                self._journal.flush()
            if self._job.ended:
                if give_up is None and patience is not None:
                    give_up = time.monotonic() + patience
                if self._job.interrupted or (give_up and time.monotonic() >= give_up):
                    self._leave_behind()
                    return

    def _answer(self, poller: select.poll, timeout: int) -> bool:
        """Deal with what is ready, up to the next moment of quiet; tell whether anyone may ask."""
        assert self._supervisor is not None, "start() comes first"
        serve, listener, poll = self._supervisor.serve, self._listener, poller.poll
        for _ in range(_IN_A_ROW):
            ready = poll(timeout)
            for fd, event in ready:
                if fd == listener:
                    if event & select.POLLIN:
                        serve()
                    elif event & select.POLLHUP:
                        return False
                elif fd == self._job.report:
                    poller.unregister(fd)
                    self._job.confirm()
                else:
                    self._job.attend()
            if not ready:
                break
        return True

    def _leave_behind(self) -> None:
        assert self._supervisor is not None, "start() comes first"
        reason = "processes of the run lived on after its command; what they did then was not seen"
        self._supervisor.note_gap(self._job.pid, "observer-blind", "later processes", reason)

    def conclude(self) -> "TracedExit":
        """Settle what was seen."""
        from whence.capture.interface import TracedExit  # noqa: PLC0415  after the program's end
        from whence.capture.tracers.settle import settle  # noqa: PLC0415

        assert self._supervisor is not None, "start() comes first"
        while not self._job.ended:
            self._job.reap()
        self._supervisor.catch_up()
        self._journal.flush()
        activity = settle(self._journal.events, held=self._supervisor.keeper.held)
        return TracedExit(self._job.exit_status, self._job.signal, activity, self._job.pid)

    def close(self) -> None:
        """Let go of everything; a job that still runs goes on under the watchdog's eyes."""
        self._job.finish()
        self._journal.close()
        if self._supervisor is not None:
            self._supervisor.close()
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
