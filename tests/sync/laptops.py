"""Laptops with a store each, and a way to their server that may be cut."""

from collections.abc import Sequence
from typing import Any

from whence.ledger.audit import AuditRow
from whence.model.identity import derived_id
from whence.model.node import NodeKind
from whence.recording.observation import ActorSeen
from whence.recording.recorder import Recorder
from whence.recording.registry.registration import Registration
from whence.store.interface import Appended
from whence.store.memory import MemoryStore
from whence.sync.exchange import pull, push
from whence.sync.peers import StorePeer
from whence.sync.receiving import Brought, Claim
from whence.sync.remotes import Remote
from whence.sync.travelling import Arrived
from whence.testing.worlds import run_seen


class Laptop:
    """A store with one remote."""

    def __init__(self, name: str, server: MemoryStore) -> None:
        self.name = name
        self.store = MemoryStore()
        self.peer = StorePeer(server)
        self.remote = Remote("team", "memory://")
        self.runs = 0
        self.has_told = False

    def keep(self, remote: Remote) -> None:
        self.remote = remote

    def run(self) -> None:
        self.runs += 1
        self.has_told = True
        run = run_seen("train", id=derived_id("sync", self.name, str(self.runs)))
        Recorder(self.store).record_run(run)

    def register(self) -> None:
        latest = self.store.latest(NodeKind.CODE, 1)
        if latest:
            self.has_told = True
            artifact = self.store.nodes(latest)[0].id
            person = ActorSeen("person", self.name)
            told = Registration("delay", artifact, person, "sync")
            Recorder(self.store).record([told.compose])

    def push(self, peer: Any = None) -> None:
        push(self.store, peer or self.peer, self.remote, self.keep)

    def pull(self, peer: Any = None) -> None:
        pull(self.store, peer or self.peer, self.remote, self.keep)


class Cut(Exception):  # noqa: N818  stands for a plug that is pulled
    """The net is gone."""


class Flaky(StorePeer):
    """A peer of which the net is cut after some calls, before or after they took effect."""

    def __init__(self, store: MemoryStore, calls: int, *, late: bool) -> None:
        super().__init__(store)
        self._left, self._late = calls, late

    def _tick(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise Cut

    def give(self, rows: Sequence[AuditRow], project: str) -> list[Brought]:
        if not self._late:
            self._tick()
        kept = super().give(rows, project)
        self._tick()
        return kept

    def entries(self, start: int, stop: int) -> list[Arrived]:
        self._tick()
        return super().entries(start, min(stop, start + 2))

    def claim(self, claim: Claim) -> Appended:
        if not self._late:
            self._tick()
        kept = super().claim(claim)
        self._tick()
        return kept
