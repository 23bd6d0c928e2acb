"""The description of the API itself."""

from whence.server.access.permission import Permission
from whence.server.routing import Call, Reply, Route


def openapi(call: Call) -> Reply:
    """Describe everything that can be asked here (OpenAPI 3.1)."""
    return Reply(call.service.description())


ROUTES = (Route("GET", "/openapi.json", openapi, Permission.PUBLIC),)
