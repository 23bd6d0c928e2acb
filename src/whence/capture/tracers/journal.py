"""The events of a run on disk, so that they outlive whoever observed it.

They are written while the program runs, at least once a second and once at the end. A later
command can read them back after a crash of ours: all lines but a torn last one.
"""

# Paths stay strings here: pathlib costs microseconds for each and a third of the start-up.

import os
import time

from whence.capture.tracers.events import Event, decode, encode
from whence.errors import WireError

NAME = "journal"
FLUSH = "flush"
"""A file in the session folder: whoever opens it for writing finds the journal up to date."""
OBSERVER = "WHENCE_OBSERVER"
"""Names, in a job's environment, the session folder of whoever observes it."""
_SECOND = 1_000_000_000
_MANY = 4096


class Journal:
    """An open journal; all events so far are also at hand in ``events``."""

    def __init__(self, session_dir: str) -> None:
        self.events: list[Event] = []
        self._written = 0
        self._last = time.monotonic_ns()
        self._fd = os.open(
            os.path.join(session_dir, NAME),
            os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC,
            0o600,
        )
        self.failed = ""
        """Why it could not be written on; the run goes on all the same."""

    def add(self, event: Event) -> None:
        """Take an event; it is on disk within a second."""
        self.events.append(event)

    @property
    def due(self) -> bool:
        """Whether something has waited for a second."""
        return self.pending and time.monotonic_ns() - self._last > _SECOND

    @property
    def pending(self) -> bool:
        """Whether something waits to be written."""
        return self._written < len(self.events)

    @property
    def long(self) -> bool:
        """Whether so much waits that writing it at the end would take a while."""
        return len(self.events) - self._written > _MANY

    def flush(self) -> None:
        """Hand everything to the operating system."""
        self._last = time.monotonic_ns()
        data = b"".join(map(encode, self.events[self._written :]))
        self._written = len(self.events)
        try:
            while data and not self.failed:
                data = data[os.write(self._fd, data) :]
        except OSError as error:
            self.failed = error.strerror or str(error)

    def close(self) -> None:
        """Write what is left and close the file."""
        self.flush()
        os.close(self._fd)


def read_events(session_dir: str, since: int = 0) -> list[Event]:
    """The events that a journal holds, up to the first line that is torn or foreign.

    Args:
        session_dir: where the journal lies.
        since: bytes at its beginning to leave out; a line must begin there.

    Raises:
        OSError: there is no journal.
    """
    found: list[Event] = []
    with open(os.path.join(session_dir, NAME), "rb") as lines:
        lines.seek(since)
        for line in lines:
            try:
                found.append(decode(line))
            except WireError:
                break
    return found
