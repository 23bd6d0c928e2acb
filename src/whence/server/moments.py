"""Moments of the record that are held open for those who ask over HTTP, a bounded number.

Each has a thread of its own, in which it is opened, asked and closed: a transaction belongs to a
thread. One that nobody asks is let go of, and so is one that lasts too long, since what is open
keeps the store from clearing up.
"""

import queue
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from typing import Any

import msgspec

from whence.errors import NotFoundError
from whence.query.guarded import GuardedReader
from whence.server.access.permission import Principal
from whence.server.limits import limit
from whence.server.problems import RefusedError
from whence.store.interface import Head, Reader
from whence.store.remote.calls import answer_call

ENOUGH = 4_000_000
"""Bytes of answers after which the rest of a request's calls are left for the next one."""

_encode = msgspec.json.Encoder().encode

Reading = Callable[[Principal], AbstractContextManager[Reader]]


@dataclass(slots=True)
class _Moment:
    """One that is open."""

    id: str
    principal: Principal
    asked: "queue.SimpleQueue[tuple[Sequence[Any], Future[list[msgspec.Raw]]] | None]" = field(
        default_factory=queue.SimpleQueue
    )


class Moments:
    """All moments that are held open.

    Args:
        reading: Opens one for whoever asks.
    """

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._open: dict[str, _Moment] = {}
        self._lock = threading.Lock()
        self._threads: set[threading.Thread] = set()

    @property
    def count(self) -> int:
        """How many are open."""
        return len(self._open)

    def open(self, principal: Principal) -> "tuple[str, Future[Head]]":
        """A moment for somebody: its id, and the ledger's head once it stands.

        Raises:
            RefusedError: as many as may be are open.
        """
        moment = _Moment(secrets.token_hex(16), principal)
        head: Future[Head] = Future()
        thread = threading.Thread(
            target=self._serve, args=(moment, head), name="whence-moment", daemon=True
        )
        with self._lock:
            if len(self._open) >= limit("moments"):
                raise RefusedError(
                    429, f"{limit('moments')} moments are held open", hint="try again"
                )
            self._open[moment.id] = moment
            self._threads.add(thread)
        thread.start()
        return moment.id, head

    def ask(
        self, name: str, principal: Principal, calls: Sequence[Any]
    ) -> "Future[list[msgspec.Raw]]":
        """Answers to the first of these calls, to all where they are not too large.

        Raises:
            NotFoundError: the moment is gone.
        """
        told: Future[list[msgspec.Raw]] = Future()
        with self._lock:
            self._find(name, principal).asked.put((calls, told))
        return told

    def close(self, name: str, principal: Principal) -> None:
        """Let go of one.

        Raises:
            NotFoundError: it is gone already.
        """
        with self._lock:
            self._find(name, principal).asked.put(None)

    def close_all(self) -> None:
        """Let go of all, and wait until they are gone."""
        with self._lock:
            for each in self._open.values():
                each.asked.put(None)
            threads = list(self._threads)
        for thread in threads:
            thread.join(limit("moment_idle"))

    def _find(self, name: str, principal: Principal) -> _Moment:
        found = self._open.get(name)
        if found is None or not _is_same(found.principal, principal):
            raise NotFoundError(
                "that moment of the record is held no longer",
                hint=f"ask again; one is let go of after {limit('moment_idle')} quiet seconds, "
                f"and after {limit('moment_time')} in all",
            )
        return found

    def _serve(self, moment: _Moment, head: "Future[Head]") -> None:
        try:
            with self._reading(moment.principal) as reader:
                head.set_result(reader.head())
                self._answer_all(moment, reader)
        except BaseException as error:  # noqa: BLE001  whoever waits is told, whatever it is
            if not head.done():
                head.set_exception(error)
        finally:
            with self._lock:
                del self._open[moment.id]
                self._threads.discard(threading.current_thread())
                self._refuse_rest(moment)

    def _answer_all(self, moment: _Moment, reader: Reader) -> None:
        deadline = time.monotonic() + limit("moment_time")
        while (left := deadline - time.monotonic()) > 0:
            try:
                asked = moment.asked.get(timeout=min(left, limit("moment_idle")))
            except queue.Empty:
                return
            if asked is None:
                return
            calls, told = asked
            try:
                answers = answer_calls(reader, calls)
                if isinstance(reader, GuardedReader):
                    reader.settle()
                told.set_result(answers)
            except BaseException as error:  # noqa: BLE001  it is the asker's
                told.set_exception(error)

    def _refuse_rest(self, moment: _Moment) -> None:
        gone = NotFoundError("that moment of the record is held no longer", hint="ask again")
        with suppress(queue.Empty):
            while True:
                asked = moment.asked.get_nowait()
                if asked is not None:
                    asked[1].set_exception(gone)


def _is_same(one: Principal, other: Principal) -> bool:
    """Whether a moment that one opened is the other's to ask: same name, and same roles still."""
    return (one.kind, one.name, one.roles) == (other.kind, other.name, other.roles)


def answer_calls(reader: Reader, calls: Sequence[Any]) -> list[msgspec.Raw]:
    """Answers as JSON, until there is enough; at least one.

    Raises:
        WireError: one of them is no call.
    """
    answers: list[msgspec.Raw] = []
    size = 0
    for call in calls:
        answers.append(msgspec.Raw(_encode(answer_call(reader, call))))
        size += len(answers[-1])
        if size >= ENOUGH:
            break
    return answers
