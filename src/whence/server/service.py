"""What every endpoint works with: the store, its writer, and the moments that may be read."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import zip_longest
from pathlib import Path

from whence import __version__
from whence.errors import NotFoundError
from whence.query.guarded import GuardedReader
from whence.query.refs import resolve_ref
from whence.recording.observation import ActorSeen
from whence.recording.recorder import Composer
from whence.server.access.gate import Gate
from whence.server.access.permission import Principal, home_project
from whence.server.door import Travelled, guarded
from whence.server.ingest import Ingest
from whence.server.interpreting import interpret
from whence.server.limits import limit
from whence.server.moments import Moments
from whence.server.predictions import Predictions
from whence.server.texts import Texts
from whence.store.interface import Appended, Reader, Store
from whence.wire.canonical import try_first
from whence.wire.quick import write_quickly

PATIENCE = 5.0
"""Seconds for which a question waits until what arrived is read."""

SOURCE = f"whence-server/{__version__}"
"""What records say that were composed here."""


class Service:
    """One served record.

    Args:
        store: Where it is kept.
        folder: The ``.whence`` folder of the server: locks, and what is not in the store.
        gate: Who may come in; without one, whoever is at this machine.
    """

    def __init__(self, store: Store, folder: Path, gate: Gate | None = None) -> None:
        try_first(write_quickly)
        self.store = store
        self.folder = folder
        self.gate = gate or Gate.open(folder)
        self.ingest = Ingest(
            store,
            folder=getattr(store, "folder", None),
            read=lambda writer, most: interpret(writer, self.gate, most),
        )
        self.threads = ThreadPoolExecutor(limit("readers"), thread_name_prefix="whence-answer")
        """Where questions are answered."""
        self.moments = Moments(self.reading)
        self.receipts = Predictions(folder)
        """Those of predictions, and what collects them."""
        self.texts = Texts(folder)
        """Of sources as they ran."""
        self.figures: Callable[[], bytes] = bytes
        """What `/metrics` says; set by the app that serves it."""
        self.description: Callable[[], bytes] = bytes
        """What `/openapi.json` says; set by the app."""

    @contextmanager
    def reading(
        self, principal: Principal, told: Callable[[int], object] | None = None
    ) -> Iterator[Reader]:
        """One consistent moment, as far as this principal may see it.

        What had arrived before it is read first; where that takes too long, ``told`` is told how
        much is not.

        What was shown of protected projects is in the audit log when the block ends.
        """
        behind = self.catch_up()
        if behind and told is not None:
            told(behind)
        guard = self.gate.guard(principal)
        with self.store.reading() as reader:
            if guard is None:
                yield reader
                return
            try:
                yield GuardedReader(reader, guard, lambda: self.gate.note_reads(guard, principal))
            except NotFoundError:
                self.gate.note_refused(guard, principal)
                raise
            finally:
                self.gate.note_reads(guard, principal)

    def extent(self) -> tuple[int, int]:
        """How many entries the ledger has, and how many arrivals are not read yet."""
        with self.store.reading() as reader:
            return reader.head().size, reader.backlog().count

    def catch_up(self) -> int:
        """Let what arrived until now be read; how much of it is not after a while."""
        with self.store.reading() as reader:
            backlog = reader.backlog()
        if not backlog.count or self.ingest.catch_up(backlog.last, PATIENCE):
            return 0
        return self.extent()[1]

    async def _catch_up(self) -> None:
        if self.ingest.is_behind:
            await asyncio.get_running_loop().run_in_executor(self.threads, self.catch_up)

    def keep(self, principal: Principal, composers: Iterable[Composer]) -> list[Appended]:
        """Compose with what a principal may see, hold it to what he may say, and keep it.

        Raises:
            ForbiddenError: he may not say this; nothing is kept.
            RefusedError: too many wait already, or the server is stopping.
        """
        self.catch_up()
        return self.ingest.submit(guarded(composers, principal, self.gate)).result()

    async def bring(
        self,
        principal: Principal,
        composers: Sequence[Composer],
        *,
        project: str = "",
        salts: Sequence[bytes | None] = (),
        exact: bool = False,
        travelled: bool = False,
        before: Sequence[tuple[Composer, bytes]] = (),
    ) -> list[Appended]:
        """Keep records as somebody else composed them; see ``Ingest.keep``.

        Args:
            principal: Who brings them.
            composers: What gives them.
            project: Whose they are that name none; without one, where the principal writes, if that
                is one project.
            salts: Of records that come with theirs, one for each.
            exact: Whether a record whose id is known has to be the very same.
            travelled: Whether the records were kept elsewhere before.
            before: What the server itself says before them, each with its salt.
        """
        await self._catch_up()
        home = project or home_project(principal)
        made = [Travelled(each, principal, home, self.gate.voucher) for each in composers]
        steps = [compose for compose, _ in before]
        with_salts: list[bytes | None] = [salt for _, salt in before]
        for each, salt in zip_longest(made, salts):
            steps.append(each.compose)
            with_salts.append(salt)
            if home:
                steps.append(each.compose_belonging)
                with_salts.append(None)
        kept = await self.ingest.keep(steps, exact=exact, salts=with_salts, travelled=travelled)
        return kept[len(before) :: 2 if home else 1]

    async def hand_in(self, principal: Principal, composers: Iterable[Composer]) -> list[Appended]:
        """The same for coroutines."""
        await self._catch_up()
        return await self.ingest.keep(guarded(composers, principal, self.gate))

    def close(self) -> None:
        """Keep what was accepted, then let go of the store."""
        self.threads.shutdown()
        self.moments.close_all()
        self.receipts.close()
        self.ingest.close()
        self.store.close()
        self.gate.close()


def actor_of(principal: Principal) -> ActorSeen:
    """Who a record says it is from."""
    return ActorSeen(principal.name, principal.kind)


def find(reader: Reader, ref: str) -> int:
    """What a REF names; a path in it is never looked for on the server's disk.

    Raises:
        NotFoundError: nothing; lists the nearest names.
        AmbiguousError: several things; lists them.
    """
    return resolve_ref(reader, ref, lambda _: None).handle
