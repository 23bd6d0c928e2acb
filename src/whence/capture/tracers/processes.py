"""The processes of a run, from the events that tell of them."""

from dataclasses import replace

from whence.capture.interface import ProcessSeen
from whence.capture.tracers.events import Event, split_argv, split_streams


class Processes:
    """All so far, in the order in which they were met."""

    def __init__(self) -> None:
        self._seen: list[ProcessSeen] = []
        self._living: dict[int, int] = {}

    def start(self, event: Event) -> None:
        """A process is met; the number of one that ended may be given again."""
        if event[1] not in self._living:
            self._add(ProcessSeen(event[1], int(event[6]) or None, event[2]))

    def set_scene(self, event: Event) -> None:
        """A program is about to start: where, and with which standard streams."""
        at = self._at(event)
        streams = split_streams(event[6])
        self._seen[at] = replace(self._seen[at], folder=event[3], streams=streams)

    def execute(self, event: Event) -> None:
        """A program starts in a process."""
        at = self._at(event)
        words = split_argv(event[4])
        self._seen[at] = replace(self._seen[at], executable=event[3], argv=words)

    def end(self, event: Event) -> None:
        """A process ends by itself."""
        at = self._at(event)
        self._seen[at] = replace(self._seen[at], ended_at=event[2], exit_status=int(event[6]))
        self._living.pop(event[1], None)

    def seen(self) -> tuple[ProcessSeen, ...]:
        """Each as it was last."""
        return tuple(self._seen)

    def _at(self, event: Event) -> int:
        if event[1] not in self._living:
            self._add(ProcessSeen(event[1], None, event[2]))
        return self._living[event[1]]

    def _add(self, process: ProcessSeen) -> None:
        self._living[process.pid] = len(self._seen)
        self._seen.append(process)
