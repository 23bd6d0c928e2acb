"""An event, with what the store knows, as one record.

The events of a run come one by one, in any order, some again. Each is a record of its own, whose
id follows from what it says, so that it is kept once. What the run has told so far stands on its
edges to its job, one for each event; so a state, a beginning and the outputs told before are one
question to the store.

A run's outputs become artifacts that it made once it has completed, and not before: who fails or
gives up made nothing. What it read is the version that lay there last when it began, as
``recording.timelines`` has it.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from whence.importers.openlineage.draft import Draft, clean, kind_of
from whence.importers.openlineage.event import Dataset, Event, Job
from whence.importers.openlineage.facets import owners, said_by
from whence.model.digest import Digest
from whence.model.edge import Basis, Edge, EdgeKind
from whence.model.identity import NodeId, derived_id
from whence.model.node import Node, NodeKind
from whence.model.record import Record
from whence.recording.places import Place, place_of
from whence.recording.timelines import (
    Reading,
    Version,
    may_join,
    readings_after,
    version_at,
)
from whence.store.interface import Direction, Reader

SOURCE = "openlineage"

_SKEW = 300
"""Seconds by which a producer's clock may be ahead before the server's is taken."""


@dataclass(slots=True)
class _Told:
    """What a run has told of itself so far."""

    began: str = ""
    completed: str = ""
    """When it said first that it is complete; empty while it has not."""
    outputs: dict[tuple[str, str], set[str]] = None  # type: ignore[assignment]
    """(namespace, name) of each output → the facets told of it."""

    def __post_init__(self) -> None:
        self.outputs = {}

    def add(self, time: str, kind: str, outputs: Iterable[tuple[str, str, Iterable[str]]]) -> None:
        self.began = min(self.began or time, time)
        if kind == "COMPLETE":
            self.completed = min(self.completed or time, time)
        for namespace, name, keys in outputs:
            self.outputs.setdefault((namespace, name), set()).update(keys)


class EventComposer:
    """Makes the record of one event."""

    def __init__(
        self, event: Event, identity: NodeId, project: str = "", *, record: NodeId | None = None
    ) -> None:
        """Take an event.

        Args:
            event: The event.
            identity: What follows from its bytes.
            project: Whose it is to be.
            record: The id of the record; without one that of the event.
        """
        self._record = identity if record is None else record
        self._event = event
        self._identity = identity
        self._project = project
        self._reader: Reader
        self._draft: Draft

    def __call__(self, reader: Reader, time: str) -> Record:
        """The record, by what the store knows now (a ``Composer``)."""
        self._reader = reader
        event = self._event
        self._draft = Draft(reader, self._identity, event.run)
        if event.run is not None:
            self._add_run(event.run)
        elif event.dataset is not None:
            self._add_dataset(event.dataset)
        elif event.job is not None:
            self._add_design(event.job)
        self._draft.match_places()
        told = event.time[:23] + "Z"
        return Record(
            id=self._record,
            type=_RECORD_TYPES[event.sort],
            time=told if told <= _later(time, _SKEW) else time,
            source=SOURCE,
            nodes=tuple(self._draft.nodes.values()),
            edges=tuple(self._draft.edges),
            facets=tuple(self._draft.facets),
            project=self._project,
        )

    # ------------------------------------------------------------------- run

    def _add_run(self, run: NodeId) -> None:
        event, job = self._event, self._event.job
        assert job is not None
        self._draft.put(Node(run, NodeKind.RUN, job.name), Node(job.id, NodeKind.JOB, job.name))
        known = self._told_before(run)
        before = _Told(known.began, known.completed)
        outputs = [(each.namespace, each.name, _keys(each)) for each in event.outputs]
        detail = {"event": event.type, "time": event.time}
        if outputs:
            detail["outputs"] = json.dumps(outputs, separators=(",", ":"))
        self._draft.edges.append(Edge(run, job.id, EdgeKind.FOLLOWS, Basis.IMPORTED, "", detail))
        earlier = {key: set(keys) for key, keys in known.outputs.items()}
        known.add(event.time, event.type, outputs)
        self._add_parent(run)
        self._add_run_facets(run, job)
        if known.completed:
            self._add_outputs(run, known, earlier, before.completed)
        else:
            self._keep_outputs(run)
        self._add_inputs(run, known.began, before.began)

    def _told_before(self, run: NodeId) -> _Told:
        told = _Told()
        handle = self._reader.find(run)
        if handle is None:
            return told
        for link in self._reader.links([handle], Direction.ORIGINS):
            if link.kind is EdgeKind.FOLLOWS:
                detail = dict(link.detail)
                if "event" in detail:
                    outputs = json.loads(detail.get("outputs", "[]"))
                    told.add(detail["time"], detail["event"], outputs)
        return told

    def _add_parent(self, run: NodeId) -> None:
        told = self._event.run_facets.get("parent")
        if not told:
            return
        parent = NodeId(str(told["run"]["runId"]).replace("-", "").lower())
        if len(parent) != len(run) or set(parent) - _HEXADECIMAL:
            self._draft.doubt("/run/facets/parent/run/runId is not a UUID")
            return
        if not may_join(self._reader, run, parent) or parent == run:
            self._draft.doubt("/run/facets/parent names a part of the run itself")
            return
        self._draft.put(Node(parent, NodeKind.RUN, told["job"]["name"]))
        self._draft.edges.append(Edge(run, parent, EdgeKind.PART_OF, Basis.IMPORTED))

    def _add_run_facets(self, run: NodeId, job: Job) -> None:
        event = self._event
        self._draft.say(run, "events", {f"{event.time} {event.type}": self._identity})
        told: dict[str, Any] = {"namespace": job.namespace, "producer": event.producer}
        if event.oddities:
            told["oddities"] = {self._identity: list(event.oddities)}
        ours: dict[str, dict[str, Any]] = {"execution": told}
        kept: dict[str, Any] = {}
        for slot, facets in (("run", event.run_facets), ("job", job.facets)):
            told_of = clean(facets)
            kept.update((f"{slot}.{key}", facet) for key, facet in told_of.items())
            for name, data in said_by(slot, told_of):
                ours.setdefault(name, {}).update(data)
        for dataset in event.inputs:
            for key, facet in clean(dataset.own).items():
                kept[f"input.{key} {dataset.place.name}"] = facet
        for name, data in ours.items():
            self._draft.say(run, name, data)
        self._draft.say(run, "openlineage", kept)
        for kind, name in owners(job.facets.get("ownership") or {}):
            self._draft.put(Node(derived_id("actor", kind, name), NodeKind.ACTOR, name))
            actor = derived_id("actor", kind, name)
            edge = Edge(run, actor, EdgeKind.ASSOCIATED_WITH, Basis.IMPORTED, "owner")
            self._draft.edges.append(edge)

    # -------------------------------------------------------------- datasets

    def _add_inputs(self, run: NodeId, began: str, before: str) -> None:
        """What it read; all of it again when it turns out to have begun earlier than thought."""
        wanted: dict[tuple[NodeId, NodeId], tuple[Place, Reading]] = {}
        for dataset in self._event.inputs:
            self._draft.add_place(dataset)
            self._draft.describe(dataset.place.id, clean(dataset.facets), {})
            for place in (dataset.place, *dataset.also):
                self._draft.put_place(place)
                rule = "" if place == dataset.place else "symlink"
                reading = Reading(run, EdgeKind.USED, began, dataset.place.id, rule)
                wanted[dataset.place.id, place.id] = (place, reading)
        if before and began < before:
            for place, reading in self._read_before(run, began):
                wanted.setdefault((reading.place, place.id), (place, reading))
        own = {node.id for node in self._draft.nodes.values()}
        for place, reading in wanted.values():
            version = version_at(self._reader, place, began, but=version_id(run, place))
            if version.id in own or self._draft.may_join(run, version.id):
                self._draft.join(reading.edge(version))

    def _read_before(self, run: NodeId, began: str) -> Iterable[tuple[Place, Reading]]:
        """The readings that earlier events of the run have told, as they are to be told now."""
        handle = self._reader.find(run)
        assert handle is not None
        links = self._reader.links([handle], Direction.ORIGINS)
        for link in links:
            detail = dict(link.detail)
            if "at" in detail and link.kind is EdgeKind.USED:
                (node,) = self._reader.nodes([link.target])
                place = Place(node.name, node.location or node.name)
                rule = detail.get("rule", "")
                yield place, Reading(run, link.kind, began, NodeId(detail["place"]), rule)

    def _add_outputs(
        self, run: NodeId, told: _Told, earlier: Mapping[tuple[str, str], set[str]], before: str
    ) -> None:
        """The versions that it made, with what was said of them before they were."""
        event = self._event
        here = {(each.namespace, each.name): each for each in event.outputs}
        lost: dict[str, Any] | None = None
        for key in told.outputs:
            dataset = here.get(key) or Dataset(*key, place_of(*key), {}, {})
            facets = clean(dataset.facets)
            own = clean(dataset.own)
            if _is_dropped(facets):
                continue
            version = Version(told.completed, version_id(run, dataset.place))
            known = key in earlier and before
            if known and key not in here and before == told.completed:
                continue  # nothing new
            if not known and earlier.get(key, set()) - set(_keys(dataset)):
                lost = lost if lost is not None else self._kept_outputs(run)
                facets, own = _with_lost(lost, dataset, facets, own)
            self._draft.add_place(dataset)
            self._make(run, dataset, version)
            self._draft.describe(version.id, facets, own)

    def _make(self, run: NodeId, dataset: Dataset, version: Version) -> None:
        """The version itself, and what others are now known to have read."""
        place = dataset.place
        made = Node(version.id, kind_of(dataset), place.name, _digest(dataset), place.location)
        self._draft.put(made)
        detail = {"made": version.made}
        self._draft.edges.append(
            Edge(made.id, run, EdgeKind.GENERATED_BY, Basis.IMPORTED, "output", detail)
        )
        self._draft.made.setdefault(place.id, []).append(version)
        self._hand(place, version, run)
        for other in dataset.also:
            self._draft.put_place(other)
            alias = Version(version.made, version_id(run, other))
            self._draft.put(Node(alias.id, made.kind, other.name, None, other.location))
            detail = {"made": alias.made, "rule": "symlink"}
            self._draft.edges.append(
                Edge(alias.id, made.id, EdgeKind.DERIVED_FROM, Basis.IMPORTED, "same-place", detail)
            )
            self._draft.made.setdefault(other.id, []).append(alias)
            self._hand(other, alias, run)

    def _hand(self, place: Place, version: Version, maker: NodeId) -> None:
        """Join those that read the place later, and knew only what lay there before."""
        for reading in readings_after(self._reader, place, version):
            if reading.reader != maker and self._draft.may_join(reading.reader, maker):
                self._draft.join(reading.edge(version))

    def _keep_outputs(self, run: NodeId) -> None:
        """What is said of outputs that may never be made, beside the run."""
        told: dict[str, Any] = {}
        for dataset in self._event.outputs:
            for slot, facets in (("dataset", dataset.facets), ("output", dataset.own)):
                for key, facet in clean(facets).items():
                    told[f"{dataset.place.id} {slot}.{key}"] = facet
            self._draft.add_place(dataset)
        self._draft.say(run, "intended", told)

    def _kept_outputs(self, run: NodeId) -> dict[str, Any]:
        """What earlier events said of the outputs."""
        handle = self._reader.find(run)
        told: dict[str, Any] = {}
        for stated in self._reader.facets(handle) if handle is not None else ():
            if stated.facet.name == "intended":
                told.update(stated.facet.data)
        return told

    def _add_dataset(self, dataset: Dataset) -> None:
        """What is said of a place, without a run."""
        self._draft.add_place(dataset)
        self._draft.describe(dataset.place.id, clean(dataset.facets), {})

    def _add_design(self, job: Job) -> None:
        """What a job is said to read and write, before it ever ran."""
        self._draft.put(Node(job.id, NodeKind.JOB, job.name))
        event = self._event
        for dataset in (*event.inputs, *event.outputs):
            self._draft.add_place(dataset)
            self._draft.describe(dataset.place.id, clean(dataset.facets), {})
        told = {
            "inputs": [each.place.name for each in event.inputs],
            "outputs": [each.place.name for each in event.outputs],
        }
        self._draft.say(job.id, "design", {"namespace": job.namespace, **told})
        kept = clean(job.facets)
        for name, data in said_by("job", kept):
            self._draft.say(job.id, name, data)
        self._draft.say(job.id, "openlineage", {f"job.{key}": facet for key, facet in kept.items()})


_SHA256 = re.compile(r"sha256:([0-9a-f]{64})\Z")
_HEXADECIMAL = frozenset("0123456789abcdef")
_RECORD_TYPES = {
    "RunEvent": "openlineage-run",
    "DatasetEvent": "openlineage-dataset",
    "JobEvent": "openlineage-job",
}


def version_id(run: NodeId, place: Place) -> NodeId:
    """The id of what a run made at a place."""
    return derived_id("generated", run, place.location)


def _digest(dataset: Dataset) -> Digest | None:
    """Its content, where the version that was told is one."""
    told = _SHA256.match(str((dataset.facets.get("version") or {}).get("datasetVersion", "")))
    return Digest(told[1]) if told else None


def _keys(dataset: Dataset) -> list[str]:
    return sorted([*dataset.facets, *(f"output.{key}" for key in dataset.own)])


def _is_dropped(facets: Mapping[str, Any]) -> bool:
    change = (facets.get("lifecycleStateChange") or {}).get("lifecycleStateChange")
    return change == "DROP"


def _with_lost(
    lost: Mapping[str, Any], dataset: Dataset, facets: dict[str, Any], own: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is said of an output now, over what was said of it earlier."""
    prefix = f"{dataset.place.id} "
    early: dict[str, dict[str, Any]] = {"dataset": {}, "output": {}}
    for key, facet in lost.items():
        if key.startswith(prefix):
            slot, _, name = key[len(prefix) :].partition(".")
            early[slot][name] = facet
    return {**early["dataset"], **facets}, {**early["output"], **own}


def _later(time: str, seconds: int) -> str:
    from datetime import datetime, timedelta  # noqa: PLC0415

    moment = datetime.fromisoformat(time) + timedelta(seconds=seconds)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + time[20:]
