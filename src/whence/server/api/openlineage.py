"""Where OpenLineage producers send their events: dbt, Airflow, Spark, Feast and their like."""

import asyncio
from collections import Counter
from typing import Any

import msgspec

from whence.errors import StoreError, WhenceError, WireError
from whence.importers.openlineage.arriving import arrival_of
from whence.importers.openlineage.familiar import Familiar
from whence.model.moment import now
from whence.server.access.permission import Permission
from whence.server.interpreting import standing_of
from whence.server.limits import limit
from whence.server.problems import RefusedError
from whence.server.reading import count_names, read_json, read_sorted
from whence.server.routing import Call, Reply, Route
from whence.store.interface import Appended

_FAMILIAR = Familiar(read_sorted, count_names)


class Taken(msgspec.Struct):
    """What became of an event; it is durable."""

    index: int
    """Its place in the ledger, from 0."""
    fresh: bool
    """Whether it was kept now; false where it had been kept before."""


class Summary(msgspec.Struct):
    """What became of a batch, in numbers."""

    received: int
    successful: int
    failed: int
    retriable: int
    non_retriable: int


class Failure(msgspec.Struct):
    """One event that was not kept."""

    index: int
    """Its place in the batch, from 0."""
    reason: str
    retriable: bool


class Batch(msgspec.Struct):
    """What became of a batch, as the specification of OpenLineage has it."""

    status: str
    """``success`` or ``partial_success``."""
    summary: Summary
    failed_events: list[Failure]


async def post_event(call: Call) -> Reply:
    """Take one OpenLineage event: a RunEvent, a DatasetEvent or a JobEvent.

    It is held to the specification (core 2-0-2 and its facets); unknown facets are kept word for
    word. The same event again is kept once and answered with 200.
    """
    sender = standing_of(call.principal)
    arrival = _FAMILIAR.arrival_of(call.body, now(), sender.project, sender.roles)
    if arrival is None:
        event, written = read_sorted(call.body)
        arrival = arrival_of(event, now(), sender.project, sender.roles, written=written)
    kept = await call.service.ingest.arrive(arrival)
    return Reply({"index": kept.index, "fresh": kept.fresh}, 201 if kept.fresh else 200)


async def post_events(call: Call) -> Reply:
    """Take an array of OpenLineage events; each is kept or refused for itself.

    Where some are refused, the answer says which and why; where all are, it is 400.
    """
    events = read_json(call.body)
    if not isinstance(events, list):
        raise WireError("a batch is an array of events")
    if len(events) > limit("batch"):
        raise RefusedError(
            413,
            f"{len(events)} events at once; {limit('batch')} are taken",
            hint="send them in parts",
        )
    kept = await asyncio.gather(*(_keep(call, event) for event in events), return_exceptions=True)
    failures = [
        _failure(at, each) for at, each in enumerate(kept) if isinstance(each, BaseException)
    ]
    if failures and len(failures) == len(events):
        first = next(each for each in kept if isinstance(each, BaseException))
        if isinstance(first, StoreError | RefusedError) or not isinstance(first, WhenceError):
            raise first
        reasons = "; ".join(f"event {each['index']}: {each['reason']}" for each in failures[:3])
        raise WireError(f"no event was kept: {reasons}", hint=first.hint)
    count = Counter(each["retriable"] for each in failures)
    summary = {
        "received": len(events),
        "successful": len(events) - len(failures),
        "failed": len(failures),
        "retriable": count[True],
        "non_retriable": count[False],
    }
    status = "partial_success" if failures else "success"
    return Reply({"status": status, "summary": summary, "failed_events": failures})


async def _keep(call: Call, event: Any) -> Appended:
    sender = standing_of(call.principal)
    return await call.service.ingest.arrive(arrival_of(event, now(), sender.project, sender.roles))


def _failure(at: int, error: BaseException) -> dict[str, Any]:
    retriable = isinstance(error, StoreError | RefusedError)
    reason = error.message if isinstance(error, WhenceError) else "the server failed"
    return {"index": at, "reason": reason, "retriable": retriable}


ROUTES = (
    Route(
        "POST",
        "/api/v1/lineage",
        post_event,
        Permission.WRITE,
        body=bytes,
        answer=Taken,
        gzip=True,
        status=201,
    ),
    Route(
        "POST",
        "/api/v1/lineage/batch",
        post_events,
        Permission.WRITE,
        body=bytes,
        answer=Batch,
        gzip=True,
    ),
)
