"""What can be asked and said over HTTP: one module for each topic, each a table of routes."""

from whence.server.api import (
    access,
    deployments,
    description,
    differences,
    governance,
    health,
    holding,
    ledger,
    lineage,
    models,
    moments,
    naming,
    openlineage,
    receipts,
    records,
    runs,
    show,
    systems,
    texts,
    travel,
)
from whence.server.routing import Route

TOPICS = (
    show,
    runs,
    lineage,
    differences,
    records,
    openlineage,
    naming,
    models,
    systems,
    deployments,
    receipts,
    governance,
    holding,
    ledger,
    moments,
    travel,
    texts,
    health,
    access,
    description,
)
"""Every topic, in the order of the published description."""


def all_routes() -> tuple[Route, ...]:
    """The rows of all topics."""
    return tuple(route for topic in TOPICS for route in topic.ROUTES)
