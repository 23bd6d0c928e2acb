"""The tracer of a run inside a run: the outer run's supervisor sees, we read its journal.

Only one filter with a listener can stand around a process, so a nested ``whence run`` cannot have
its own. It starts its command plainly; at the end it asks the supervisor, by opening a file that
means so, to bring the journal up to date, and keeps what its own descendants did.
"""

import os
from collections.abc import Mapping, Sequence

from whence.capture import agent
from whence.capture.tracers.events import Event
from whence.capture.tracers.job import Job, run_plainly
from whence.capture.tracers.journal import FLUSH, NAME, OBSERVER, read_events

TYPE_CHECKING = False  # the name that type checkers know; importing typing takes milliseconds
if TYPE_CHECKING:
    from whence.capture.interface import TracedExit


class NestedTracer:
    """The journal of the run around this one."""

    name = "nested"
    blind_spots: tuple[str, ...] = (
        "everything that the run around it cannot see",
        "content that was read, and then replaced or removed, where only the outer run holds it",
    )

    def available(self) -> str | None:
        """Say why it cannot be used here and now; ``None`` when it can."""
        outer = os.environ.get(OBSERVER)
        if not outer:
            return "there is no run around this one"
        try:
            _ask(outer)
            seen = any(event[1] == os.getpid() for event in read_events(outer))
        except OSError as error:
            return f"the journal of the run around this one cannot be read: {error.strerror}"
        return None if seen else "the run around this one does not see this process"

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
        """Run a command to its end; see ``interface.Tracer.run``."""
        del workspace
        outer = os.environ[OBSERVER]
        job = Job(command, env, cwd)
        agent.equip(job.env, session_dir)
        job.env[OBSERVER] = outer
        since = os.stat(os.path.join(outer, NAME)).st_size
        run_plainly(job, patience)
        _ask(outer)
        from whence.capture.interface import TracedExit  # noqa: PLC0415  after the program's end
        from whence.capture.tracers.settle import settle  # noqa: PLC0415

        events = descended(read_events(outer, since), job.pid)
        return TracedExit(job.exit_status, job.signal, settle(events), job.pid)


def _ask(outer: str) -> None:
    """Open a file that means something; it is written, because reads are not always asked about."""
    os.close(os.open(os.path.join(outer, FLUSH), os.O_WRONLY | os.O_CLOEXEC))


def descended(events: Sequence[Event], root: int) -> list[Event]:
    """What one process and its descendants did."""
    family = {root}
    found: list[Event] = []
    for event in events:
        if event[0] == "start" and int(event[6]) in family:
            family.add(event[1])
        if event[1] in family:
            found.append(event)
    return found
