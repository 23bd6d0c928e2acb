"""What a run read and wrote beyond this machine: exchanges, gathered to things with a state.

The same object in the same state is one thing, however often and in however many pieces it was
asked for. What is no data (installers, telemetry, the services of trackers) is left out or, where
the program called it, counted.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from whence.capture.agent.reports import Telling
from whence.capture.classify import KINDS, kind_read, kind_written
from whence.capture.semantics.addresses import address_of, is_database, is_elsewhere, public_uri
from whence.model.gap import Gap
from whence.recording.observation import FileSeen, Flow

SMALLEST = 1_024
"""Bytes: an answer in a form of interfaces that is smaller is an answer, not data."""

MOST_CALLS = 200
"""How many services a record lists with the calls made to them."""

INTERFACE_TYPES = frozenset(
    "application/json text/html application/xml text/xml application/javascript text/javascript "
    "text/css application/problem+json application/grpc text/event-stream "
    "application/x-www-form-urlencoded application/xhtml+xml application/graphql".split()
)
"""Content types in which interfaces and pages answer; they are data only if they were asked for."""

NO_DATA = frozenset(
    "pip uv poetry conda setuptools mlflow wandb clearml comet_ml neptune aim dvclive trackio "
    "sentry_sdk posthog segment analytics opentelemetry ddtrace newrelic scarf amplitude mixpanel "
    "ray distributed dask jupyter_client jupyter_server notebook streamlit gradio openlineage "
    "huggingface_hub tensorboard elasticapm statsd prometheus_client rollbar bugsnag".split()
)
"""Packages whose own requests over HTTP are about their service, not about data."""

ASKERS = frozenset(
    "pandas polars pyarrow sklearn scipy numpy datasets torch torchvision torchaudio torchtext "
    "keras tensorflow tensorflow_datasets nltk spacy gensim seaborn statsmodels pooch wget gdown "
    "kaggle kagglehub fsspec xarray geopandas intake vega_datasets duckdb openml ucimlrepo "
    "yfinance pandas_datareader eurostat sodapy rasterio lightning keras_hub timm".split()
)
"""Packages that fetch data for whoever calls them."""

_STORAGE = frozenset({"s3", "gcs", "azure", "huggingface", "ftp", "hdfs"})


@dataclass(frozen=True, slots=True)
class RemoteSeen:
    """What was met beyond this machine."""

    used: tuple[FileSeen, ...] = ()
    generated: tuple[FileSeen, ...] = ()
    flows: tuple[Flow, ...] = ()
    """Copies that services made by themselves."""
    calls: Mapping[str, Any] = field(default_factory=dict)
    """As the facet has it: services that the program called, how, and how often."""


@dataclass(slots=True)
class Exchange:
    """One thing that was read or written, as far as it was told."""

    mode: str
    uri: str
    service: str
    pid: int
    at: int
    """Its place among all tellings."""
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def headers(self) -> Mapping[str, str]:
        """Those of the answer."""
        told = self.facts.get("headers")
        return told if isinstance(told, Mapping) else {}

    @property
    def size(self) -> int | None:
        """Bytes, of the whole thing, where that is known."""
        length = self.headers.get("content-length", "")
        total = self.facts.get("size") or self.facts.get("total")
        if total is None and length.isdigit() and "content-range" not in self.headers:
            return int(length)
        return total

    @property
    def etag(self) -> str:
        """What the service calls this state of the content, without quotes; else empty."""
        told = str(self.facts.get("etag") or self.headers.get("etag") or "")
        return told.removeprefix("W/").strip('"')

    @property
    def version(self) -> str:
        """The service's own name of this version; empty without one."""
        for name in ("version", "revision"):
            if self.facts.get(name):
                return str(self.facts[name])
        for name in ("x-amz-version-id", "x-goog-generation", "x-ms-version-id"):
            if self.headers.get(name):
                return self.headers[name]
        return ""


def read_remote(
    told: Sequence[Telling],
    files: Mapping[str, FileSeen],
    location_of: Callable[[str], str],
) -> RemoteSeen:
    """Everything beyond this machine.

    Args:
        told: What hooks told: ``remote``, and ``read`` and ``write`` of addresses.
        files: Location → a file of the run: the content of what was sent from it or fetched to it.
        location_of: A path as a URI.
    """

    def local(path: str) -> FileSeen | None:
        return files.get(location_of(path))

    exchanges = _gather(told)
    things = [each for each in exchanges if is_data(each)]
    written = _group([each for each in things if each.mode == "write"])
    read = _group([each for each in things if each.mode == "read"])
    generated = tuple(_thing(group, local) for group in written)
    used = tuple(_thing(group, local) for group in read if not _is_own_work(group, written))
    content = {each.location: each for each in used if each.sha256}
    generated = tuple(_like_source(each, content) for each in generated)
    native = _native(told, {each.location for each in (*used, *generated)})
    return RemoteSeen(
        (*used, *(each for mode, each in native if mode == "read")),
        (*generated, *(each for mode, each in native if mode == "write")),
        tuple(_flows(things)),
        _calls(exchanges),
    )


