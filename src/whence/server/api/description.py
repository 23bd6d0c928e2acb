"""The description of the API itself."""

from functools import cache

import msgspec

from whence.server.access.permission import Permission
from whence.server.openapi import describe
from whence.server.routing import Call, Reply, Route


def openapi(call: Call) -> Reply:
    """Describe everything that can be asked here (OpenAPI 3.1)."""
    return Reply(_text(call.service.routes))


@cache
def _text(routes: tuple[Route, ...]) -> bytes:
    return msgspec.json.encode(describe(routes))


ROUTES = (Route("GET", "/openapi.json", openapi, Permission.PUBLIC),)
