"""The one writer: takes in what many hand in at once, and keeps it in groups, durably.

A submission is all or nothing. Those that wait are written in one transaction, so that one sync of
the disk serves them all; a bad one among them fails alone. What arrived to be read later is read by
the same thread, when it is its turn.
"""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from whence.errors import StoreError
from whence.model.record import Record
from whence.recording.recorder import Composer
from whence.server.disk import Disk
from whence.server.limits import limit
from whence.server.problems import RefusedError
from whence.server.submission import Again, Submission, settle, write
from whence.server.turns import Turns
from whence.store.interface import Appended, Store, Writer
from whence.store.sealing import prepare

GROUP = 512
"""How many submissions are kept in one transaction at most."""


@dataclass(slots=True)
class Tally:
    """What the writer has done so far, for the metrics."""

    groups: int = 0
    submissions: int = 0
    records: int = 0
    refused: int = 0
    seconds: float = 0.0
    read: int = 0
    """Arrivals of which was said what they mean."""


class Ingest:
    """A queue and the thread that empties it.

    Args:
        store: Where to keep.
        waiting: How many submissions may wait.
        folder: Where the store lies on a disk of this machine, on which some room is left free: a
            disk that is full to the last byte serves no questions either.
        read: Says what the first arrivals mean, as many as it is told; gives the place of the last
            and how many there were.
    """

    def __init__(
        self,
        store: Store,
        *,
        waiting: int | None = None,
        folder: Path | None = None,
        read: Callable[[Writer, int], tuple[int, int]] | None = None,
    ) -> None:
        self._store = store
        self._read_some = read
        self._waiting = limit("queue") if waiting is None else waiting
        self._queue: deque[Submission] = deque()
        lock = threading.Lock()
        self._wake = threading.Condition(lock)
        self._read_on = threading.Condition(lock)
        """Told after each turn of reading."""
        self._turns = Turns(waits=read is not None)
        self._gathered: dict[asyncio.AbstractEventLoop, list[Submission]] = {}
        """What came in this turn of a loop."""
        self._closed = False
        self.tally = Tally()
        self.disk = Disk(store, folder)
        self._thread = threading.Thread(target=self._work, name="whence-ingest", daemon=True)
        self._thread.start()

    def submit(self, composers: Sequence[Composer]) -> "Future[list[Appended]]":
        """Hand in what belongs together; the future tells what became of it once it is durable.

        Raises:
            RefusedError: too many wait already, or the server is stopping.
        """
        done: Future[list[Appended]] = Future()
        for refused in self._put([Submission(done, composers)]):
            assert refused.error is not None
            raise refused.error
        return done

    async def keep(
        self,
        composers: Sequence[Composer],
        *,
        exact: bool = False,
        salts: Sequence[bytes | None] = (),
        travelled: bool = False,
    ) -> list[Appended]:
        """The same for coroutines, with one call into their loop for a whole group.

        Args:
            composers: What belongs together.
            exact: Whether a record whose id is known has to be the very same.
            salts: Of records that come with theirs, one for each.
            travelled: Whether the records were kept elsewhere before.

        Raises:
            RefusedError: too many wait already, or the server is stopping.
            ConflictError: ``exact``, and a record of this id says something else.
        """
        done: asyncio.Future[list[Appended]] = asyncio.get_running_loop().create_future()
        self._gather(Submission(done, composers, exact, salts=salts, travelled=travelled))
        return await done

    async def arrive(self, arrival: Record) -> Appended:
        """Keep what has just come and is to be read later.

        What can be done before there is a writer is done here, so that those who wait for the disk
        do not wait for that too.

        Raises:
            InvalidRecordError: it cannot be kept.
            RefusedError: too many wait already, or the server is stopping.
        """
        prepared = prepare(arrival)
        done: asyncio.Future[list[Appended]] = asyncio.get_running_loop().create_future()
        self._gather(Submission(done, arrival=prepared))
        return (await done)[0]

    def _gather(self, submission: Submission) -> None:
        loop = asyncio.get_running_loop()
        gathered = self._gathered.setdefault(loop, [])
        if not gathered:
            # What arrives in the same turn of the loop is handed over together: a thread that is
            # woken for the first of them would fight with the loop for the interpreter.
            loop.call_soon(self._hand_over, loop)
        gathered.append(submission)

    def _hand_over(self, loop: asyncio.AbstractEventLoop) -> None:
        for each in self._put(self._gathered.pop(loop)):
            each.tell()

    def _put(self, submissions: Sequence[Submission]) -> Sequence[Submission]:
        """Queue as many as there is room for; the others come back, with the reason."""
        with self._wake:
            room = 0 if self._closed else max(self._waiting - len(self._queue), 0)
            self._queue.extend(submissions[:room])
            self._wake.notify()
        refused = submissions[room:]
        for each in refused:
            each.error = (
                RefusedError(503, "the server is stopping", hint="try again in a moment")
                if self._closed
                else RefusedError(
                    429, f"{self._waiting} submissions wait already", hint="try again in a moment"
                )
            )
        return refused

    @property
    def waiting(self) -> int:
        """How many submissions are not kept yet."""
        return len(self._queue)

    @property
    def is_behind(self) -> bool:
        """Whether something may have arrived that is not read yet."""
        return self._turns.waits

    def close(self) -> None:
        """Keep what was accepted, then stop."""
        with self._wake:
            self._closed = True
            self._wake.notify()
            self._read_on.notify_all()
        self._thread.join()

    def catch_up(self, place: int, seconds: float) -> bool:
        """Wait until all arrivals up to a place in the ledger are read; whether they are.

        Args:
            place: Of an arrival that was seen in the store.
            seconds: For how long.
        """
        with self._wake:
            self._turns.waits = True
            self._turns.wanted = max(self._turns.wanted, place)
            self._wake.notify()
            return self._read_on.wait_for(
                lambda: self._turns.reached >= place or self._closed, seconds
            )

    def _work(self) -> None:
        while True:
            with self._wake:
                while not self._queue and not self._closed:
                    due = self._due()
                    if due <= 0:
                        break
                    self._wake.wait(None if due == float("inf") else due)
                if self._closed and not self._queue:
                    return
                group = [self._queue.popleft() for _ in range(min(GROUP, len(self._queue)))]
            if group:
                self._take(group)
            if self._due() <= 0:
                self._read()

    def _due(self) -> float:
        return float("inf") if self._read_some is None else self._turns.due(time.monotonic())

    def _take(self, group: list[Submission]) -> None:
        started = time.perf_counter()
        try:
            self.disk.require()
            self._keep(group)
            self.disk.trouble = None
        except BaseException as error:  # noqa: BLE001  whoever waits is told, whatever it is
            if isinstance(error, StoreError):
                self.disk.note(error)
            for each in group:
                each.error = each.error or error
        self.tally.seconds += time.perf_counter() - started
        self._count(group)
        settle(group)

    def _read(self) -> None:
        """A turn of reading what arrived; one that fails is tried again later."""
        assert self._read_some is not None
        started = time.monotonic()
        most = self._turns.size(started)
        try:
            self.disk.require()
            with self._store.writing() as writer:
                place, count = self._read_some(writer, most)
        except (StoreError, RefusedError) as error:
            if isinstance(error, StoreError):
                self.disk.note(error)
            self._turns.failed(time.monotonic())
            return
        now = time.monotonic()
        self.tally.read += count
        with self._wake:
            self._turns.read(now, now - started, place, done=count < most)
            self._read_on.notify_all()

    def _keep(self, group: list[Submission]) -> None:
        """Write all that can be written in one transaction; whoever cannot be has its error."""
        while True:
            try:
                with self._store.writing() as writer:
                    write(group, writer)
            except Again:
                continue
            return

    def _count(self, group: list[Submission]) -> None:
        good = [each for each in group if each.error is None]
        self.tally.groups += 1
        self.tally.submissions += len(good)
        self.tally.records += sum(len(each.kept) for each in good)
        arrived = [each for each in good if each.arrival is not None]
        place = max((each.kept[-1].index for each in arrived), default=-1)
        with self._wake:
            self._turns.came(time.monotonic(), place, len(arrived))
        self.tally.refused += len(group) - len(good)
