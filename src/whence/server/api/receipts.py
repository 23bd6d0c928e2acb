"""Receipts of predictions: one by its id, and the events from which KServe's are made."""

from functools import partial

import msgspec

from whence.errors import NotFoundError
from whence.receipts.cloudevents import BATCH, STRUCTURED, read_events
from whence.receipts.origins import Origin, origin_of, prediction_json
from whence.receipts.reading import find_receipt
from whence.server.access.permission import Permission, may_everywhere
from whence.server.limits import limit
from whence.server.routing import ANY_MEDIA, Call, Reply, Route


class Events(msgspec.Struct):
    """What became of events."""

    received: int
    receipts: int
    """Pairs of a request and its answer that are complete, and have receipts now."""
    waiting: int
    """Events whose other half has not come yet."""
    ignored: int
    """Events that are of no prediction, or that came before."""


def receipt(call: Call) -> Reply:
    """Tell a receipt that lies on this server, and what gave the prediction.

    `whence trace` on the version or the deployment that it names goes on to the raw data.
    """
    found = find_receipt(call.service.receipts.folders, call.path["id"])
    unknown = NotFoundError(f"there is no receipt {found.id}")
    # What gave it is found out by the whole record: somebody who may not see it must not be told of
    # another that has its name.
    with call.service.store.reading() as whole:
        try:
            origin = origin_of(whole, found)
        except NotFoundError:
            if may_everywhere(call.principal, Permission.READ):
                raise
            raise unknown from None
        (version,) = whole.nodes([origin.version])
    with call.service.reading(call.principal) as reader:
        seen = reader.find(version.id)
        if seen is None:
            raise unknown
        served = origin.deployment
        if served is not None and reader.find(served.node.id) is None:
            served = None
        return Reply(prediction_json(reader, found, Origin(seen, served)))


def cloudevents(call: Call) -> Reply:
    """Take CloudEvents that KServe's logger sends; each request and its answer give a receipt.

    In binary or structured mode, or in batches. What is received is answered with 200, as KServe
    expects, also where it is of no prediction or came before.
    """
    headers = {
        name.decode("latin-1"): value.decode("utf-8", "replace")
        for name, value in call.headers.items()
    }
    events = read_events(headers, call.body, limit("batch"))
    look_up = partial(call.service.receipts.served_as, call.service.store)
    taken = call.service.receipts.collector.take(events, look_up)
    return Reply(
        {
            "received": taken.received,
            "receipts": taken.receipts,
            "waiting": taken.waiting,
            "ignored": taken.ignored,
        }
    )


ROUTES = (
    Route(
        "GET",
        "/api/v1/receipts/{id}",
        receipt,
        Permission.READ,
        answer="receipt-1",
    ),
    Route(
        "POST",
        "/api/v1/cloudevents",
        cloudevents,
        Permission.WRITE,
        body=bytes,
        answer=Events,
        media=(STRUCTURED, BATCH, ANY_MEDIA),
    ),
)
