"""Where a dataset lies, under one name, whoever speaks of it.

Others name a dataset by a namespace and a name (OpenLineage's naming), a capture by the address
that a program used. Both come here to the same place: ``postgres://db:5432`` with
``shop.public.orders`` is ``postgresql://db:5432/shop#public.orders``, a file is its absolute path.
The rules are a table; the first that fits decides.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from urllib.parse import quote, unquote

from whence.model.identity import NodeId, derived_id

_WORD = re.compile(r'"((?:[^"]|"")*)"|`([^`]*)`|\[([^\]]*)\]|([^.]+)')
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://(.*)\Z", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a dataset lies."""

    name: str
    """How the record calls it: an absolute path, or a URI; of a table ``DATABASE#TABLE``."""
    location: str
    """A URI (RFC 3986): the name itself, or the ``file:`` URI of a path."""
    inside: str = ""
    """The location of the file that holds it, of a table in DuckDB or SQLite."""

    @property
    def id(self) -> NodeId:
        """The id of the node that stands for the place, whatever lies there."""
        return place_id(self.location)


def place_id(location: str) -> NodeId:
    """The id of the node that stands for what lies at a location."""
    return derived_id("place", location)


@lru_cache(8192)
def place_of(namespace: str, name: str) -> Place:
    """The place that a namespace and a name mean, by OpenLineage's rules for naming datasets."""
    found = _SCHEME.match(namespace)
    scheme, rest = (found[1].lower(), found[2]) if found else (namespace.lower(), "")
    for rule in RULES:
        if scheme in rule.schemes:
            place = rule.place(SCHEMES.get(scheme, scheme), rest, name)
            if place is not None:
                return place
    if found is None and name.startswith("/"):
        return _file("file", "", name) or Place(name, name)
    if found is None and (own := _SCHEME.match(name)):
        host, _, path = own[2].partition("/")
        is_file = own[1].lower() == "file"
        return place_of("file" if is_file else f"{own[1]}://{host}", path or own[2])
    joined = f"{namespace.rstrip('/')}/{name.lstrip('/')}"
    return Place(joined, joined)


@lru_cache(8192)
def place_at(location: str) -> Place:
    """The place of an address as a capture has it."""
    if location.startswith("file://"):
        return Place(unquote(location[len("file://") :]), location)
    address, hash_sign, table = location.partition("#")
    found = _SCHEME.match(address)
    if not hash_sign or found is None:
        return Place(location, location)
    scheme = SCHEMES.get(found[1].lower(), found[1].lower())
    name = f"{scheme}://{found[2]}#{_folded(scheme, table)}"
    return Place(name, name)


def names_of(place: Place) -> Iterator[str]:
    """The names under which the record may have what lies at a place.

    A capture calls a file by its path below the workspace, wherever that lies: so every end of
    the absolute path may be the name.
    """
    yield place.name
    path = place.inside or place.location
    if path.startswith("file://"):
        parts = unquote(path[len("file://") :]).strip("/").split("/")
        if place.inside:
            yield "/" + "/".join(parts)
        for start in range(min(len(parts), _DEEPEST)):
            yield "/".join(parts[len(parts) - 1 - start :])
    elif "://" not in path:
        parts = path.split("/")
        yield from ("/".join(parts[start:]) for start in range(len(parts)))


_DEEPEST = 24
"""Folders of a path that are tried; deeper workspaces are not found by it."""


@dataclass(frozen=True, slots=True)
class Rule:
    """How one family of storage names its datasets."""

    schemes: frozenset[str]
    place: Callable[[str, str, str], Place | None]
    """(scheme, what follows ``://`` in the namespace, name) → the place, if it can be told."""


SCHEMES: Mapping[str, str] = MappingProxyType(
    {
        "postgres": "postgresql",
        "s3a": "s3",
        "s3n": "s3",
        "gcs": "gs",
        "abfs": "az",
        "abfss": "az",
        "wasb": "az",
        "wasbs": "az",
        "sqlserver": "mssql",
    }
)
"""Other names of a scheme → the one that the record has."""

