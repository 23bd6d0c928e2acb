"""Records that come whole, and observations that become records here."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import msgspec

from whence.errors import WireError
from whence.model.record import Record
from whence.recording.observed import Observation, composers, decode_runs
from whence.recording.recorder import Composer
from whence.server.access.permission import Permission
from whence.server.limits import limit
from whence.server.problems import RefusedError
from whence.server.reading import read_json
from whence.server.routing import Call, Reply, Route
from whence.store.interface import Appended
from whence.wire.codec import decode

LINES = "application/x-ndjson"
_LONG = 65_536
_T = TypeVar("_T")


class Told(msgspec.Struct):
    """What became of one record."""

    index: int
    """Its place in the ledger, from 0."""
    fresh: bool
    """Whether it was kept now; false where it had been kept before."""


class Kept(msgspec.Struct):
    """What became of everything that was handed in; all of it is durable."""

    kept: list[Told]


async def post_records(call: Call) -> Reply:
    """Take records that somebody else composed: as a JSON array, or one on each line.

    All are kept, or none. A record that is known is told with `fresh` false; one whose id is known
    for another content is a conflict.
    """
    records = await _aside(call, _records)
    kept = await call.service.bring(
        call.principal, [_composer(each) for each in records], exact=True
    )
    return _told(kept)


async def post_runs(call: Call) -> Reply:
    """Take what was seen of a run, as `observation-1.json` has it; the record is composed here.

    Handing the same run in again keeps it once.
    """
    observation = await _aside(call, _observation)
    kept = await call.hand_in(composers(observation))
    return _told(kept)


async def _aside(call: Call, read: Callable[[bytes], _T]) -> _T:
    """What a body says; read in a thread where that takes long."""
    if len(call.body) < _LONG:
        return read(call.body)
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(call.service.threads, read, call.body)


def _records(body: bytes) -> list[Record]:
    return [_decode(at, value) for at, value in enumerate(_values(body))]


def _observation(body: bytes) -> Observation:
    return decode_runs(read_json(body))


def _values(body: bytes) -> Sequence[Any]:
    """The records of an array, of lines, or a single one."""
    if body.lstrip()[:1] == b"[":
        values: list[Any] = read_json(body)
    else:
        lines = [line for line in body.split(b"\n") if line.strip()]
        _check_count(len(lines))
        values = [read_json(line) for line in lines]
    _check_count(len(values))
    if not values:
        raise WireError("no record")
    return values


def _check_count(count: int) -> None:
    if count > limit("batch"):
        raise RefusedError(
            413, f"{count} records at once; {limit('batch')} are taken", hint="send them in parts"
        )


def _decode(at: int, value: Any) -> Record:
    try:
        return decode(value)
    except WireError as error:
        raise WireError(f"record {at}: {error.message}", hint=error.hint) from None


def _composer(record: Record) -> Composer:
    return lambda _reader, _time: record


def _told(kept: Iterable[Appended]) -> Reply:
    told = [{"index": each.index, "fresh": each.fresh} for each in kept]
    return Reply({"kept": told}, 201 if any(each["fresh"] for each in told) else 200)


ROUTES = (
    Route(
        "POST",
        "/api/v1/records",
        post_records,
        Permission.WRITE,
        body=bytes,
        answer=Kept,
        media=("application/json", LINES),
        gzip=True,
        status=201,
    ),
    Route(
        "POST",
        "/api/v1/runs",
        post_runs,
        Permission.WRITE,
        body=bytes,
        answer=Kept,
        gzip=True,
        status=201,
    ),
)
