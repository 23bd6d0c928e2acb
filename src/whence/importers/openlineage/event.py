"""An OpenLineage event as values: its time, its names, its datasets by their places.

``read_event`` takes what ``validation`` has let pass. It is lenient where producers are: times
with ``Z``, an offset, neither, or nanoseconds; a producer that is a bare word or missing.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import MAXYEAR, MINYEAR, UTC, datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from whence.errors import WireError
from whence.importers.openlineage.validation import check_event, sort_of
from whence.model.identity import NodeId, derived_id
from whence.recording.places import Place, place_of

_RUN_ID = re.compile(r"[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}\Z", re.IGNORECASE)
_IS_FILE = re.compile(r"(?:/|(?:file|s3a?|gs|gcs|abfss?|hdfs|dbfs)://).")
_NOTHING: Mapping[str, Any] = MappingProxyType({})

TYPES = ("COMPLETE", "FAIL", "ABORT", "RUNNING", "START", "OTHER")
"""Kinds of events of a run; where several came, the first of these says how the run stands."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """A dataset as an event speaks of it."""

    namespace: str
    name: str
    place: Place
    facets: Mapping[str, Any]
    """What is said of the dataset."""
    own: Mapping[str, Any]
    """What is said of it as an input or output of this run."""

    @property
    def also(self) -> tuple[Place, ...]:
        """Further names of the same place."""
        told = self.facets.get("symlinks", _NOTHING).get("identifiers") or ()
        places = [place_of(each["namespace"], each["name"]) for each in told]
        uri = self.facets.get("dataSource", _NOTHING).get("uri") or ""
        if "://" not in self.place.location and _IS_FILE.match(uri):
            # It goes by a name of somebody's own, and says where it lies.
            places.append(place_of("file" if "://" not in uri else "", uri))
        return tuple(each for each in dict.fromkeys(places) if each != self.place)


@dataclass(frozen=True, slots=True)
class Job:
    """A job as an event names it."""

    namespace: str
    name: str
    facets: Mapping[str, Any]

    @property
    def id(self) -> NodeId:
        """The id of its node."""
        return job_id(self.namespace, self.name)


@dataclass(frozen=True, slots=True)
class Event:
    """One event."""

    sort: str
    """``RunEvent``, ``DatasetEvent`` or ``JobEvent``."""
    time: str
    """When it happened, by its producer: RFC 3339 in UTC with microseconds."""
    producer: str
    type: str = "OTHER"
    """One of ``TYPES``."""
    run: NodeId | None = None
    run_facets: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    job: Job | None = None
    inputs: tuple[Dataset, ...] = ()
    outputs: tuple[Dataset, ...] = ()
    dataset: Dataset | None = None
    oddities: tuple[str, ...] = ()
    """Where it is not as the specification asks, and was accepted all the same."""


def read_event(told: Any) -> Event:
    """The event that a JSON value tells of.

    Raises:
        WireError: it is none; says what is wrong and where.
    """
    return event_of(told, check(told))


def check(told: Any) -> tuple[str, ...]:
    """Hold a JSON value to what an event is; where it is otherwise, and is let pass.

    Raises:
        WireError: it is none; says what is wrong and where.
    """
    lacking = check_event(told)
    _, zoned = moment(told["eventTime"], "/eventTime")
    producer = told.get("producer") or ""
    if sort_of(told) == "RunEvent":
        run_id(told["run"]["runId"], "/run/runId")
    if zoned and "://" in producer:
        return lacking
    oddities = list(lacking)
    if not zoned:
        oddities.append("/eventTime has no time zone; read as UTC")
    if "://" not in producer and "/producer" not in oddities:
        oddities.append("/producer is no URI")
    return tuple(oddities)


def event_of(told: Any, oddities: Sequence[str]) -> Event:
    """The event that a JSON value tells of which was held to what an event is before."""
    sort = sort_of(told)
    time, _ = moment(told["eventTime"], "/eventTime")
    producer = told.get("producer") or ""
    if sort == "DatasetEvent":
        dataset = _dataset(told["dataset"], "facets")
        return Event(sort, time, producer, dataset=dataset, oddities=tuple(oddities))
    return Event(
        sort,
        time,
        producer,
        type=told.get("eventType") or "OTHER",
        run=run_id(told["run"]["runId"], "/run/runId") if sort == "RunEvent" else None,
        run_facets=told["run"].get("facets") or _NOTHING if sort == "RunEvent" else _NOTHING,
        job=_job(told["job"]),
        inputs=_datasets(told.get("inputs") or (), "inputFacets"),
        outputs=_datasets(told.get("outputs") or (), "outputFacets"),
        oddities=tuple(oddities),
    )


def run_id(text: str, where: str) -> NodeId:
    """The id of a run's node: its UUID, in the way in which the record writes ids.

    Raises:
        WireError: it is no UUID.
    """
    if not _RUN_ID.match(text):
        raise WireError(f"not a RunEvent: {where}: {text!a:.60} is not a UUID (RFC 9562)")
    return NodeId(text.replace("-", "").lower())


def job_id(namespace: str, name: str) -> NodeId:
    """The id of a job's node; a job that Whence told of itself is the one that it knows."""
    if namespace.startswith("whence://"):
        return derived_id("job", name)
    return derived_id("openlineage-job", namespace, name)


@lru_cache(4096)
def moment(text: str, where: str) -> tuple[str, bool]:
    """A time as RFC 3339 in UTC with microseconds; and whether it said its zone.

    Raises:
        WireError: it is no time.
    """
    try:
        read = datetime.fromisoformat(text.strip())
        zoned = read.tzinfo is not None
        read = read.astimezone(UTC) if zoned else read.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise WireError(
            f"not an event: {where}: {text!a:.60} is not a time",
            hint="times are written as RFC 3339 has them: 2026-11-20T09:30:00.000Z",
        ) from None
    return read.strftime("%Y-%m-%dT%H:%M:%S.%fZ").rjust(27, "0"), zoned


def is_zoned(text: str) -> bool:
    """Whether this is surely a time that says its zone."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return False
    return read.tzinfo is not None and MINYEAR < read.year < MAXYEAR


def _job(told: Mapping[str, Any]) -> Job:
    return Job(told["namespace"], told["name"], told.get("facets") or _NOTHING)


def _datasets(told: Sequence[Mapping[str, Any]], own: str) -> tuple[Dataset, ...]:
    """Each dataset once; what is said of it in several places adds up."""
    found: dict[Place, Dataset] = {}
    for each in told:
        dataset = _dataset(each, own)
        known = found.get(dataset.place)
        if known is not None:
            dataset = Dataset(
                known.namespace,
                known.name,
                known.place,
                {**known.facets, **dataset.facets},
                {**known.own, **dataset.own},
            )
        found[dataset.place] = dataset
    return tuple(found.values())


def _dataset(told: Mapping[str, Any], own: str) -> Dataset:
    namespace, name = told["namespace"], told["name"]
    return Dataset(
        namespace,
        name,
        place_of(namespace, name),
        told.get("facets") or _NOTHING,
        told.get(own) or _NOTHING,
    )
