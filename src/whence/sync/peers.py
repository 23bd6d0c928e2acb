"""The other side of a push or a pull: a store that can be opened here, or a server."""

from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlencode

from whence.errors import ForbiddenError, StoreError, WireError
from whence.homecoming.lending import fetch_texts, send_texts
from whence.homecoming.texts import TextShelf
from whence.ledger.audit import AuditRow
from whence.ledger.checkpoint import decode_hash
from whence.ledger.merkle import consistency_proof
from whence.model.identity import NodeId
from whence.recording.recorder import Recorder
from whence.store.interface import Appended, Head, Store
from whence.store.opening import open_store
from whence.store.remote.channel import Channel
from whence.store.remote.problems import AnsweredError
from whence.sync.receiving import Brought, Claim, checkpoint_composer, leaf_of, receive
from whence.sync.travelling import Arrived, read_line, read_value, write_line

LEDGER = "/api/v1/ledger"
ENTRIES = LEDGER + "/entries"
PLACES = LEDGER + "/places"
CHECKPOINTS = LEDGER + "/checkpoints"
LINES = "application/x-ndjson"


class Peer(Protocol):
    """Another ledger, as far as records travel to and from it."""

    def head(self) -> tuple[str, Head]:
        """Its identity and its state."""

    def consistency(self, old: int, new: int) -> list[bytes]:
        """The proof that it only grew from one size to another (RFC 6962, section 2.1.2)."""

    def places(self, records: Sequence[NodeId]) -> list[tuple[int, bytes] | None]:
        """Where it has these records, and their leaf hashes."""

    def give(self, rows: Sequence[AuditRow], project: str) -> list[Brought]:
        """Have it keep entries, together or not at all.

        Raises:
            ForbiddenError: it does not allow us to hand in one of them.
            InvalidRecordError: one of them breaks a rule there.
            ConflictError: it has another entry with the id of one.
        """

    def entries(self, start: int, stop: int) -> list[Arrived]:
        """Some of its entries from one place on; empty at the end."""

    def claim(self, claim: Claim) -> Appended:
        """Have it record what a ledger says of itself."""

    def give_texts(self, files: Collection[str], texts: TextShelf) -> None:
        """Hand it the texts of source files, by their digests, as far as it wants them."""

    def take_texts(self, files: Collection[str], texts: TextShelf) -> None:
        """Put on a shelf what texts of source files it has."""


