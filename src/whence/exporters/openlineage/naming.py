"""How OpenLineage calls what lies at a location: the other way of ``recording.places``."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote

_ADDRESS = re.compile(r"([a-z][a-z0-9+.-]*)://([^/#]*)([^#]*)(?:#(.*))?\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class DatasetName:
    """What OpenLineage names a dataset by."""

    namespace: str
    name: str


def dataset_name(called: str, location: str | None, instance: str) -> DatasetName:
    """The namespace and name of an artifact.

    Args:
        called: How the record calls it.
        location: Where it lies, as a URI; ``None`` where that is not known.
        instance: The namespace of what lies nowhere: ``whence://PROJECT``.
    """
    found = _ADDRESS.match(location or "")
    if found is None:
        return DatasetName(instance, called)
    scheme, host, path, table = found.groups()
    for schemes, name in NAMES:
        if scheme in schemes:
            told = name(scheme, host, path, table or "")
            if told is not None:
                return told
    return DatasetName(f"{scheme}://{host}", path.lstrip("/") or called)


def _file(scheme: str, host: str, path: str, table: str) -> DatasetName | None:
    del scheme, table
    return DatasetName(f"file://{host}" if host else "file", unquote(path))


def _inside_file(scheme: str, host: str, path: str, table: str) -> DatasetName | None:
    stem = path.rpartition("/")[2].partition(".")[0]
    return DatasetName(f"{scheme}://{host}{path}", f"{stem}.{table}") if table else None


def _table(scheme: str, host: str, path: str, table: str) -> DatasetName | None:
    if not table:
        return None
    told = {"postgresql": "postgres", "mssql": "sqlserver"}.get(scheme, scheme)
    return DatasetName(f"{told}://{host}", f"{path.strip('/')}.{table}")


def _bigquery(scheme: str, host: str, path: str, table: str) -> DatasetName | None:
    return DatasetName(scheme, f"{host}.{path.strip('/')}.{table}") if table else None


_Name = Callable[[str, str, str, str], DatasetName | None]

NAMES: tuple[tuple[frozenset[str], _Name], ...] = (
    (frozenset({"file"}), _file),
    (frozenset({"duckdb", "sqlite"}), _inside_file),
    (
        frozenset(
            "postgresql mysql mariadb mssql oracle snowflake redshift clickhouse trino presto "
            "databricks cockroachdb db2 teradata vertica hive".split()
        ),
        _table,
    ),
    (frozenset({"bigquery"}), _bigquery),
)
"""Scheme of a location → how its datasets are named; others by host and path."""
