"""Which facet says what, as tables: OpenLineage's words → the record's own facets.

Every facet is kept word for word besides, under ``openlineage``, so that what this version does
not understand is not lost.
"""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from whence.importers.openlineage.columns import read_columns, read_fields
from whence.importers.openlineage.scrubbing import scrubbed_statement

Told = tuple[str, Mapping[str, Any]]
"""Name of a facet of ours, and what it says."""

Reading = Callable[[Mapping[str, Any]], Iterator[Told]]


def said_by(slot: str, facets: Mapping[str, Any]) -> Iterator[Told]:
    """What the facets in a slot say in our words; they are scrubbed already.

    Args:
        slot: ``run``, ``job``, ``dataset``, ``input`` or ``output``.
        facets: Key → facet.
    """
    for key, facet in facets.items():
        read = READINGS.get((slot, key))
        if read is not None and isinstance(facet, Mapping) and not facet.get("_deleted"):
            yield from read(facet)


def _nominal(facet: Mapping[str, Any]) -> Iterator[Told]:
    told = {"nominal_start": facet["nominalStartTime"], "nominal_end": facet.get("nominalEndTime")}
    yield "execution", _filled(told)


def _engine(facet: Mapping[str, Any]) -> Iterator[Told]:
    told = {"name": facet.get("name"), "version": facet["version"]}
    yield "execution", {"engine": _filled(told)}


def _error(facet: Mapping[str, Any]) -> Iterator[Told]:
    told = {"message": facet["message"], "language": facet.get("programmingLanguage")}
    yield "execution", {"error": _filled(told)}


def _parameters(facet: Mapping[str, Any]) -> Iterator[Told]:
    told = {
        each["key"]: {"value": each.get("value"), "source": "openlineage"}
        for each in facet.get("parameters") or ()
    }
    yield "parameters", told


def _run_tags(facet: Mapping[str, Any]) -> Iterator[Told]:
    yield "tags", {each["key"]: each["value"] for each in facet.get("tags") or ()}


def _dataset_tags(facet: Mapping[str, Any]) -> Iterator[Told]:
    tags = facet.get("tags") or ()
    yield "tags", {each["key"]: each["value"] for each in tags if not each.get("field")}


def _job_type(facet: Mapping[str, Any]) -> Iterator[Told]:
    told = {
        "integration": facet["integration"],
        "job_type": facet.get("jobType"),
        "processing": facet["processingType"],
    }
    yield "execution", _filled(told)


def _source(facet: Mapping[str, Any]) -> Iterator[Told]:
    told = {
        "commit": facet.get("version"),
        "remote": facet.get("repoUrl"),
        "url": facet["url"],
        "path": facet.get("path"),
        "branch": facet.get("branch"),
        "tag": facet.get("tag"),
    }
    yield "code", _filled(told)


def _sql(facet: Mapping[str, Any]) -> Iterator[Told]:
    yield "queries", {"queries": [{"statement": scrubbed_statement(facet["query"])}], "told": 1}


def _ours(facet: Mapping[str, Any]) -> Iterator[Told]:
    """What Whence itself tells beside the standard's facets."""
    for name in ("parameters", "metrics"):
        told = facet.get(name)
        if isinstance(told, Mapping):
            yield (
                name,
                {key: {"value": value, "source": "openlineage"} for key, value in told.items()},
            )


def _description(facet: Mapping[str, Any]) -> Iterator[Told]:
    yield "description", {"text": facet.get("description") or ""}


def _version(facet: Mapping[str, Any]) -> Iterator[Told]:
    yield "remote", {"version": facet["datasetVersion"]}


def _storage(facet: Mapping[str, Any]) -> Iterator[Told]:
    told = {"layer": facet["storageLayer"], "format": facet.get("fileFormat")}
    yield "remote", _filled(told)


def _statistics(facet: Mapping[str, Any]) -> Iterator[Told]:
    if isinstance(facet.get("rowCount"), int):
        yield "table", {"rows": facet["rowCount"]}
    if isinstance(facet.get("size"), int):
        yield "file", {"size": facet["size"]}


READINGS: Mapping[tuple[str, str], Reading] = MappingProxyType(
    {
        ("run", "nominalTime"): _nominal,
        ("run", "processing_engine"): _engine,
        ("run", "errorMessage"): _error,
        ("run", "executionParameters"): _parameters,
        ("run", "tags"): _run_tags,
        ("run", "whence_run"): _ours,
        ("job", "jobType"): _job_type,
        ("job", "sourceCodeLocation"): _source,
        ("job", "sql"): _sql,
        ("dataset", "schema"): read_fields,
        ("dataset", "columnLineage"): read_columns,
        ("dataset", "lineage"): read_columns,
        ("dataset", "documentation"): _description,
        ("dataset", "tags"): _dataset_tags,
        ("dataset", "version"): _version,
        ("dataset", "storage"): _storage,
        ("output", "outputStatistics"): _statistics,
    }
)
"""(slot, key) → how it is read; what is not here is kept, and not understood."""


def owners(facet: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(kind, name) of each owner: ``team:data`` is an organization, other names are people."""
    found = []
    for each in facet.get("owners") or ():
        kind, colon, name = str(each["name"]).partition(":")
        if not colon:
            found.append(("person", kind))
        elif name:
            group = kind.lower() in {"team", "group", "organization", "org", "company"}
            found.append(("organization" if group else "person", name))
    return [(kind, name) for kind, name in found if name]


def _filled(told: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if value not in (None, "")}
