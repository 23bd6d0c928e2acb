"""OpenLineage events of about 4 kB, as a busy site sends them: tasks that read and write tables."""

import json
import random
import uuid
from collections.abc import Iterator

_PRODUCER = "https://github.com/OpenLineage/OpenLineage/tree/1.40.0/client/python"
_SPEC = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
_FACETS = "https://openlineage.io/spec/facets/"
TABLES = 400
JOBS = 120


def make_events(runs: int, seed: int = 1) -> Iterator[bytes]:
    """Two events for each run, START and COMPLETE, in the order in which they happen."""
    chance = random.Random(seed)
    for number in range(runs):
        run = str(uuid.UUID(int=chance.getrandbits(128), version=4))
        job = f"warehouse.task_{chance.randrange(JOBS)}"
        tables = chance.sample(range(TABLES), 3)
        for kind, second in (("START", 0), ("COMPLETE", 30)):
            minute, hour = divmod(number, 60)[1], number // 60 % 24
            day = 1 + number // 1440 % 28
            time = f"2026-11-{day:02d}T{hour:02d}:{minute:02d}:{second:02d}.{number % 1000:03d}Z"
            yield json.dumps(_event(run, job, kind, time, tables), separators=(",", ":")).encode()


def _event(run: str, job: str, kind: str, time: str, tables: list[int]) -> dict[str, object]:
    inputs = [_dataset(table) for table in tables[:2]]
    return {
        "eventType": kind,
        "eventTime": time,
        "producer": _PRODUCER,
        "schemaURL": _SPEC,
        "run": {
            "runId": run,
            "facets": {
                "nominalTime": _facet(
                    "1-0-1/NominalTimeRunFacet.json#/$defs/NominalTimeRunFacet",
                    nominalStartTime=time,
                ),
                "processing_engine": _facet(
                    "1-1-1/ProcessingEngineRunFacet.json#/$defs/ProcessingEngineRunFacet",
                    version="3.1.0",
                    name="Airflow",
                    openlineageAdapterVersion="2.8.0",
                ),
            },
        },
        "job": {
            "namespace": "airflow",
            "name": job,
            "facets": {
                "sql": _facet(
                    "1-1-0/SQLJobFacet.json#/$defs/SQLJobFacet",
                    query="insert into t select a.id, a.amount, b.region, count(*) from a "
                    "join b on a.id = b.id where a.day = '2026-11-01' group by 1, 2, 3",
                    dialect="postgres",
                )
            },
        },
        "inputs": inputs,
        "outputs": [_dataset(tables[2], lineage=tables[:2])] if kind == "COMPLETE" else [],
    }


def _dataset(table: int, lineage: list[int] | None = None) -> dict[str, object]:
    columns = ["id", "amount", "region", "created_at", "updated_at", "customer", "channel"]
    fields = [{"name": each, "type": "VARCHAR", "description": ""} for each in columns]
    facets: dict[str, object] = {
        "schema": _facet("1-1-1/SchemaDatasetFacet.json#/$defs/SchemaDatasetFacet", fields=fields),
        "dataSource": _facet(
            "1-0-1/DatasourceDatasetFacet.json#/$defs/DatasourceDatasetFacet",
            name="warehouse",
            uri="postgres://warehouse:5432",
        ),
    }
    if lineage is not None:
        facets["columnLineage"] = _facet(
            "1-2-0/ColumnLineageDatasetFacet.json#/$defs/ColumnLineageDatasetFacet",
            fields={
                each: {
                    "inputFields": [
                        {
                            "namespace": "postgres://warehouse:5432",
                            "name": f"warehouse.public.table_{other}",
                            "field": each,
                        }
                        for other in lineage
                    ]
                }
                for each in columns[:3]
            },
        )
    return {
        "namespace": "postgres://warehouse:5432",
        "name": f"warehouse.public.table_{table}",
        "facets": facets,
    }


def _facet(schema: str, **said: object) -> dict[str, object]:
    return {"_producer": _PRODUCER, "_schemaURL": _FACETS + schema, **said}
