"""The door: whatever is kept comes through here."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from whence.errors import ConflictError
from whence.model.moment import following, now
from whence.model.record import Record
from whence.recording.compose import RunComposer
from whence.recording.observation import RunSeen
from whence.recording.validate import validate
from whence.store.interface import Appended, Reader, Store

Composer = Callable[[Reader, str], Record]
"""Makes a record from what the store knows at this moment and the time it is recorded."""


TRIES = 5
"""How often a block is composed when others are quicker each time."""


class Recorder:
    """Checks records and hands them to a store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def record_run(self, seen: RunSeen, *, timeout: float = 30.0) -> Appended:
        """Keep a run that has ended; saying the same run again keeps it once."""
        return self.record_runs([seen], timeout=timeout)[0]

    def record_runs(
        self,
        runs: Iterable[RunSeen],
        *,
        timeout: float = 30.0,
        before: Callable[[], object] | None = None,
        project: str = "",
    ) -> list[Appended]:
        """Keep several runs together, durably, or none of them.

        Args:
            runs: The runs.
            timeout: Seconds to wait for other writers.
            before: Called when all others are shut out, before anything is kept.
            project: Whose they are; empty for what all share.
        """

        def compose_first(reader: Reader, time: str) -> Record:
            if before is not None:
                before()
            return first(reader, time)

        composers = [run_composer(seen, project) for seen in runs]
        first = composers[0]
        return self.record([compose_first, *composers[1:]], timeout=timeout)

    def record(self, composers: Iterable[Composer], *, timeout: float = 30.0) -> list[Appended]:
        """Compose, check and keep records in one transaction.

        Each composer sees what those before it have added. Where somebody else was quicker, all
        compose again, so a composer may be asked more than once.

        Raises:
            InvalidRecordError: one of them breaks a rule; none is kept.
            StoreLockedError: others wrote for longer than ``timeout`` seconds.
            ConflictError: others were quicker each time.
        """
        block = list(composers)
        for _ in range(TRIES - 1):
            try:
                return self._record(block, timeout)
            except ConflictError:
                continue
        return self._record(block, timeout)

    def _record(self, block: list[Composer], timeout: float) -> list[Appended]:
        kept = []
        with self._store.writing(timeout=timeout) as writer:
            for compose in block:
                record = compose_now(compose, writer)
                validate(record, writer)
                kept.append(writer.append(record))
        return kept


def compose_now(compose: Composer, reader: Reader) -> Record:
    """The record of this moment, later than all that was said before of what it speaks of.

    Two words of one millisecond, or a clock that went back: facets add up by time, and who speaks
    now knows what was said before.
    """
    record = compose(reader, now())
    before = _latest_word(record, reader)
    return compose(reader, following(before)) if before >= record.time else record


def _latest_word(record: Record, reader: Reader) -> str:
    """When something was last said of a node that the record says something of; empty if never."""
    latest = ""
    own = {node.id for node in record.nodes}  # composers name what is not there yet
    for node in {facet.node for facet in record.facets} - own:
        handle = reader.find(node)
        stated = [] if handle is None else reader.facets(handle)
        if stated:
            latest = max(latest, stated[-1].time)
    return latest


def run_composer(seen: RunSeen, project: str = "") -> Composer:
    """What makes the record of a run.

    Args:
        seen: The run.
        project: Whose it is; empty for what all share.
    """

    def compose(reader: Reader, time: str) -> Record:
        record = RunComposer(seen, reader).compose(time)
        return replace(record, project=project) if project else record

    return compose
