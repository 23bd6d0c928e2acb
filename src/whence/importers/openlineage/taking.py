"""From a JSON value to the composer of its record: the one way in for events."""

from typing import Any

import msgspec

from whence.importers.openlineage.composing import EventComposer
from whence.importers.openlineage.event import read_event
from whence.ledger.hashing import sha256
from whence.model.identity import NodeId

_encode = msgspec.json.Encoder(order="deterministic").encode


def event_id(told: Any, written: bytes = b"") -> NodeId:
    """The id of an event's record: the same for the same JSON value, however it was written.

    Args:
        told: The event, as JSON.
        written: The same with sorted names and nothing between, where that is at hand.
    """
    return id_of_written(written or _encode(told))


def id_of_written(written: bytes) -> NodeId:
    """The same of an event that is written with sorted names and nothing between."""
    return NodeId(sha256(b"openlineage\0", written).hex()[:32])


def composer_of(told: Any, project: str = "") -> EventComposer:
    """What makes the record of an event.

    Args:
        told: The event, as JSON.
        project: The project that it is to belong to; empty for what all share.

    Raises:
        WireError: it is no event; says what is wrong and where.
    """
    return EventComposer(read_event(told), event_id(told), project)
