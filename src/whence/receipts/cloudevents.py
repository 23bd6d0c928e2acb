"""CloudEvents 1.0 over HTTP, as far as a collector needs them: binary, structured, in batches.

Source: CNCF CloudEvents 1.0.2, core specification section 3 and HTTP protocol binding sections
3.1 to 3.3. The modes are told apart by the content type alone.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from urllib.parse import unquote

from whence.errors import WireError
from whence.wire.canonical import parse

STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
_HEADER = "ce-"
_REQUIRED = ("specversion", "id", "source", "type")
_LONGEST = 1000
"""Characters of an attribute; the specification promises 64 kB for all of an event."""

_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class CloudEvent:
    """One event."""

    id: str
    source: str
    type: str
    data: bytes
    content_type: str = ""
    attributes: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    """All further attributes, extensions among them; names in lower case."""


def read_events(headers: Mapping[str, str], body: bytes, most: int) -> list[CloudEvent]:
    """The events of a request.

    Args:
        headers: Names in lower case.
        body: All of it.
        most: How many one batch may have.

    Raises:
        WireError: it holds no event, or one that lacks what every event has.
    """
    content_type = headers.get("content-type", "")
    kind = content_type.partition(";")[0].strip().lower()
    if kind == BATCH:
        values = parse(body)
        if not isinstance(values, list):
            raise WireError("a batch of CloudEvents is an array")
        if len(values) > most:
            raise WireError(f"{len(values)} events at once; {most} are taken")
        return [_structured(value, f"event {at}") for at, value in enumerate(values)]
    if kind == STRUCTURED:
        return [_structured(parse(body), "the event")]
    if kind.startswith("application/cloudevents"):
        raise WireError(f"CloudEvents as {kind} are not read here", hint=f"send {STRUCTURED}")
    told = {
        name.removeprefix(_HEADER): unquote(value, errors="replace")
        for name, value in headers.items()
        if name.startswith(_HEADER)
    }
    return [_event(told, body, content_type, "the headers")]


def _structured(value: Any, where: str) -> CloudEvent:
    if not isinstance(value, dict):
        raise WireError(f"{where}: a CloudEvent is an object")
    told = {
        name: each if isinstance(each, str) else json.dumps(each)
        for name, each in value.items()
        if name not in {"data", "data_base64"} and isinstance(each, str | int | bool)
    }
    content_type = told.pop("datacontenttype", "application/json")
    if "data_base64" in value:
        try:
            data = base64.b64decode(str(value["data_base64"]), validate=True)
        except binascii.Error as error:
            raise WireError(f"{where}: data_base64 is none: {error}") from None
    elif isinstance(value.get("data"), str) and "json" not in content_type:
        data = value["data"].encode()
    else:
        data = json.dumps(value.get("data"), ensure_ascii=False).encode()
    return _event(told, data, content_type, where)


def _event(told: Mapping[str, str], data: bytes, content_type: str, where: str) -> CloudEvent:
    missing = [name for name in _REQUIRED if not told.get(name)]
    if missing:
        raise WireError(
            f"{where}: no CloudEvent: {', '.join(missing)} is missing",
            hint="in binary mode the attributes are headers that begin with ce-",
        )
    if not told["specversion"].startswith("1."):
        raise WireError(f"{where}: CloudEvents {told['specversion'][:20]} are not read here")
    for name, text in told.items():
        if name in _REQUIRED and len(text) > _LONGEST:
            raise WireError(f"{where}: {name} has more than {_LONGEST} characters")
    more = {name: text for name, text in told.items() if name not in _REQUIRED}
    return CloudEvent(told["id"], told["source"], told["type"], data, content_type, more)
