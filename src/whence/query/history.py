"""The runs of a store, latest first."""

from collections.abc import Iterator
from typing import Any

from whence.model.edge import EdgeKind
from whence.model.node import NodeKind
from whence.query.account import account_for
from whence.store.interface import Direction, GraphReader

_PAGE = 200


def runs(
    reader: GraphReader, *, limit: int, job: str | None = None, state: str | None = None
) -> list[dict[str, Any]]:
    """The latest runs in short, those of one job or one state if asked."""
    found: list[dict[str, Any]] = []
    for handle in _latest(reader):
        told = _in_short(reader, handle)
        if (job is None or told["job"] == job) and (state is None or told["state"] == state):
            found.append(told)
            if len(found) == limit:
                break
    return found


def _latest(reader: GraphReader) -> Iterator[int]:
    before: int | None = None
    while page := reader.latest(NodeKind.RUN, _PAGE, before=before):
        yield from page
        before = page[-1]


def _in_short(reader: GraphReader, handle: int) -> dict[str, Any]:
    account = account_for(reader, handle)
    outcome, execution = account.said("outcome"), account.said("execution")
    used = reader.links([handle], Direction.ORIGINS)
    made = reader.links([handle], Direction.EFFECTS)
    return {
        "id": account.node.id,
        "kind": "run",
        "job": account.node.name,
        "state": outcome.get("state", "unknown"),
        "exit_status": outcome.get("exit_status"),
        "signal": outcome.get("signal"),
        "started_at": outcome.get("started_at"),
        "ended_at": outcome.get("ended_at"),
        "command": execution.get("command", []),
        "used": sum(
            link.kind is EdgeKind.USED and link.role not in {"code", "environment"} for link in used
        ),
        "generated": sum(link.kind is EdgeKind.GENERATED_BY for link in made),
        "gaps": len(account.gaps()),
        "tags": account.said("tags"),
    }
