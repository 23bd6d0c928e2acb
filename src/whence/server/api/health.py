"""Whether the server lives, whether it can keep what it is given, and its figures."""

from typing import Any

from whence import __version__
from whence.errors import StoreError
from whence.server.access.permission import Permission
from whence.server.metrics import MEDIA
from whence.server.problems import is_full
from whence.server.routing import Call, Reply, Route


def healthz(call: Call) -> Reply:
    """Say that the server lives. What it can do, `/readyz` says."""
    del call
    return Reply({"status": "ok", "version": __version__})


def readyz(call: Call) -> Reply:
    """Say whether records can be read and kept.

    `ready`, or `degraded` where questions are answered and nothing can be kept for the moment;
    503 where neither goes.
    """
    told: dict[str, Any] = {"status": "ready", "queue": call.service.ingest.waiting}
    try:
        told["entries"], _ = call.service.extent()
    except StoreError as error:
        return Reply({"status": "unavailable", "reason": _reason(error)}, 503)
    disk = call.service.ingest.disk
    if disk.only_reads:
        told |= {"status": "degraded", "reason": "the disk has failed; nothing is kept"}
    elif disk.trouble is not None:
        told |= {"status": "degraded", "reason": _reason(disk.trouble)}
    return Reply(told)


def metrics(call: Call) -> Reply:
    """Figures of the server's work, as OpenMetrics."""
    return Reply(call.service.figures(), media=MEDIA)


def _reason(error: BaseException) -> str:
    """Why, without telling where the store lies."""
    return "no room is left" if is_full(error) else "the store cannot be used"


ROUTES = (
    Route("GET", "/healthz", healthz, Permission.PUBLIC),
    Route("GET", "/readyz", readyz, Permission.PUBLIC),
    Route("GET", "/metrics", metrics, Permission.READ),
)
