"""Entries of the ledger that come from other ledgers and go to them, with their salts."""

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from whence.errors import LedgerError, WireError
from whence.ledger.checkpoint import encode_hash
from whence.model.identity import NodeId, is_id
from whence.server.access.permission import Permission
from whence.server.api.records import LINES, Kept, Told
from whence.server.bringing import bring
from whence.server.limits import limit
from whence.server.problems import RefusedError
from whence.server.reading import read_json
from whence.server.routing import Call, Reply, Route, Words
from whence.store.interface import Appended
from whence.sync.receiving import Brought, Claim, checkpoint_composer, composers, leaf_of
from whence.sync.travelling import BATCH_ENTRIES, Arrived, batches, read_value, write_line

Size = Annotated[int, Meta(ge=0, le=2**53 - 1)]
Hexadecimal = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
Identity = Annotated[str, Meta(pattern="^[0-9a-f]{32}$")]


class Some(Words):
    """Which entries."""

    start: Size = 0
    stop: Annotated[Size | None, Meta(description="Up to which; as many as are given at once.")] = (
        None
    )


class Bringing(Words):
    """How entries come."""

    project: Annotated[str, Meta(description="Whose records are that name no project.")] = ""
    fresh: Annotated[
        bool, Meta(description="Whether they were composed just now, on what was read here.")
    ] = False


class Asked(Words):
    """Which records."""

    records: Annotated[list[str], Meta(min_length=1, max_length=1_000)]


class Places(msgspec.Struct):
    """Where records stand here, each with its leaf hash in base64; null for what is not known."""

    places: list[Annotated[list[Any], Meta(min_length=2, max_length=2)] | None]


class ToldAgain(Told):
    """What became of one entry."""

    again: bool = False
    """Whether it tells what the entry at this place tells, and so is not kept itself."""


class Delivery(msgspec.Struct):
    """What became of everything that was handed in; all of it is durable."""

    kept: list[ToldAgain]


class Entries(msgspec.Struct):
    """Entries, each a list: its salt, itself, its record."""

    entries: list[Annotated[list[Any], Meta(min_length=3, max_length=3)]]


class Word(Words):
    """What another ledger says of itself."""

    ledger: Identity
    start: Size
    size: Size
    root: Hexadecimal
    spans: Annotated[list[list[int | str]], Meta(max_length=50_000)]


def give_entries(call: Call) -> Reply:
    """Give entries of the ledger in their order, with the records that the asker may see."""
    asked: Some = call.query
    stop = asked.start + BATCH_ENTRIES
    stop = stop if asked.stop is None else min(stop, asked.stop)
    with call.reading() as reader:
        rows = next(batches(reader.entries(asked.start, stop)), [])
        lines = [write_line(row) for row in rows]
    return Reply(b'{"entries":[' + b",".join(lines) + b"]}")


async def take_entries(call: Call) -> Reply:
    """Take entries of another ledger: as a JSON array, or one on each line.

    Each is a list: its salt in hexadecimal, itself, its record. All are kept, or none. Of one that
    tells an event that another entry here tells already, what it says is kept beside that.
    """
    asked: Bringing = call.query
    arrived = [_read(at, value) for at, value in enumerate(_values(call.body))]
    if not arrived:
        raise WireError("no entry")
    if asked.fresh:
        kept = await call.service.bring(
            call.principal,
            composers(arrived),
            project=asked.project,
            salts=[each.salt for each in arrived],
        )
        return _told(kept)
    return _delivered(await bring(call.service, call.principal, arrived, asked.project))


def places(call: Call) -> Reply:
    """Tell where records stand in the ledger."""
    names = [NodeId(each) for each in call.body.records]
    if not all(map(is_id, names)):
        raise WireError("an id is 32 hexadecimal characters")
    with call.reading() as reader:
        found = [leaf_of(reader, each) for each in names]
    return Reply(
        {"places": [None if each is None else [each[0], encode_hash(each[1])] for each in found]}
    )


async def take_word(call: Call) -> Reply:
    """Record what another ledger says of itself, once that follows from what it handed in."""
    told: Word = call.body
    spans = tuple(_span(each) for each in told.spans)
    claim = Claim(told.ledger, told.start, told.size, told.root, spans)
    return _told(await call.hand_in([checkpoint_composer(claim)]))


def _span(told: Sequence[int | str]) -> tuple[int, int, int] | tuple[int, str]:
    match told:
        case [int(there), int(here), int(count)] if min(there, here) >= 0 and count > 0:
            return there, here, count
        case [int(there), str(leaf)] if there >= 0 and len(leaf) == 64:
            return there, leaf
    raise WireError("a span is [there, here, count], or [there, leaf]")


def _values(body: bytes) -> list[Any]:
    lines = [line for line in body.split(b"\n") if line.strip()]
    values = [read_json(line) for line in lines[: limit("batch") + 1]]
    if len(values) == 1 and isinstance(values[0], list) and _is_array(values[0]):
        values = values[0]
    if len(values) > limit("batch"):
        raise RefusedError(
            413, f"more than {limit('batch')} entries at once", hint="send them in parts"
        )
    return values


def _is_array(value: list[Any]) -> bool:
    """Whether it is several entries, rather than one."""
    return all(isinstance(each, list) for each in value)


def _read(at: int, value: Any) -> Arrived:
    try:
        return read_value(value)
    except WireError as error:
        raise WireError(f"entry {at}: {error.message}", hint=error.hint) from None
    except LedgerError as error:
        raise LedgerError(f"entry {at}: {error.message}", hint=error.hint) from None


def _told(kept: Sequence[Appended]) -> Reply:
    told = [{"index": each.index, "fresh": each.fresh} for each in kept]
    return Reply({"kept": told}, 201 if any(each.fresh for each in kept) else 200)


def _delivered(brought: Sequence[Brought]) -> Reply:
    told = [{"index": each.index, "fresh": each.fresh, "again": each.again} for each in brought]
    return Reply({"kept": told}, 201 if any(each.fresh for each in brought) else 200)


ROUTES = (
    Route(
        "GET",
        "/api/v1/ledger/entries",
        give_entries,
        Permission.READ,
        query=Some,
        answer=Entries,
    ),
    Route(
        "POST",
        "/api/v1/ledger/entries",
        take_entries,
        Permission.WRITE,
        query=Bringing,
        body=bytes,
        answer=Delivery,
        media=("application/json", LINES),
        gzip=True,
        status=201,
    ),
    Route("POST", "/api/v1/ledger/places", places, Permission.READ, body=Asked, answer=Places),
    Route(
        "POST",
        "/api/v1/ledger/checkpoints",
        take_word,
        Permission.WRITE,
        body=Word,
        answer=Kept,
        status=201,
    ),
)
