"""What can be asked and said over HTTP: one module for each topic, each a table of routes."""

from whence.server.api import health, lineage, show
from whence.server.routing import Route

TOPICS = (health, show, lineage)
"""Every topic, in the order of the published description."""


def all_routes() -> tuple[Route, ...]:
    """The rows of all topics."""
    return tuple(route for topic in TOPICS for route in topic.ROUTES)