def is_data(exchange: Exchange) -> bool:
    """Whether what was exchanged is content that belongs to the run's inputs or outputs."""
    if exchange.mode == "call":
        return False
    if exchange.service in _STORAGE:
        return True
    by = str(exchange.facts.get("by") or "")
    if by in NO_DATA:
        return False
    if exchange.mode == "write":
        return True
    kind = exchange.headers.get("content-type", "").partition(";")[0].strip().lower()
    if "attachment" in exchange.headers.get("content-disposition", ""):
        return True
    if kind and kind not in INTERFACE_TYPES and not kind.endswith("+json"):
        return True
    if _suffix(exchange.uri) in KINDS:
        return True
    return (exchange.size or 0) > SMALLEST and (by == "" or by in ASKERS)


# ------------------------------------------------------------------------- gathering


def _gather(told: Sequence[Telling]) -> list[Exchange]:
    """Lines about the same exchange, added up; addresses as the record has them."""
    found: dict[Any, Exchange] = {}
    for at, each in enumerate(told):
        fields = each.fields
        if each.event != "remote" or not _is_whole(fields):
            continue
        number = fields.get("body")
        key = at if number is None else (each.pid, number)
        facts = {
            name: value
            for name, value in fields.items()
            if name not in {"event", "mode", "uri", "service", "body"} and value is not None
        }
        known = found.get(key)
        if known is not None:
            known.facts.update(facts)
            continue
        made = Exchange(fields["mode"], fields["uri"], fields["service"], each.pid, at, facts)
        address = address_of(made.uri, made.headers, made.service)
        made.uri, made.service = address.uri, address.service
        made.facts = {**address.facts, **made.facts}
        found[key] = made
    return [*found.values(), *_copied(list(found.values()))]


def _copied(exchanges: Sequence[Exchange]) -> Iterator[Exchange]:
    """What services copied by themselves: their sources are inputs, too."""
    for each in exchanges:
        source = each.facts.get("copied_from")
        if each.mode == "write" and isinstance(source, str):
            facts = {"copied": True, "by": each.facts.get("by")}
            yield Exchange("read", source, each.service, each.pid, each.at, facts)


def _is_whole(fields: Mapping[str, Any]) -> bool:
    return all(isinstance(fields.get(name), str) for name in ("mode", "uri", "service"))


def _group(exchanges: Sequence[Exchange]) -> list[list[Exchange]]:
    """Exchanges of one thing in one state; one that says no state belongs to the one before it."""
    groups: list[list[Exchange]] = []
    by_uri: dict[str, list[list[Exchange]]] = {}
    for each in exchanges:
        for group in reversed(by_uri.setdefault(each.uri, [])):
            if all(_agree(each, other) for other in group):
                group.append(each)
                break
        else:
            made = [each]
            groups.append(made)
            by_uri[each.uri].append(made)
    return groups


def _agree(one: Exchange, other: Exchange) -> bool:
    """Whether nothing that two exchanges say of a state contradicts."""
    pairs = (
        (one.version, other.version),
        (one.etag, other.etag),
        (one.facts.get("sha256"), other.facts.get("sha256")),
    )
    return all(not mine or not theirs or mine == theirs for mine, theirs in pairs)


def _is_own_work(group: Sequence[Exchange], written: Sequence[Sequence[Exchange]]) -> bool:
    """Whether what was read is what the run itself had written."""
    first = group[0]
    return any(
        made[0].uri == first.uri
        and made[0].at < first.at
        and all(_agree(one, other) for one in made for other in group)
        for made in written
    )


# ------------------------------------------------------------------------- things


def _thing(group: Sequence[Exchange], local: Callable[[str], FileSeen | None]) -> FileSeen:
    """One thing in one state."""
    first = group[0]
    wrote = first.mode == "write"
    name = _named_upload(first)
    size = next((each.size for each in group if each.size is not None), None)
    sha256 = next((each.facts["sha256"] for each in group if each.facts.get("sha256")), None)
    by_file = ""
    if sha256 is None:
        beside = _beside(group, local, size if not wrote else None)
        if beside is not None:
            sha256, size, by_file = beside.sha256, beside.size, beside.name
    gap = None if sha256 is not None else _unknown(name, group, size)
    return FileSeen(
        name=name,
        location=name,
        kind=(kind_written if wrote else kind_read)(_path(name)),
        role="output" if wrote else "input",
        sha256=sha256,
        size=size,
        gap=gap,
        facets={"remote": _facts(group, by_file, sha256)},
    )


def _like_source(copy: FileSeen, content: Mapping[str, FileSeen]) -> FileSeen:
    """A copy that its service made has the content of its source, where that is known."""
    source = content.get(str(copy.facets["remote"].get("copied_from")))
    if source is None or copy.sha256 is not None:
        return copy
    return replace(copy, sha256=source.sha256, size=source.size, gap=None)


