"""A command that is started as a shell would start it, and looked after until it ends.

It keeps the terminal, the process group, the standard streams, the signal dispositions and the
limits that the caller was given. What Python changed of these at its own start is put back.

Signals: what the terminal sends (Ctrl-C, Ctrl-Z, hang-up) reaches the job by itself, since it is in
the terminal's foreground group; only what was sent to *us* alone (``kill``, a batch system) is
passed on. Where the job is stopped by the terminal we stop as well, so that the shell notices.
"""

# Paths stay strings here: pathlib costs microseconds for each and a third of the start-up.

import errno
import os
import select
import signal
import struct
import time
from collections.abc import Callable, Mapping, Sequence

from whence.capture.tracers import kernel
from whence.errors import CaptureError

_PASSED_ON = {
    signal.SIGHUP,
    signal.SIGINT,
    signal.SIGQUIT,
    signal.SIGTERM,
    signal.SIGUSR1,
    signal.SIGUSR2,
}
_HELD_BACK = {*_PASSED_ON, signal.SIGCHLD, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU}
_BY_TERMINAL = {signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU}
_LOOK_AGAIN_MS = 50
_PYTHON_IGNORES = (signal.SIGPIPE, signal.SIGXFSZ)
_SIGNAL_INFO = struct.Struct("=IiiIIiIIIII")
_SIGNAL_INFO_SIZE = 128
_FROM_KERNEL = 0x80


class Job:
    """One command, from before its start to after its end."""

    def __init__(
        self, command: Sequence[str], env: Mapping[str, str], cwd: str, *, fenced: bool = False
    ) -> None:
        """Look for the program; ``fenced`` tells that it will stand behind a filter of ours.

        Raises:
            CaptureError: there is none of that name, or it may not be started.
        """
        self.command = list(command)
        self.env = _without_coercion(env)
        self.cwd = cwd
        self.pid = 0
        self.exit_status: int | None = None
        self.signal: int | None = None
        self.interrupted = False
        """Whether the user asked to stop waiting after the command itself had ended."""
        self._candidates = find_program(self.command[0], self.env, cwd)
        self._spared = set(_children())
        depth = _filter_depth("self")
        self._depth = None if depth is None else depth + fenced
        self._mask: set[int] = set()
        self.signals = -1
        self.ending = -1
        """A descriptor that becomes readable when the command itself ends."""
        self._report = -1

    @property
    def program(self) -> str:
        """The file that is started, as far as can be told beforehand."""
        return os.path.join(self.cwd, self._candidates[0])

    @property
    def ended(self) -> bool:
        """Whether the command itself, not all it started, has ended."""
        return self.exit_status is not None or self.signal is not None

    def start(self, inside: Callable[[], None] | None = None) -> None:
        """Start it; ``inside`` is called in the new process, as the last thing before the program.

        The caller's signals are held back until ``finish``.
        """
        self._mask = set(signal.pthread_sigmask(signal.SIG_BLOCK, _HELD_BACK))
        self.signals = kernel.signal_descriptor({int(each) for each in _HELD_BACK})
        kernel.adopt_orphans(wanted=True)
        report, inner = os.pipe()
        pid = os.fork()
        if pid == 0:
            self._become(inner, inside)
        os.close(inner)
        self.pid, self._report = pid, report
        self.ending = os.pidfd_open(pid)

    def _become(self, report: int, inside: Callable[[], None] | None) -> None:
        """Turn this forked process into the command; never returns."""
        try:
            for number in (*_PYTHON_IGNORES, *_HELD_BACK):
                # What a handler was set for becomes the default on exec; until then it must too.
                if number in _PYTHON_IGNORES or callable(signal.getsignal(number)):
                    signal.signal(number, signal.SIG_DFL)
            if inside is not None:
                inside()
            os.chdir(self.cwd)
            signal.pthread_sigmask(signal.SIG_SETMASK, self._mask)
            _execute(self._candidates, self.command, self.env)
        except OSError as error:
            os.write(report, str(error.errno).encode())
        finally:
            kernel.end_unasked(127)

    def confirm(self) -> None:
        """Wait until the program has replaced the forked process.

        Raises:
            CaptureError: it could not; the exit status is the one that shells use.
        """
        if self._report < 0:
            return
        told = b""
        while piece := os.read(self._report, 64):
            told += piece
        os.close(self._report)
        self._report = -1
        if told:
            if not self.ended:
                os.waitpid(self.pid, 0)
            number = int(told)
            error = CaptureError(
                f"cannot run {self.command[0]!r}: {os.strerror(number)}",
                hint="check that the program, and the interpreter that it names, exist and may be "
                "executed",
            )
            error.exit_status = 127 if number == errno.ENOENT else 126
            raise error

    @property
    def report(self) -> int:
        """A descriptor that becomes readable when ``confirm`` will not block; -1 after it."""
        return self._report

    def attend(self) -> None:
        """Deal with the signals that have come."""
        while True:
            try:
                data = os.read(self.signals, _SIGNAL_INFO_SIZE)
            except BlockingIOError:
                break
            fields = _SIGNAL_INFO.unpack_from(data)
            self._deal_with(fields[0], fields[2])
        self.reap()

    def _deal_with(self, number: int, code: int) -> None:
        if number not in _PASSED_ON:
            return
        if self.ended:
            self.interrupted = True
        elif code < _FROM_KERNEL:
            os.kill(self.pid, number)

    def reap(self) -> None:
        """Take note of every process of the job that ended or was stopped."""
        if not self.ended:
            pid, status = os.waitpid(self.pid, os.WNOHANG | os.WUNTRACED)
            if pid and os.WIFSTOPPED(status):
                self._stop_too(os.WSTOPSIG(status))
            elif pid:
                self._ended(status)
        for child in _children():
            if child == self.pid or child in self._spared:
                continue
            if self._depth is None or (_filter_depth(child) or 0) >= self._depth:
                try:
                    os.waitpid(child, os.WNOHANG)
                except ChildProcessError:
                    continue

    def await_end(self) -> None:
        """Wait for the command itself, which is about to end: its memory may take a while."""
        poller = select.poll()
        poller.register(self.ending, select.POLLIN)
        while not self.ended:
            poller.poll()
            self.reap()

    def spare(self, pid: int) -> None:
        """Leave a child of our own alone; whoever started it waits for it."""
        self._spared.add(pid)

    def adopted(self) -> bool:
        """Whether processes of the job live on after the command itself."""
        return any(child not in self._spared and child != self.pid for child in _children())

    def _stop_too(self, number: int) -> None:
        if number not in _BY_TERMINAL:
            return
        os.kill(os.getpid(), number)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {number})
        signal.pthread_sigmask(signal.SIG_BLOCK, {number})
        # Here the shell has put us in the foreground again; it may have woken only us.
        os.kill(self.pid, signal.SIGCONT)

    def _ended(self, status: int) -> None:
        if os.WIFSIGNALED(status):
            self.signal = os.WTERMSIG(status)
        else:
            self.exit_status = os.WEXITSTATUS(status)

    def finish(self) -> None:
        """Give the caller its signals back."""
        if self.signals >= 0:
            # What came while we held them back has been dealt with; it must not come twice.
            try:
                while os.read(self.signals, _SIGNAL_INFO_SIZE):
                    continue
            except BlockingIOError:
                os.close(self.signals)
            self.signals = -1
        for fd in (self._report, self.ending):
            if fd >= 0:
                os.close(fd)
        self._report = self.ending = -1
        kernel.adopt_orphans(wanted=False)
        signal.pthread_sigmask(signal.SIG_SETMASK, self._mask)


