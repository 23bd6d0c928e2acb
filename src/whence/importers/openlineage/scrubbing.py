"""What of a facet is kept: no secrets, no values of variables or of rows, no flood."""

import marshal
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from whence.recording.redact import redact_text, redact_value, secret_name
from whence.wire.canonical import MAX_INTEGER

LONGEST = 20_000
"""Characters of one text that are kept."""

MOST = 5_000
"""Members of one list that are kept."""

_CACHED = 512
_WHOLE = 8_192
"""Bytes of a facet that is remembered whole."""
_FACETS = 2_048
_PLAIN = 2
"""The version of marshal's form in which equal values have equal bytes."""
_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)?\Z", re.ASCII
)
"""A time (RFC 3339): nearly every event has one that was never said before."""
_QUOTED = re.compile(r"'(?:[^']|'')*'")


def scrubbed(name: str, value: Any) -> Any:
    """A JSON value as it may be kept, under the name by which it goes."""
    kind = type(value)
    if kind is str:
        return _text(name, value) if len(value) <= _CACHED else _long(name, value)
    if kind is dict:
        return {_cut(key): scrubbed(key, each) for key, each in value.items()}
    if kind is list:
        return [scrubbed(name, each) for each in value[:MOST]]
    if kind is int and abs(value) > MAX_INTEGER:
        return str(value)
    if kind is float and not -1e300 < value < 1e300:
        return str(value)
    return redact_value(name, value) if kind in {int, float} else value


def scrubbed_statement(text: str) -> str:
    """SQL without the values in it."""
    return _statement(text) if len(text) <= LONGEST else _statement(text[:LONGEST]) + "…"


def scrubbed_facet(key: str, facet: Mapping[str, Any]) -> Mapping[str, Any]:
    """A whole facet as it may be kept; what must not be in it by its meaning is taken out.

    The schema of a table comes with every event that names it: what was scrubbed last is at hand.
    """
    said = marshal.dumps((key, dict(facet)), _PLAIN)
    if len(said) > _WHOLE:
        return scrubbed_anew(key, facet)
    told = _facets.get(said)
    if told is None:
        if len(_facets) >= _FACETS:
            _facets.clear()
        told = _facets[said] = scrubbed_anew(key, facet)
    return told


_facets: dict[bytes, Mapping[str, Any]] = {}
"""Facets as they were said → as they may be kept; read by everybody, changed by nobody."""


def scrubbed_anew(key: str, facet: Mapping[str, Any]) -> dict[str, Any]:
    """The same, for whoever remembers it himself."""
    told = {name: scrubbed(name, value) for name, value in facet.items()}
    if key == "sql" and isinstance(facet.get("query"), str):
        told["query"] = scrubbed_statement(facet["query"])
    elif key == "environmentVariables":
        listed = _objects(facet.get("environmentVariables"))
        told["environmentVariables"] = [{"name": each.get("name")} for each in listed]
    elif key == "executionParameters":
        told["parameters"] = [
            {**each, "value": scrubbed(str(each.get("key")), each.get("value"))}
            for each in _objects(told.get("parameters"))
        ]
    return told


def _objects(listed: Any) -> list[Mapping[str, Any]]:
    """The objects of a list: where a facet stands at a place of its own, its form is unknown."""
    return [each for each in listed if isinstance(each, dict)] if type(listed) is list else []


@lru_cache(16_384)
def _text(name: str, text: str) -> str:
    if _MOMENT.match(text) and not secret_name(name):
        return text
    return _cut(str(redact_value(name, text)))


@lru_cache(1_024)
def _long(name: str, text: str) -> str:
    return _cut(str(redact_value(name, text[: LONGEST * 2])))


@lru_cache(1_024)
def _statement(text: str) -> str:
    return redact_text(_QUOTED.sub("?", text))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