def _flows(things: Sequence[Exchange]) -> Iterator[Flow]:
    for each in things:
        if each.mode == "write" and each.facts.get("copied_from"):
            yield Flow(each.uri, each.facts["copied_from"], "copied", {"by": each.service})


def _named_upload(exchange: Exchange) -> str:
    """An uploaded file is called by where it went and what it was called here."""
    files = exchange.facts.get("files")
    if isinstance(files, list) and files:
        return f"{exchange.uri}#{str(files[0]).rpartition('/')[2]}"
    return exchange.uri


def _beside(
    group: Sequence[Exchange], local: Callable[[str], FileSeen | None], size: int | None
) -> FileSeen | None:
    """The local file that it came from or went to, if that tells its content."""
    for each in group:
        files = each.facts.get("files")
        paths = [each.facts.get("file"), *(files if isinstance(files, list) else ())]
        for path in paths:
            file = local(str(path)) if path else None
            if file is not None and file.sha256 and (size is None or file.size == size):
                return file
    return None


_SHOWN = ("status endpoint repo revision method encoding copied_from expression ranges").split()


def _facts(group: Sequence[Exchange], by_file: str, sha256: str | None) -> dict[str, Any]:
    first = group[0]
    told: dict[str, Any] = {"service": first.service}
    for name, value in (
        ("etag", next((each.etag for each in group if each.etag), None)),
        ("version", next((each.version for each in group if each.version), None)),
        ("modified", first.headers.get("last-modified")),
        ("type", first.headers.get("content-type")),
        ("final", public_uri(first.facts["final"]) if first.facts.get("final") else None),
        ("content_from", by_file or None),
        ("by", first.facts.get("by") or None),
        ("requests", len(group) if len(group) > 1 else None),
    ):
        told |= {} if value is None else {name: value}
    for each in reversed(group):
        told |= {
            name: each.facts[name]
            for name in _SHOWN
            if each.facts.get(name) is not None and (name != "ranges" or sha256 is None)
        }
    if told.get("final") == first.uri:
        del told["final"]
    return told


def _unknown(name: str, group: Sequence[Exchange], size: int | None) -> Gap:
    """Why the content is not known."""
    if any(each.facts.get("copied") for each in group):
        return Gap("content-unknown", name, "its service copied it, and none of it passed here")
    ranges = [span for each in group for span in each.facts.get("ranges") or ()]
    if group[0].mode == "write":
        reason = "it was sent in a way that was not followed"
    elif ranges:
        passed = sum(end - start for start, end in ranges)
        whole = f" of {size:,}" if size else ""
        reason = f"only {passed:,}{whole} bytes of it were read, or not in their order"
    else:
        reason = "not all of it was read"
    return Gap("content-unknown", name, reason, "fetch it to a file, and read that")


def _native(told: Sequence[Telling], known: set[str]) -> list[tuple[str, FileSeen]]:
    """What native code read and wrote: only its address is known."""
    found: dict[tuple[str, str], FileSeen] = {}
    for each in told:
        location = each.fields.get("location")
        if each.event not in {"read", "write"} or not isinstance(location, str):
            continue
        if not is_elsewhere(location):
            continue
        address = address_of(location, {})
        if address.uri in known or (each.event, address.uri) in found:
            continue
        if each.event == "read" and ("write", address.uri) in found:
            continue  # its own work
        if address.service == "huggingface" or (is_database(location) and "#" in location):
            continue  # told by itself
        by = str(each.fields.get("by") or "native code")
        wrote = each.event == "write"
        found[each.event, address.uri] = FileSeen(
            name=address.uri,
            location=address.uri,
            kind=(kind_written if wrote else kind_read)(_path(address.uri)),
            role="output" if wrote else "input",
            sha256=None,
            gap=Gap(
                "content-unknown",
                address.uri,
                f"{by} moved it in native code, which cannot be followed",
                "fetch it to a file, and read that",
            ),
            facets={"remote": {"service": address.service, "by": by}},
        )
    return [(mode, seen) for (mode, _), seen in found.items()]


def _calls(exchanges: Sequence[Exchange]) -> dict[str, Any]:
    """Services that were called, without what was said to them."""
    counted: dict[tuple[str, str, str], int] = {}
    for each in exchanges:
        by = str(each.facts.get("by") or "")
        if is_data(each) or by in NO_DATA:
            continue
        parts = urlsplit(each.uri)
        key = (each.service, f"{parts.scheme}://{parts.netloc}", str(each.facts.get("method")))
        counted[key] = counted.get(key, 0) + 1
    if not counted:
        return {}
    calls = [
        {"service": service, "uri": uri, "method": method, "count": count}
        for (service, uri, method), count in counted.items()
    ]
    return {"calls": calls[:MOST_CALLS], "told": len(calls)}


def _path(uri: str) -> str:
    return urlsplit(uri).path or uri


def _suffix(uri: str) -> str:
    name = _path(uri).rpartition("/")[2].lower()
    return f".{name.rpartition('.')[2]}" if "." in name else ""