def run_plainly(job: Job, patience: float | None, *, wait_for_all: bool = True) -> None:
    """Run a job that nothing watches to its end, and wait for what it leaves behind."""
    job.start()
    try:
        job.confirm()
        poller = select.poll()
        poller.register(job.signals, select.POLLIN)
        poller.register(job.ending, select.POLLIN)
        while not job.ended:
            poller.poll()
            job.attend()
        poller.unregister(job.ending)
        deadline = None if patience is None else time.monotonic() + patience
        while wait_for_all and job.adopted() and not job.interrupted:
            if deadline is not None and time.monotonic() >= deadline:
                break
            poller.poll(_LOOK_AGAIN_MS)
            job.attend()
    finally:
        job.finish()


def _without_coercion(env: Mapping[str, str]) -> dict[str, str]:
    """The environment without the locale that Python gave itself at its start (PEP 538)."""
    found = dict(env)
    if found.get("LC_CTYPE", "-") == os.environ.get("LC_CTYPE"):
        try:
            with open("/proc/self/environ", "rb") as given:
                if not any(each.startswith(b"LC_CTYPE=") for each in given.read().split(b"\0")):
                    del found["LC_CTYPE"]
        except OSError:
            return found
    return found


def find_program(name: str, env: Mapping[str, str], cwd: str) -> list[str]:
    """Where a program of this name may lie, in the order of ``PATH`` as execvp(3) looks for it.

    Raises:
        CaptureError: nowhere.
    """
    if "/" in name:
        found = [name]
    else:
        folders = env.get("PATH", os.defpath).split(":")
        found = [os.path.join(folder or ".", name) for folder in folders]
    there = [each for each in found if os.path.exists(os.path.join(cwd, each))]
    usable = [each for each in there if _may_run(os.path.join(cwd, each))]
    if usable:
        return usable
    if there:
        raise CaptureError(
            f"{there[0]!r} may not be executed",
            hint=f"chmod +x {there[0]}, or name the interpreter that runs it",
        )
    raise CaptureError(
        f"there is no command {name!r}", hint="check its spelling, or give its whole path"
    )


def _may_run(path: str) -> bool:
    return os.access(path, os.X_OK) and not os.path.isdir(path)


def _execute(candidates: list[str], command: list[str], env: dict[str, str]) -> None:
    """Replace this process by the first candidate that the kernel takes.

    A script without ``#!`` is given to the shell, as execvp(3) does.
    """
    for at, path in enumerate(candidates):
        try:
            os.execve(path, command, env)  # noqa: S606  a shell is what we replace
        except OSError as error:
            if error.errno == errno.ENOEXEC:
                os.execve("/bin/sh", ["sh", path, *command[1:]], env)  # noqa: S606
            if at == len(candidates) - 1 or error.errno not in {errno.ENOENT, errno.EACCES}:
                raise


def _children() -> list[int]:
    """This process's children, those of all its threads; empty where the kernel does not tell."""
    found: list[int] = []
    try:
        for thread in os.listdir("/proc/self/task"):
            with open(f"/proc/self/task/{thread}/children", "rb") as listing:
                found += [int(word) for word in listing.read().split()]
    except OSError:
        return found
    return found


def _filter_depth(pid: int | str) -> int | None:
    """How many seccomp filters stand around a process; ``None`` where the kernel does not tell."""
    try:
        with open(f"/proc/{pid}/status", "rb") as status:
            for line in status:
                if line.startswith(b"Seccomp_filters:"):
                    return int(line.split()[1])
    except OSError:
        return None
    return None
