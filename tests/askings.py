"""How a text can be put to each route: in its path, its query, its body."""

import types
import typing
from typing import Any
from urllib.parse import quote

import msgspec

from doors import filled
from whence.server.routing import Route

Asking = tuple[str, dict[str, Any]]
"""A path and what goes with it; ``@`` stands for the text."""


def askings(route: Route) -> list[Asking]:
    """Every way to put a text to a route; the bare route where it takes none."""
    found: list[Asking] = []
    if "{" in route.path:
        found.append((filled(route, "@"), {}))
    names = texts_of(route.query)
    found += [(filled(route), {"params": {name: "@"}}) for name in names]
    if len(names) > 1:
        found.append((filled(route), {"params": dict.fromkeys(names, "@")}))
    fields = texts_of(route.body)
    if fields:
        found.append((filled(route), {"json": dict.fromkeys(fields, "@")}))
        found += [(filled(route), {"json": {name: "@"}}) for name in fields]
    return found or [(filled(route), {})]


def asked(asking: Asking, text: str) -> Asking:
    """The same with the text in its place."""
    path, rest = asking
    put = {
        how: {name: text if value == "@" else value for name, value in words.items()}
        for how, words in rest.items()
    }
    return path.replace("@", quote(text, safe="")), put


def texts_of(kind: type | None) -> list[str]:
    """The fields of a query or a body that are texts."""
    if kind is None or not issubclass(kind, msgspec.Struct):
        return []
    return [each.encode_name for each in msgspec.structs.fields(kind) if _takes_text(each.type)]


def _takes_text(kind: Any) -> bool:
    if typing.get_origin(kind) is typing.Annotated:
        return _takes_text(typing.get_args(kind)[0])
    if typing.get_origin(kind) in {typing.Union, types.UnionType}:
        return any(_takes_text(each) for each in typing.get_args(kind))
    return kind is str
