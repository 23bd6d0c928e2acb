"""What every endpoint works with: the store, its writer, and the moments that may be read."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from whence import __version__
from whence.query.refs import resolve_ref
from whence.recording.observation import ActorSeen
from whence.server.access.permission import LOCAL, Principal
from whence.server.ingest import Ingest
from whence.server.limits import limit
from whence.store.interface import Reader, Store

SOURCE = f"whence-server/{__version__}"
"""What records say that were composed here."""


class Service:
    """One served record.

    Args:
        store: Where it is kept.
        folder: The ``.whence`` folder of the server: locks, and what is not in the store.
    """

    def __init__(self, store: Store, folder: Path) -> None:
        self.store = store
        self.folder = folder
        self.ingest = Ingest(store)
        self.threads = ThreadPoolExecutor(limit("readers"), thread_name_prefix="whence-answer")
        """Where questions are answered."""
        self.figures: Callable[[], bytes] = bytes
        """What `/metrics` says; set by the app that serves it."""
        self.description: Callable[[], bytes] = bytes
        """What `/openapi.json` says; set by the app."""

    @contextmanager
    def reading(self, principal: Principal) -> Iterator[Reader]:  # noqa: ARG002  the guard's place
        """One consistent moment, as far as this principal may see it."""
        with self.store.reading() as reader:
            yield reader

    def principal(self) -> Principal:
        """Who asks where nobody is asked to say who he is: whoever is at this machine."""
        return LOCAL

    def close(self) -> None:
        """Keep what was accepted, then let go of the store."""
        self.threads.shutdown()
        self.ingest.close()
        self.store.close()


def actor_of(principal: Principal) -> ActorSeen:
    """Who a record says it is from."""
    return ActorSeen(principal.kind, principal.name)


def find(reader: Reader, ref: str) -> int:
    """What a REF names; a path in it is never looked for on the server's disk.

    Raises:
        NotFoundError: nothing; lists the nearest names.
        AmbiguousError: several things; lists them.
    """
    return resolve_ref(reader, ref, lambda _: None).handle
