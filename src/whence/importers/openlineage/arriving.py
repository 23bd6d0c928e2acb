"""Events that are kept as they came, and are read afterwards.

An arrival is a record that carries an event word for word, as far as it may be kept, and says
nothing of the graph. That takes a fraction of the time that reading it takes. What it means is said
by a second record, whose id follows from the arrival's: it is said once, whoever says it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from whence.errors import WireError
from whence.importers.openlineage.composing import SOURCE, EventComposer
from whence.importers.openlineage.draft import clean
from whence.importers.openlineage.event import check, event_of, run_id
from whence.importers.openlineage.taking import event_id
from whence.model.edge import Basis
from whence.model.facet import Facet
from whence.model.identity import NodeId
from whence.model.node import Node, NodeKind
from whence.model.record import Record
from whence.store.interface import Reader
from whence.store.sealing import meaning_id

TYPE = "arrival"
"""The type of a record that carries an event."""

REFUSED = "arrival-refused"
"""The type of a record that says that an arrival cannot be read."""

_PLAIN = ("eventType", "eventTime", "producer", "schemaURL")
_HOLDING = ("run", "job", "dataset")
_LISTS = (("inputs", ("facets", "inputFacets")), ("outputs", ("facets", "outputFacets")))

_encode = msgspec.json.Encoder(order="deterministic").encode
_decode = msgspec.json.Decoder().decode


@dataclass(frozen=True, slots=True)
class Arrival:
    """What a payload holds."""

    event: Any
    oddities: tuple[str, ...]
    roles: Mapping[str, str]
    """Project → role that its sender had."""


def arrival_of(
    told: Any,
    time: str,
    project: str = "",
    roles: Mapping[str, str] | None = None,
    *,
    written: bytes = b"",
) -> Record:
    """The record of an event that has just come.

    Args:
        told: The event, as JSON.
        time: When it came.
        project: The project that it is to belong to; empty for what all share.
        roles: Project → role of its sender, with whose eyes it is to be read.
        written: The event with sorted names and nothing between, where that is at hand.

    Raises:
        WireError: it is no event; says what is wrong and where.
    """
    oddities = check(told)
    return Record(
        event_id(told, written),
        TYPE,
        time,
        SOURCE,
        project=project,
        payload=payload_of(_encode(_scrubbed(told)), oddities, roles),
    )


def payload_of(kept: bytes, oddities: Sequence[str], roles: Mapping[str, str] | None) -> str:
    """The text of an arrival.

    Args:
        kept: The event as it may be kept, with sorted names.
        oddities: Where it is otherwise than events are.
        roles: Project → role of its sender.
    """
    parts = [b'{"event":', kept]
    if oddities:
        parts += b',"oddities":', _encode(oddities)
    if roles:
        parts += b',"roles":', _encode(dict(roles))
    parts.append(b"}")
    return b"".join(parts).decode()


def read_payload(text: str) -> Arrival:
    """What a payload holds.

    Raises:
        WireError: it is not as ``arrival_of`` writes them.
    """
    try:
        told = _decode(text)
        return Arrival(told["event"], tuple(told.get("oddities", ())), dict(told.get("roles", {})))
    except (msgspec.MsgspecError, LookupError, TypeError, ValueError, AttributeError) as error:
        raise WireError(f"not the payload of an arrival: {error}") from None


def meaning_of(arrival: Record, read: Arrival) -> EventComposer:
    """What makes the record that says what an arrival means."""
    event = event_of(read.event, read.oddities)
    return EventComposer(event, arrival.id, arrival.project, record=meaning_id(arrival.id))


def refusal_of(arrival: Record, reason: str, reader: Reader) -> Record:
    """The record that says that an arrival cannot be read: a gap, where there is a run to have it.

    Args:
        arrival: The record that cannot be read.
        reason: Why.
        reader: The store, for whether the run is known; it is not written of where it is.
    """
    nodes: tuple[Node, ...] = ()
    facets: tuple[Facet, ...] = ()
    run = _run_of(arrival)
    if run is not None and reader.find(run.id) is None:
        gap = {"kind": "contradiction", "about": arrival.id, "reason": reason}
        nodes, facets = (run,), (Facet(run.id, "gaps", Basis.IMPORTED, {"gaps": [gap]}),)
    return Record(
        meaning_id(arrival.id),
        REFUSED,
        arrival.time,
        SOURCE,
        nodes=nodes,
        facets=facets,
        project=arrival.project,
    )


def _run_of(arrival: Record) -> Node | None:
    try:
        event = read_payload(arrival.payload).event
        return Node(NodeId(run_id(event["run"]["runId"], "")), NodeKind.RUN, event["job"]["name"])
    except (WireError, LookupError, TypeError):
        return None


def _scrubbed(told: Mapping[str, Any]) -> dict[str, Any]:
    """An event as it may be kept; what the specification does not know is left out."""
    kept: dict[str, Any] = {key: told[key] for key in _PLAIN if key in told}
    for member in _HOLDING:
        if member in told:
            kept[member] = _scrubbed_member(told[member], ("facets",))
    for member, slots in _LISTS:
        if member in told:
            kept[member] = [_scrubbed_member(each, slots) for each in told[member]]
    return kept


def _scrubbed_member(told: Mapping[str, Any], slots: tuple[str, ...]) -> dict[str, Any]:
    kept = {key: told[key] for key in ("namespace", "name", "runId") if key in told}
    for slot in slots:
        if slot in told:
            kept[slot] = clean(told[slot])
    return kept
