"""The quick way for events whose facets were met before.

Nearly all of an event is facets, and nearly all facets are said again with the next event: the
schema of a table, the statement of a job. A facet that was read, checked and scrubbed once is known
again by its bytes, so that only what stands between the facets is looked at each time. Whatever is
unusual takes the careful way of ``arriving``, which says the same of every event.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal, NamedTuple

import msgspec
from msgspec import UNSET, Raw, UnsetType

from whence.errors import WireError
from whence.importers.openlineage.arriving import TYPE, payload_of
from whence.importers.openlineage.composing import SOURCE
from whence.importers.openlineage.event import is_zoned, run_id
from whence.importers.openlineage.scrubbing import scrubbed_anew
from whence.importers.openlineage.taking import id_of_written
from whence.importers.openlineage.validation import is_facet
from whence.model.record import Record

LONGEST = 65_536
"""Bytes of an event that is looked at in this way; below any limit on the number of its parts."""

_LARGEST = 8_192
"""Bytes of a facet that is remembered."""

_DEEPEST = 50
"""Braces and brackets of such a facet: it cannot be deeper than that."""

_REMEMBERED = 2_048
"""How many facets are remembered at least; twice as many at most."""

_SAYS = b'":'
"""Where a name ends, in what is written with nothing between."""

_Facets = dict[str, Raw] | UnsetType


class _Said(msgspec.Struct, forbid_unknown_fields=True):
    """What is said in the order of its names, so that it is written in that order."""


class _Run(_Said, kw_only=True):
    facets: _Facets = UNSET
    runId: str  # noqa: N815  as OpenLineage calls it


class _Job(_Said, kw_only=True):
    facets: _Facets = UNSET
    name: str
    namespace: str


class _Input(_Said, kw_only=True):
    facets: _Facets = UNSET
    inputFacets: _Facets = UNSET  # noqa: N815
    name: str
    namespace: str


class _Output(_Said, kw_only=True):
    facets: _Facets = UNSET
    name: str
    namespace: str
    outputFacets: _Facets = UNSET  # noqa: N815


class _Event(_Said, kw_only=True):
    eventTime: str  # noqa: N815
    eventType: (  # noqa: N815
        Literal["START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER"] | UnsetType
    ) = UNSET
    inputs: list[_Input] | UnsetType = UNSET
    job: _Job
    outputs: list[_Output] | UnsetType = UNSET
    producer: str
    run: _Run
    schemaURL: str  # noqa: N815


_decode = msgspec.json.Decoder(_Event).decode
_encode = msgspec.json.Encoder(order="deterministic").encode


class _Known(NamedTuple):
    """A facet that was looked at."""

    written: Raw
    """With sorted names and nothing between."""
    kept: Raw
    """The same as it may be kept."""
    escapes: int
    """How many backslashes it came with."""
    excess: int
    """How many more names it seems to have than when it is written."""
    is_changed: bool
    """Whether something was taken out of it."""


class _UnfamiliarError(Exception):
    """There is something that has to be looked at with care."""


def _holders(event: _Event) -> Iterator[tuple[str, str, Any]]:
    """What holds facets: the slot, the member that they are, and the holder."""
    yield "run", "facets", event.run
    yield "job", "facets", event.job
    for read in event.inputs or ():
        yield "dataset", "facets", read
        yield "input", "inputFacets", read
    for made in event.outputs or ():
        yield "dataset", "facets", made
        yield "output", "outputFacets", made


class Familiar:
    """Remembers facets, to know them again.

    Args:
        read: Reads JSON strictly; gives the value, and how it is written with sorted names and
            nothing between.
        count: How many names some JSON has, as far as a count of its bytes can tell.
    """

    def __init__(
        self, read: Callable[[bytes], tuple[Any, bytes]], count: Callable[[bytes], int]
    ) -> None:
        self._read = read
        self._count = count
        self._recent: dict[tuple[str, str, bytes], _Known] = {}
        self._earlier: dict[tuple[str, str, bytes], _Known] = {}

    @property
    def count(self) -> int:
        """How many are remembered."""
        return len(self._recent) + len(self._earlier)

    def arrival_of(
        self,
        data: bytes,
        time: str,
        project: str = "",
        roles: Mapping[str, str] | None = None,
    ) -> Record | None:
        """What ``arriving.arrival_of`` gives for an event; ``None`` where that has to be asked.

        Args:
            data: The event, as it came.
            time: When it came.
            project: The project that it is to belong to; empty for what all share.
            roles: Project → role of its sender.
        """
        if len(data) > LONGEST:
            return None
        try:
            event = _decode(data)
            if "://" not in event.producer or not is_zoned(event.eventTime):
                return None
            run_id(event.run.runId, "")
            written, kept = self._look(event, data)
        except (msgspec.MsgspecError, RecursionError, UnicodeError, WireError, _UnfamiliarError):
            return None
        return Record(
            id_of_written(written),
            TYPE,
            time,
            SOURCE,
            project=project,
            payload=payload_of(kept, (), roles),
        )

    def _look(self, event: _Event, data: bytes) -> tuple[bytes, bytes]:
        """How an event is written, and how it may be kept."""
        escapes = excess = 0
        changed: list[tuple[Any, str, dict[str, Raw]]] = []
        for slot, member, holder in _holders(event):
            facets: _Facets = getattr(holder, member)
            if not facets:
                continue
            written, kept = {}, {}
            for key, raw in facets.items():
                known = self._know((slot, key, bytes(raw)))
                written[key], kept[key] = known.written, known.kept
                escapes += known.escapes
                excess += known.excess
                if known.is_changed:
                    changed.append((holder, member, kept))
            setattr(holder, member, written)
        told = _encode(event)
        # Outside the facets no escape may hide a quote, and no name may be said twice: it would be
        # missing once in what is written.
        if data.count(b"\\") != escapes or self._count(data) - told.count(_SAYS) != excess:
            raise _UnfamiliarError
        if not changed:
            return told, told
        for holder, member, kept in changed:
            setattr(holder, member, kept)
        return told, _encode(event)

    def _know(self, said: tuple[str, str, bytes]) -> _Known:
        """What is known of a facet: its slot, its key, and how it is written."""
        known = self._recent.get(said)
        if known is not None:
            return known
        known = self._earlier.get(said) or self._learn(*said)
        if len(self._recent) >= _REMEMBERED:
            self._earlier, self._recent = self._recent, {}
        self._recent[said] = known
        return known

    def _learn(self, slot: str, key: str, raw: bytes) -> _Known:
        """Look at a facet with care.

        Raises:
            _UnfamiliarError: it is not one that may pass by itself.
            WireError: it cannot be read.
        """
        if len(raw) > _LARGEST or raw.count(b"{") + raw.count(b"[") > _DEEPEST:
            raise _UnfamiliarError
        try:
            value, written = self._read(raw)
        except Exception as error:
            raise _UnfamiliarError from error
        if not is_facet(slot, key, value):
            raise _UnfamiliarError
        scrubbed = scrubbed_anew(key, value)
        is_changed = scrubbed != value
        own = Raw(written)
        return _Known(
            own,
            Raw(_encode(scrubbed)) if is_changed else own,
            raw.count(b"\\"),
            self._count(raw) - written.count(_SAYS),
            is_changed,
        )