FOLDED: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {
        "postgresql": str.lower,
        "redshift": str.lower,
        "duckdb": str.lower,
        "sqlite": str.lower,
        "snowflake": str.upper,
        "oracle": str.upper,
    }
)
"""Databases in which names without quotes are the same in either case."""


def _folded(scheme: str, table: str) -> str:
    """A table's name without its quotes, in the case that the database keeps it in."""
    fold = FOLDED.get(scheme, str)
    return ".".join(map(fold, words_of(table)))


def words_of(name: str) -> list[str]:
    """The parts of a dotted name; dots inside quotes are no dots."""
    return [next(filter(None, groups), "") for groups in _WORD.findall(name)]


def _file(scheme: str, host: str, name: str) -> Place | None:
    del scheme
    if name.lower().startswith("file:"):
        name = "/" + name[len("file:") :].lstrip("/")
    if host.startswith("/"):  # file:///folder as the namespace
        name, host = f"{host.rstrip('/')}/{name.lstrip('/')}", ""
    if host and host != "localhost":
        path = "/" + name.lstrip("/")
        return Place(f"file://{host}{path}", f"file://{host}{quote(path)}")
    name = unquote(name) if "%" in name else name
    if not name.startswith("/"):
        name = _relative(name) or name
        return Place(name, name)
    name = "/" + name.strip("/")
    return Place(name, "file://" + quote(name))


def _inside_file(scheme: str, path: str, name: str) -> Place | None:
    """A table of a database that is a file: its own name of the database says nothing."""
    if path.startswith(":"):
        return None  # in memory
    words = words_of(name)
    table = _folded(scheme, ".".join(f'"{each}"' for each in words[-2:] or [name]))
    if len(words) == 1:
        table = f"main.{table}"
    if not path.startswith("/"):
        path = _relative(path)
        called = f"{scheme}://{path}#{table}"
        return Place(called, called, path) if path else None
    called = f"{scheme}://{path}#{table}"
    return Place(called, called, "file://" + quote(path))


def _relative(path: str) -> str:
    """A path that depends on where somebody stood: as much of it as does not."""
    return "/".join(each for each in path.split("/") if each not in {"", ".", ".."})


def _table(scheme: str, host: str, name: str) -> Place | None:
    """``db.schema.table`` on a server."""
    database, *rest = words_of(name)
    if not rest:
        return None
    fold = FOLDED.get(scheme, str)
    shown = fold(database) if scheme in {"snowflake", "oracle"} else database
    called = f"{scheme}://{host.rstrip('/').lower()}/{shown}#{'.'.join(map(fold, rest))}"
    return Place(called, called)


def _bigquery(scheme: str, host: str, name: str) -> Place | None:
    project, *rest = words_of(name)
    if len(rest) < 2:
        return None
    called = f"{scheme}://{host or project}/{rest[0]}#{'.'.join(rest[1:])}"
    return Place(called, called)


def _object(scheme: str, bucket: str, name: str) -> Place | None:
    """An object or a folder of them: a slash at the end makes no difference."""
    bucket = bucket.strip("/")
    if scheme == "az":
        bucket = bucket.partition("@")[0]
    key = name.strip("/")
    called = f"{scheme}://{bucket}/{key}" if key else f"{scheme}://{bucket}"
    return Place(called, called)


def _named(scheme: str, host: str, name: str) -> Place | None:
    called = f"{scheme}://{host.strip('/')}/{name.lstrip('/')}"
    return Place(called, called)


RULES: tuple[Rule, ...] = (
    Rule(frozenset({"file"}), _file),
    Rule(frozenset({"duckdb", "sqlite"}), _inside_file),
    Rule(
        frozenset(
            "postgres postgresql mysql mariadb mssql sqlserver oracle snowflake redshift "
            "clickhouse trino presto databricks cockroachdb db2 teradata vertica hive".split()
        ),
        _table,
    ),
    Rule(frozenset({"bigquery"}), _bigquery),
    Rule(frozenset("s3 s3a s3n gs gcs abfs abfss wasb wasbs az".split()), _object),
    Rule(frozenset("hdfs dbfs kafka mlflow hf oci whence".split()), _named),
)
"""By the namespace's scheme; what none fits is called ``NAMESPACE/NAME``."""
