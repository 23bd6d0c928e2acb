"""Events as producers send them, for tests."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from whence.importers.openlineage.taking import composer_of
from whence.recording.recorder import Recorder
from whence.store.interface import Appended, Store

BASE = {
    "_producer": "https://example.org/producer/1.0",
    "_schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/BaseFacet",
}
WAREHOUSE = "duckdb:///srv/shop/warehouse.duckdb"


def facet(**told: Any) -> dict[str, Any]:
    return {**BASE, **told}


def run_uuid(name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, name))


def dataset(name: str, namespace: str = WAREHOUSE, **facets: Any) -> dict[str, Any]:
    told: dict[str, Any] = {"namespace": namespace, "name": name}
    return {**told, "facets": facets} if facets else told


def event(
    minute: float,
    kind: str,
    run: str,
    inputs: Iterable[Mapping[str, Any]] = (),
    outputs: Iterable[Mapping[str, Any]] = (),
    *,
    job: str = "",
    run_facets: Mapping[str, Any] | None = None,
    job_facets: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    seconds = round(minute * 60)
    return {
        "eventType": kind,
        "eventTime": f"2026-11-20T{seconds // 3600:02}:{seconds // 60 % 60:02}:"
        f"{seconds % 60:02}.000Z",
        "producer": "https://example.org/producer/1.0",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": run_uuid(run), "facets": dict(run_facets or {})},
        "job": {"namespace": "shop", "name": job or run, "facets": dict(job_facets or {})},
        "inputs": list(inputs),
        "outputs": list(outputs),
    }


def tell(store: Store, events: Sequence[Any]) -> list[Appended]:
    recorder = Recorder(store)
    return [appended for each in events for appended in recorder.record([composer_of(each)])]
