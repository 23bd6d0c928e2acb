"""How the record calls a thing beyond this machine: one address, without anything secret.

The same object goes by many addresses: signed, redirected, by the names of different libraries.
The rules are tables; the forms of storage services follow their public documentation.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from whence.recording.redact import redact_url, secret_name

SIGNING = frozenset(
    "awsaccesskeyid signature expires googleaccessid policy key-pair-id sig se sp sv sr st spr "
    "skoid sktid skt ske sks skv sip rscd rsct response-content-disposition "
    "response-content-type x-id".split()
)
"""Parameters by which signed addresses differ from one hour to the next."""

SIGNING_PREFIXES = ("x-amz-", "x-goog-")

SCHEMES: Mapping[str, str] = MappingProxyType(
    {
        "s3a": "s3",
        "s3n": "s3",
        "gcs": "gs",
        "abfs": "az",
        "abfss": "az",
        "wasb": "az",
        "wasbs": "az",
        "adl": "az",
        "postgres": "postgresql",
    }
)
"""Other names of a scheme → the one that the record has."""

DATABASES = frozenset(
    "postgresql mysql mariadb mssql oracle snowflake redshift bigquery clickhouse trino presto "
    "databricks cockroachdb db2 teradata vertica hive impala duckdb".split()
)
"""Schemes of databases; SQLAlchemy writes the driver after a plus sign."""

SERVICES: Mapping[str, str] = MappingProxyType(
    {
        "s3": "s3",
        "gs": "gcs",
        "az": "azure",
        "hf": "huggingface",
        "http": "http",
        "https": "http",
        "ftp": "ftp",
        "hdfs": "hdfs",
        "postgresql": "postgresql",
        "mysql": "mysql",
    }
)
"""Scheme → service."""


@dataclass(frozen=True, slots=True)
class Form:
    """How one service writes the addresses of its objects over HTTP."""

    service: str
    pattern: re.Pattern[str]
    """Over host and path; the groups ``bucket`` and ``key`` name the object."""
    uri: str
    mark: str = ""
    """A header of the answer that must be there, where the form alone does not tell."""
    query: str = ""
    """What the query must hold."""


_KEY = r"(?P<key>.+)\Z"
_PLACE = r"(?P<bucket>[^/]+)"

FORMS: tuple[Form, ...] = (
    Form(
        "gcs",
        re.compile(rf"[^/]+/(?:download/)?storage/v1/b/{_PLACE}/o/{_KEY}"),
        "gs://{bucket}/{key}",
        query="alt=media",
    ),
    Form(
        "gcs",
        re.compile(rf"(?:storage\.googleapis|storage\.cloud\.google)\.com/{_PLACE}/{_KEY}"),
        "gs://{bucket}/{key}",
    ),
    Form(
        "gcs",
        re.compile(rf"(?P<bucket>[^/]+)\.storage\.googleapis\.com/{_KEY}"),
        "gs://{bucket}/{key}",
    ),
    Form(
        "s3",
        re.compile(rf"s3[.-](?:[\w-]+\.)?(?:dualstack\.)?amazonaws\.com/{_PLACE}/{_KEY}"),
        "s3://{bucket}/{key}",
    ),
    Form(
        "s3",
        re.compile(rf"(?P<bucket>[^/]+?)\.s3[.-](?:[\w.-]+\.)?amazonaws\.com/{_KEY}"),
        "s3://{bucket}/{key}",
    ),
    Form(
        "azure",
        re.compile(rf"[^/.]+\.(?:blob|dfs)\.core\.[\w.]+/{_PLACE}/{_KEY}"),
        "az://{bucket}/{key}",
    ),
    Form(
        "azure",
        re.compile(rf"[\d.:\]\[\w-]+/[a-z0-9]{{3,24}}/{_PLACE}/{_KEY}"),
        "az://{bucket}/{key}",
        mark="x-ms-blob-type",
    ),
)
"""Storage services behind plain HTTP; the first that fits."""


@dataclass(frozen=True, slots=True)
class Address:
    """How a thing is called, and by whom it is kept."""

    uri: str
    service: str
    facts: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


def public_uri(uri: str) -> str:
    """An address without who asked and by what right; what tells which thing it is, stays."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return redact_url(uri)
    scheme = _scheme(parts.scheme)
    if scheme not in {"http", "https", "ftp"}:
        return redact_url(_object(scheme, parts, uri))
    query = urlencode(
        [
            (name, value)
            for name, value in parse_qsl(parts.query, keep_blank_values=True)
            if not _is_signing(name)
        ],
        safe="/:,",
    )
    return redact_url(urlunsplit((scheme, _host(parts), parts.path, query, "")))


def address_of(uri: str, headers: Mapping[str, str], service: str = "") -> Address:
    """Which object an address means.

    Args:
        uri: As it was asked for.
        headers: Those of the answer, in lower case.
        service: Whose it is, where the caller knows.
    """
    shown = public_uri(uri)
    if service and service != "http":
        return Address(shown, service)
    try:
        parts = urlsplit(uri)
    except ValueError:
        return Address(shown, "http")
    if parts.scheme not in {"http", "https"}:
        scheme = _scheme(parts.scheme)
        return Address(shown, SERVICES.get(scheme, scheme))
    place = _host(parts) + parts.path
    for form in FORMS:
        found = form.pattern.match(place)
        if found is None or (form.mark and form.mark not in headers):
            continue
        if form.query not in parts.query:
            continue
        named = {name: unquote(value) for name, value in found.groupdict().items()}
        host = "" if _is_own(parts) else f"{parts.scheme}://{_host(parts)}"
        return Address(form.uri.format(**named), form.service, {"endpoint": host} if host else {})
    return Address(shown, "http")


def is_database(location: str) -> bool:
    """Whether a location is a database behind a server, or one of its tables."""
    scheme, separator, _ = location.partition("://")
    return bool(separator) and _scheme(scheme) in DATABASES


def is_elsewhere(location: str) -> bool:
    """Whether a location is beyond this machine."""
    scheme, colon, _ = location.partition("://")
    return bool(colon) and scheme.lower() not in {"file", "local", "memory", "sqlite"}


def _is_own(parts: SplitResult) -> bool:
    """Whether the service itself answered, rather than something that speaks like it."""
    return any(name in parts.netloc for name in ("amazonaws.", "googleapis.", "core."))


def _is_signing(name: str) -> bool:
    lower = name.lower()
    return lower in SIGNING or lower.startswith(SIGNING_PREFIXES) or bool(secret_name(name))


def _scheme(scheme: str) -> str:
    lower = scheme.lower()
    base = lower.partition("+")[0]
    lower = base if SCHEMES.get(base, base) in DATABASES else lower
    return SCHEMES.get(lower, lower)


def _host(parts: SplitResult) -> str:
    return parts.netloc.rpartition("@")[2].lower()


def _object(scheme: str, parts: SplitResult, uri: str) -> str:
    """An object's address as its service's users write it."""
    rest = uri.partition("://")[2]
    if scheme == "az" and ".core.windows.net" in parts.netloc:
        container = parts.netloc.partition("@")[0]  # abfs://container@account.dfs.core.windows.net
        return f"az://{container}{parts.path}"
    head, at, tail = rest.partition("@")
    if at and "/" not in head and scheme not in {"hf", "s3", "gs"}:
        rest = tail
    return f"{scheme}://{rest}"
