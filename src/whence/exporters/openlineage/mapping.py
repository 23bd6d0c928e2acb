"""A run as its events: START and how it ended, both with all that was read and made.

Several receivers look at the last event alone, others at the first; so both tell everything. A
run's id is its id in the record, written as a UUID: the same run is the same run wherever it is
told, and however often.
"""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any
from uuid import UUID

from whence.exporters.openlineage.facets import (
    CORE,
    PRODUCER,
    dataset_facets,
    facet,
    job_facets,
    run_facets,
    statistics,
)
from whence.exporters.openlineage.naming import DatasetName, dataset_name
from whence.model.edge import EdgeKind
from whence.model.identity import NodeId, derived_id
from whence.model.node import NodeKind
from whence.query.account import account_for, describe_run
from whence.query.readings import best, is_reading
from whence.store.interface import Direction, GraphReader

ENDINGS: Mapping[str, str] = MappingProxyType(
    {"completed": "COMPLETE", "failed": "FAIL", "killed": "ABORT", "unknown": "OTHER"}
)
"""The state of a run → the event that ends it; a run that goes on has none."""

_TOLD = frozenset(
    {
        NodeKind.DATASET,
        NodeKind.MODEL,
        NodeKind.INDEX,
        NodeKind.DOCUMENT,
        NodeKind.EVALUATION,
        NodeKind.PROMPT,
        NodeKind.CONFIG,
    }
)
"""What is told as inputs and outputs; code and environment are facets of the run."""


def run_events(reader: GraphReader, handle: int, instance: str) -> list[dict[str, Any]]:
    """The events of one run.

    Args:
        reader: The store.
        handle: The run.
        instance: The namespace of jobs, and of what lies nowhere: ``whence://PROJECT``.
    """
    account = account_for(reader, handle)
    told = describe_run(reader, account)
    began = told["started_at"] or told["ended_at"]
    if began is None:
        return []
    kept = account.said("openlineage")
    execution = account.said("execution")
    namespace = str(execution.get("namespace") or instance)
    event: dict[str, Any] = {
        "eventTime": began,
        "eventType": "START",
        "producer": execution.get("producer") or PRODUCER,
        "schemaURL": f"{CORE}#/$defs/RunEvent",
        "run": {
            "runId": run_uuid(told["id"]),
            "facets": {**run_facets(told), **_slot(kept, "run")},
        },
        "job": {
            "namespace": namespace,
            "name": told["job"],
            "facets": {**job_facets(told), **_slot(kept, "job")},
        },
        "inputs": list(_inputs(reader, told, kept, instance)),
        "outputs": list(_outputs(reader, told, instance)),
    }
    whole = told["part_of"]
    if whole is not None and "parent" not in event["run"]["facets"]:
        event["run"]["facets"]["parent"] = facet(
            "parent",
            run={"runId": run_uuid(whole["id"])},
            job={"namespace": namespace, "name": whole["job"]},
        )
    ending = ENDINGS.get(told["state"])
    if ending is None:
        return [event]
    return [event, {**event, "eventType": ending, "eventTime": told["ended_at"] or began}]


def run_uuid(run: str) -> str:
    """The id of a run as OpenLineage writes it."""
    return str(UUID(run))


def _inputs(
    reader: GraphReader, told: Mapping[str, Any], kept: Mapping[str, Any], instance: str
) -> Iterator[dict[str, Any]]:
    handles = _handles(reader, told["used"])
    for name, handle in _named(reader, [*handles, *_behind(reader, handles)], instance):
        account = account_for(reader, handle)
        own = {
            key.partition(" ")[0].removeprefix("input."): each
            for key, each in kept.items()
            if key.startswith("input.") and key.partition(" ")[2] == account.node.name
        }
        counted = statistics(account)
        if counted and "inputStatistics" not in own:
            own["inputStatistics"] = facet("inputStatistics", **counted)
        said = {**dataset_facets(account), **_slot(account.said("openlineage"), "dataset")}
        said.pop("columnLineage", None)
        yield {
            "namespace": name.namespace,
            "name": name.name,
            "facets": said,
            "inputFacets": own,
        }


def _outputs(
    reader: GraphReader, told: Mapping[str, Any], instance: str
) -> Iterator[dict[str, Any]]:
    for name, handle in _named(reader, _handles(reader, told["generated"]), instance):
        account = account_for(reader, handle)
        kept = account.said("openlineage")
        own = _slot(kept, "output")
        counted = statistics(account)
        if counted and "outputStatistics" not in own:
            own["outputStatistics"] = facet("outputStatistics", **counted)
        yield {
            "namespace": name.namespace,
            "name": name.name,
            "facets": {**dataset_facets(account), **_slot(kept, "dataset")},
            "outputFacets": own,
        }


def _handles(reader: GraphReader, meetings: list[dict[str, Any]]) -> list[int]:
    found = (reader.find(NodeId(each["artifact"])) for each in meetings)
    return [handle for handle in found if handle is not None]


def _behind(reader: GraphReader, handles: list[int]) -> list[int]:
    """What others call what was read: the tables of a database that is a file, say."""
    links = best(reader, reader.links(handles, Direction.ORIGINS))
    return [link.target for link in links if is_reading(link) and link.kind is not EdgeKind.USED]


def _named(
    reader: GraphReader, handles: Iterable[int], instance: str
) -> Iterator[tuple[DatasetName, int]]:
    """Each dataset once, under the name that its own tool gave it where one did."""
    met: set[DatasetName] = set()
    for handle in handles:
        (node,) = reader.nodes([handle])
        if node.kind not in _TOLD:
            continue
        name = dataset_name(node.name, node.location, instance)
        place = reader.find(derived_id("place", node.location or node.name))
        if place is not None:
            said = account_for(reader, place).said("place")
            if said:
                name = DatasetName(said["namespace"], said["name"])
        if name not in met:
            met.add(name)
            yield name, handle


def _slot(kept: Mapping[str, Any], slot: str) -> dict[str, Any]:
    """The facets of a slot, as another tool told them."""
    prefix = f"{slot}."
    return {key[len(prefix) :]: dict(each) for key, each in kept.items() if key.startswith(prefix)}
