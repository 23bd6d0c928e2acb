"""What the record knows, as facets: the standard's own, and three of ours beside them."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from whence import __version__
from whence.model.node import Node, NodeKind
from whence.query.account import Account

PRODUCER = f"https://w3id.org/whence/{__version__}"
"""Who says so."""

CORE = "https://openlineage.io/spec/2-0-2/OpenLineage.json"
_OURS = "https://w3id.org/whence/schema/openlineage-1.json"

SCHEMAS: Mapping[str, str] = MappingProxyType(
    {
        "parent": "1-2-0/ParentRunFacet",
        "errorMessage": "1-0-1/ErrorMessageRunFacet",
        "processing_engine": "1-1-1/ProcessingEngineRunFacet",
        "executionParameters": "1-0-0/ExecutionParametersRunFacet",
        "tags": "1-0-0/TagsRunFacet",
        "jobType": "2-0-4/JobTypeJobFacet",
        "sourceCodeLocation": "1-1-0/SourceCodeLocationJobFacet",
        "sql": "1-1-0/SQLJobFacet",
        "schema": "1-2-0/SchemaDatasetFacet",
        "version": "1-0-1/DatasetVersionDatasetFacet",
        "datasetType": "1-0-1/DatasetTypeDatasetFacet",
        "outputStatistics": "1-0-2/OutputStatisticsOutputDatasetFacet",
        "inputStatistics": "1-0-0/InputStatisticsInputDatasetFacet",
    }
)
"""The facets of the standard that are written → where their schemas are published."""

_SHOWN = 200


def facet(key: str, **told: Any) -> dict[str, Any]:
    """A facet with its producer and the address of its schema; what is ``None`` is left out."""
    if key in SCHEMAS:
        path = SCHEMAS[key]
        address = f"https://openlineage.io/spec/facets/{path}.json#/$defs/{path.partition('/')[2]}"
    else:
        address = f"{_OURS}#/$defs/{key}"
    filled = {name: value for name, value in told.items() if value is not None}
    return {"_producer": PRODUCER, "_schemaURL": address, **filled}


def run_facets(told: Mapping[str, Any]) -> dict[str, Any]:
    """The facets of a run, from what ``whence show`` tells of it."""
    facets: dict[str, Any] = {}
    parameters = told.get("parameters") or {}
    if parameters:
        facets["executionParameters"] = facet(
            "executionParameters",
            parameters=[{"key": name, "value": _text(each)} for name, each in parameters.items()],
        )
    environment = told.get("environment") or {}
    python = environment.get("python")
    version = python.get("version") if isinstance(python, Mapping) else python
    if version:
        facets["processing_engine"] = facet(
            "processing_engine", name="python", version=str(version)
        )
    if told["state"] in {"failed", "killed"}:
        status, signal = told.get("exit_status"), told.get("signal")
        how = f"ended by {signal}" if signal else f"ended with exit status {status}"
        facets["errorMessage"] = facet("errorMessage", message=how, programmingLanguage="unknown")
    if told.get("tags"):
        facets["tags"] = facet(
            "tags", tags=[{"key": name, "value": str(each)} for name, each in told["tags"].items()]
        )
    facets["whence_run"] = facet(
        "whence_run",
        command=[str(each) for each in told.get("command") or ()] or None,
        exitStatus=told.get("exit_status"),
        parameters=_plain(parameters) or None,
        metrics=_plain(told.get("metrics") or {}) or None,
        environment=environment.get("digest"),
        gaps=[
            {"kind": gap["kind"], "about": gap["about"], "reason": gap["reason"]}
            for gap in told.get("gaps") or ()
        ][:_SHOWN]
        or None,
    )
    return facets


def job_facets(told: Mapping[str, Any]) -> dict[str, Any]:
    """The facets of a job, from what is known of one of its runs."""
    facets = {
        "jobType": facet("jobType", processingType="BATCH", integration="WHENCE", jobType="RUN")
    }
    code = told.get("code") or {}
    remote = code.get("remote") or code.get("url")
    if remote:
        facets["sourceCodeLocation"] = facet(
            "sourceCodeLocation",
            type="git",
            url=code.get("url") or remote,
            repoUrl=code.get("remote"),
            version=code.get("commit"),
            branch=code.get("branch"),
            path=code.get("path"),
        )
    statements = [each["statement"] for each in told.get("queries") or () if "statement" in each]
    if statements:
        facets["sql"] = facet("sql", query=";\n".join(statements[:_SHOWN]))
    return facets


def dataset_facets(account: Account) -> dict[str, Any]:
    """The facets of a dataset or a model."""
    node = account.node
    facets: dict[str, Any] = {}
    columns = _columns(account.said("table").get("columns") or ())
    if columns:
        facets["schema"] = facet("schema", fields=columns)
    version = _version(node, account)
    if version:
        facets["version"] = facet("version", datasetVersion=version)
    if node.kind is not NodeKind.DATASET:
        facets["datasetType"] = facet("datasetType", datasetType=node.kind.value.upper())
    facets["whence_artifact"] = facet(
        "whence_artifact",
        id=node.id,
        kind=node.kind.value,
        name=node.name,
        sha256=None if node.digest is None else node.digest.sha256,
    )
    return facets


def statistics(account: Account) -> dict[str, Any]:
    """How many rows and bytes it holds, as far as that is known."""
    rows, size = account.said("table").get("rows"), account.said("file").get("size")
    return {
        name: value
        for name, value in (("rowCount", rows), ("size", size))
        if isinstance(value, int)
    }


def _version(node: Node, account: Account) -> str:
    if node.digest is not None:
        return f"sha256:{node.digest.sha256}"
    return str(account.said("remote").get("version") or "")


def _columns(told: Sequence[Any]) -> list[dict[str, str]]:
    columns = []
    for each in told:
        name, kind = (each.get("name"), each.get("type")) if isinstance(each, Mapping) else each[:2]
        columns.append({"name": str(name)} | ({"type": str(kind)} if kind else {}))
    return columns


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _value(each) for name, each in values.items()}


def _value(each: Any) -> Any:
    return each["value"] if isinstance(each, Mapping) and "value" in each else each


def _text(each: Any) -> str:
    value = _value(each)
    return value if isinstance(value, str) else str(value)