class StorePeer:
    """A store that can be opened here.

    Args:
        store: The other one.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def head(self) -> tuple[str, Head]:
        """Its identity and its state."""
        with self._store.reading() as reader:
            return reader.identity(), reader.head()

    def consistency(self, old: int, new: int) -> list[bytes]:
        """The proof that it only grew from one size to another."""
        with self._store.reading() as reader:
            nodes = {(level, at): value for level, at, value in reader.tree_nodes()}
            nodes |= {(0, row.index): row.leaf for row in reader.entries(0, new)}
        return consistency_proof(old, new, lambda level, at: nodes[level, at])

    def places(self, records: Sequence[NodeId]) -> list[tuple[int, bytes] | None]:
        """Where it has these records."""
        with self._store.reading() as reader:
            return [leaf_of(reader, each) for each in records]

    def give(self, rows: Sequence[AuditRow], project: str) -> list[Brought]:
        """Have it keep entries."""
        del project  # whoever can open a store may write all of it
        return receive(self._store, [read_line(write_line(row)) for row in rows])

    def entries(self, start: int, stop: int) -> list[Arrived]:
        """Some of its entries."""
        with self._store.reading() as reader:
            return [read_line(write_line(row)) for row in reader.entries(start, stop)]

    def claim(self, claim: Claim) -> Appended:
        """Have it record what a ledger says of itself."""
        (kept,) = Recorder(self._store).record([checkpoint_composer(claim)])
        return kept

    def give_texts(self, files: Collection[str], texts: TextShelf) -> None:
        """Nothing: texts lie beside a store, not in it."""

    def take_texts(self, files: Collection[str], texts: TextShelf) -> None:
        """Nothing: texts lie beside a store, not in it."""


class ServerPeer:
    """A server.

    Args:
        channel: The way to it.
    """

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def head(self) -> tuple[str, Head]:
        """Its identity and its state."""
        match self._ask("GET", LEDGER):
            case {"identity": str(identity), "size": int(size), "root": str(root)}:
                return identity, Head(size, self._hash(root))
        raise self._strange()

    def consistency(self, old: int, new: int) -> list[bytes]:
        """The proof that it only grew from one size to another."""
        asked = urlencode({"old": old, "new": new})
        match self._ask("GET", f"{LEDGER}/consistency?{asked}"):
            case {"hashes": list(hashes)}:
                return [self._hash(each) for each in hashes]
        raise self._strange()

    def places(self, records: Sequence[NodeId]) -> list[tuple[int, bytes] | None]:
        """Where it has these records."""
        match self._ask("POST", PLACES, {"records": list(records)}):
            case {"places": list(places)} if len(places) == len(records):
                return [self._place(each) for each in places]
        raise self._strange()

    def give(self, rows: Sequence[AuditRow], project: str) -> list[Brought]:
        """Have it keep entries."""
        asked = "?" + urlencode({"project": project}) if project else ""
        lines = b"".join(write_line(row) + b"\n" for row in rows)
        try:
            answer = self._channel.ask("POST", ENTRIES + asked, lines, repeatable=True, media=LINES)
        except AnsweredError as answered:
            if answered.status == 403 and answered.is_problem:
                raise ForbiddenError(answered.detail, hint=answered.hint) from answered
            raise answered.as_error(self._channel.url) from answered
        match answer:
            case {"kept": list(kept)} if len(kept) == len(rows):
                return [self._brought(each) for each in kept]
        raise self._strange()

    def entries(self, start: int, stop: int) -> list[Arrived]:
        """Some of its entries."""
        asked = urlencode({"start": start, "stop": stop})
        match self._ask("GET", f"{ENTRIES}?{asked}"):
            case {"entries": list(values)}:
                try:
                    return [read_value(each) for each in values]
                except WireError as error:
                    raise self._strange() from error
        raise self._strange()

    def claim(self, claim: Claim) -> Appended:
        """Have it record what a ledger says of itself."""
        told = {
            "ledger": claim.ledger,
            "start": claim.start,
            "size": claim.size,
            "root": claim.root,
            "spans": [list(each) for each in claim.spans],
        }
        match self._ask("POST", CHECKPOINTS, told):
            case {"kept": [kept]}:
                return self._appended(kept)
        raise self._strange()

    def give_texts(self, files: Collection[str], texts: TextShelf) -> None:
        """Hand it the texts of source files."""
        send_texts(self._channel, files, texts)

    def take_texts(self, files: Collection[str], texts: TextShelf) -> None:
        """Put on a shelf what texts of source files it has."""
        fetch_texts(self._channel, files, texts)

    # ------------------------------------------------------------- machinery

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        try:
            return self._channel.ask(method, path, body, repeatable=True, media="application/json")
        except AnsweredError as answered:
            raise answered.as_error(self._channel.url) from answered

    def _hash(self, told: Any) -> bytes:
        try:
            return decode_hash(told)
        except (WireError, AttributeError) as error:
            raise self._strange() from error

    def _place(self, told: Any) -> tuple[int, bytes] | None:
        match told:
            case None:
                return None
            case [int(place), str(leaf)]:
                return place, self._hash(leaf)
        raise self._strange()

    def _appended(self, told: Any) -> Appended:
        match told:
            case {"index": int(index), "fresh": bool(fresh)}:
                return Appended(index, fresh)
        raise self._strange()

    def _brought(self, told: Any) -> Brought:
        kept = self._appended(told)
        return Brought(kept.index, kept.fresh, again=told.get("again") is True)

    def _strange(self) -> StoreError:
        return StoreError(
            f"{self._channel.url} answers, but not as a server of this Whence does",
            hint="check the address, and that both sides have the same version of whence",
        )


def open_peer(url: str, stack: ExitStack, channel: Callable[[str], Channel]) -> Peer:
    """The other side that a URL names; the stack closes what it opens.

    Raises:
        UsageError: it names none.
    """
    if url.startswith(("http://", "https://")):
        way = channel(url)
        stack.callback(way.close)
        return ServerPeer(way)
    store = open_store(url, Path(url))
    stack.callback(store.close)
    return StorePeer(store)
