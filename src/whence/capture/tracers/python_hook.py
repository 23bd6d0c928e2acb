"""The tracer for where the kernel may not be asked: an audit hook in every Python process.

The agent (see ``whence.capture.agent``) reports what Python code opens, and a snapshot of the
workspace before and after tells what else was written. What compiled libraries read by themselves
is not seen, and the record says so.
"""

import os
import time
from collections.abc import Iterator, Mapping, Sequence

from whence.capture import agent
from whence.capture.tracers.events import Event, decode
from whence.capture.tracers.job import Job, run_plainly
from whence.capture.tracers.journal import Journal
from whence.capture.tracers.noise import Noise, own_folders
from whence.capture.tracers.places import Places
from whence.capture.tracers.snapshot import LIMIT, snapshot, unexplained
from whence.capture.tracers.streams import redirected
from whence.errors import WireError

TYPE_CHECKING = False  # the name that type checkers know; importing typing takes milliseconds
if TYPE_CHECKING:
    from whence.capture.interface import Activity, TracedExit
    from whence.capture.tracers.events import Stat

_NATIVE = (
    "observer-blind",
    "files opened by compiled libraries",
    "what Arrow, Polars, DuckDB, torch and other compiled libraries open is not seen by a hook",
)


class PythonTracer:
    """An audit hook in each Python process, and a snapshot of the workspace."""

    name = "python"
    blind_spots: tuple[str, ...] = (
        "files that compiled libraries read by themselves",
        "files that children which are no Python read",
        "Python processes that ignore their environment (-I, -E, -S, env -i)",
        "what is written outside the workspace by either of these",
    )

    def available(self) -> str | None:
        """It always is."""
        return None

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
        job = Job(command, env, cwd)
        agent.equip(job.env, session_dir, files=True)
        root = os.path.realpath(workspace or cwd)
        job.env["WHENCE_WORKSPACE"] = root
        noise = Noise(root, own_folders(session_dir, root))
        journal = Journal(session_dir)
        before = snapshot(root, noise)
        _note_streams(journal, Places(noise))
        journal.flush()
        run_plainly(job, patience)
        return _conclude(job, journal, noise, session_dir, before)


def _note_streams(journal: Journal, places: Places) -> None:
    now = time.time_ns()
    for fd, path, stat, how in redirected(places):
        journal.add(("stdio", 0, now, path, "", None, str(fd)))
        if how is None:
            journal.add(("read", 0, now, path, "", stat, ""))
        else:
            journal.add(("write", 0, now, path, "", stat, how))


def _conclude(
    job: Job,
    journal: Journal,
    noise: Noise,
    session_dir: str,
    before: "dict[str, Stat] | None",
) -> "TracedExit":
    from whence.capture.interface import TracedExit  # noqa: PLC0415  after the program's end
    from whence.capture.tracers.settle import settle  # noqa: PLC0415

    start: Event = ("start", job.pid, time.time_ns(), "", "", None, str(os.getpid()))
    reported = sorted(_reported(session_dir, noise), key=lambda event: event[2])
    for event in (start, *reported, _gap(*_NATIVE)):
        journal.add(event)
    after = snapshot(os.path.realpath(noise.root), noise) if before is not None else None
    if before is None or after is None:
        reason = f"it holds more than {LIMIT} files, so its state before and after is not compared"
        journal.add(_gap("observer-blind", noise.root, reason))
    else:
        explained = {event[3] for event in journal.events if event[0] == "write"}
        explained |= {each.path for each in settle(journal.events).writes}
        touched = {event[3] for event in journal.events if event[0] == "touch"}
        for event in unexplained(before, after, explained, touched):
            journal.add(event)
    activity = settle(journal.events)
    journal.close()
    return TracedExit(job.exit_status, job.signal, activity, job.pid)


def read_reported(session_dir: str, root: str) -> "Activity":
    """What the hooks inside Python processes wrote down, where no tracer stood around them."""
    from whence.capture.tracers.settle import settle  # noqa: PLC0415

    noise = Noise(root, own_folders(session_dir, root))
    reported = sorted(_reported(session_dir, noise), key=lambda event: event[2])
    return settle([*reported, _gap(*_NATIVE)])


def _gap(kind: str, about: str, reason: str) -> Event:
    return "gap", 0, time.time_ns(), about, reason, None, kind


def _reported(session_dir: str, noise: Noise) -> Iterator[Event]:
    """What the hooks wrote down; the last line of a killed process may be torn."""
    for name in sorted(os.listdir(session_dir)):
        if not name.endswith(".files"):
            continue
        with open(os.path.join(session_dir, name), "rb") as lines:
            for line in lines:
                try:
                    event = decode(line)
                except WireError:
                    break
                if event[0] == "gap" or not noise.drops(event[3]):
                    yield event
