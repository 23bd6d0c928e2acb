"""The description of the API (OpenAPI 3.1), made from the table of routes."""

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from whence import __version__
from whence.errors import NotFoundError
from whence.server.access.permission import Permission
from whence.server.limits import limit
from whence.server.problems import NAMES, PROBLEM_TYPE
from whence.server.routing import Route
from whence.wire.schema import load_schema

_PART = re.compile(r"\{(\w+)(?::(\w+))?\}")
_REF = "#/components/schemas/{name}"
_PARTS = {"int": "integer", "float": "number"}

PROBLEM: dict[str, Any] = {
    "type": "object",
    "title": "Problem details (RFC 9457)",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer", "enum": sorted(NAMES)},
        "detail": {"type": "string"},
        "hint": {"type": "string", "description": "What may be tried."},
        "candidates": {
            "type": "array",
            "items": {"type": "string"},
            "description": "What an ambiguous REF may mean.",
        },
    },
}


def describe(routes: Iterable[Route]) -> dict[str, Any]:
    """The whole description."""
    rows = [route for route in routes if route.path != "/openapi.json"]
    schemas: dict[str, Any] = {"Problem": PROBLEM}
    kinds = [kind for row in rows for kind in (row.query, row.body, row.answer) if _is_struct(kind)]
    _, structs = msgspec.json.schema_components(list(dict.fromkeys(kinds)), ref_template=_REF)
    schemas.update(structs)
    for name in sorted({row.answer for row in rows if isinstance(row.answer, str)}):
        schemas[name] = _published(name)
    paths: dict[str, dict[str, Any]] = {}
    for row in rows:
        path = _PART.sub(r"{\1}", row.path)
        paths.setdefault(path, {})[row.method.lower()] = _operation(row, structs)
    for kind in {row.query for row in rows if row.query is not None}:
        schemas.pop(kind.__name__, None)  # told as parameters, one by one
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Whence",
            "version": __version__,
            "summary": "What really happened, what nobody knows, and the proof.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "servers": [{"url": "/"}],
        "security": [{}, {"token": []}],  # on this machine alone, none is asked for
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": {
                "Problem": {
                    "description": "What is wrong, and what may be tried.",
                    "content": {PROBLEM_TYPE: {"schema": {"$ref": _REF.format(name="Problem")}}},
                }
            },
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(route: Route, structs: dict[str, Any]) -> dict[str, Any]:
    words = (route.endpoint.__doc__ or "").strip().split("\n\n", maxsplit=1)
    told: dict[str, Any] = {
        "operationId": _operation_id(route),
        "summary": " ".join(words[0].split()),
        "tags": [_topic(route)],
        "x-needs": route.needs.value,
    }
    if len(words) > 1:
        told["description"] = _plain(words[1])
    if route.needs is Permission.PUBLIC:
        told["security"] = []
    parameters = [*_path_parts(route), *_query_parts(route, structs)]
    if parameters:
        told["parameters"] = parameters
    if route.body is not None:
        told["requestBody"] = _body(route)
    told["responses"] = _responses(route)
    return told


def _operation_id(route: Route) -> str:
    stem = re.sub(r"\W+", "_", _PART.sub(r"by_\1", route.path.removeprefix("/api/v1"))).strip("_")
    return f"{route.method.lower()}_{stem}"


def _topic(route: Route) -> str:
    module = getattr(route.endpoint, "__module__", "")
    return module.rpartition(".")[2]


def _plain(text: str) -> str:
    return "\n".join(line.strip() for line in text.splitlines())


def _path_parts(route: Route) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": _PARTS.get(kind, "string"), **_bounds(kind)},
        }
        for name, kind in _PART.findall(route.path)
    ]


def _bounds(kind: str) -> dict[str, Any]:
    return {"minimum": 0} if kind in _PARTS else {"minLength": 1}


def _query_parts(route: Route, structs: dict[str, Any]) -> list[dict[str, Any]]:
    if route.query is None:
        return []
    schema = structs[route.query.__name__]
    parts = []
    for name, told in schema.get("properties", {}).items():
        kind = dict(told)
        # Nobody can say null in a query; what may be left out is simply not said.
        variants = [each for each in kind.get("anyOf", ()) if each != {"type": "null"}]
        if len(variants) == 1:
            kind = variants[0] | {key: kind[key] for key in ("description",) if key in kind}
        if kind.get("default", 0) is None:
            del kind["default"]
        parts.append(
            {
                "name": name,
                "in": "query",
                "required": name in schema.get("required", ()),
                "schema": kind,
            }
        )
    return parts


def _body(route: Route) -> dict[str, Any]:
    schema: dict[str, Any] = {}
    if _is_struct(route.body):
        schema = {"$ref": _REF.format(name=route.body.__name__)}  # type: ignore[union-attr]
    packed = " It may come as gzip." if route.gzip else ""
    return {
        "required": True,
        "description": f"At most {limit('body'):,} bytes.{packed}",
        "content": {media: {"schema": schema} for media in route.media},
    }


def _responses(route: Route) -> dict[str, Any]:
    good: dict[str, Any] = {"description": "Done."}
    if isinstance(route.answer, str):
        good["content"] = _json(route.answer)
    elif _is_struct(route.answer):
        good["content"] = _json(route.answer.__name__)  # type: ignore[union-attr]
    elif route.answer is bytes:
        good["content"] = {"text/plain": {"schema": {"type": "string"}}}
    told: dict[str, Any] = {str(route.status): good}
    if route.status == 201:
        told["200"] = good | {"description": "It was there already."}
    return told | {"default": {"$ref": "#/components/responses/Problem"}}


def _json(name: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": _REF.format(name=name)}}}


def _published(name: str) -> dict[str, Any]:
    try:
        schema = load_schema(name)
    except NotFoundError:
        raise AssertionError(
            f"a route answers with the schema {name}, which is not there"
        ) from None
    return {key: value for key, value in schema.items() if key != "$schema"}


def _is_struct(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)
