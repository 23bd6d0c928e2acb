"""The runs of a store, latest first."""

from collections.abc import Iterator
from typing import Any

from whence.model.edge import EdgeKind
from whence.model.node import NodeKind
from whence.query.account import account_for
from whence.query.parts import TEMPORARY, copies, parts_of, wholes, with_parts
from whence.query.readings import settled
from whence.query.replays import replays_among
from whence.store.interface import Direction, GraphReader

_PAGE = 200


def runs(
    reader: GraphReader,
    *,
    limit: int,
    job: str | None = None,
    state: str | None = None,
    replays: bool = False,
    before: int | None = None,
) -> list[dict[str, Any]]:
    """The latest runs in short, those of one job or one state if asked.

    Right behind a run stand its parts, in their order; ``limit`` does not count these. Where a job
    or a state is asked for, a part stands for itself, with the run that it is a part of. Runs that
    do others again come only where ``replays`` asks for them. ``before`` goes on below a run.
    """
    found: list[dict[str, Any]] = []
    count = 0
    for handle, whole in _latest(reader, replays=replays, before=before):
        if whole is not None and job is None and state is None:
            continue
        told = _in_short(reader, handle, whole)
        if (job is None or told["job"] == job) and (state is None or told["state"] == state):
            count += 1
            found.append(told)
            if job is None and state is None:
                found += _parts(reader, handle)
            if count == limit:
                break
    return found


def latest_whole(reader: GraphReader, back: int) -> tuple[int | None, int]:
    """The run so many before the latest, parts not counted; and how many there are if too few."""
    count = 0
    for handle, whole in _latest(reader):
        if whole is None:
            if count == back:
                return handle, count + 1
            count += 1
    return None, count


def _latest(
    reader: GraphReader, *, replays: bool = False, before: int | None = None
) -> Iterator[tuple[int, int | None]]:
    """Every run, latest first, with the one that it is a part of."""
    while page := reader.latest(NodeKind.RUN, _PAGE, before=before):
        whole_of = wholes(reader, page)
        hidden = set() if replays else replays_among(reader, page)
        yield from ((handle, whole_of.get(handle)) for handle in page if handle not in hidden)
        before = page[-1]


def _parts(reader: GraphReader, handle: int) -> list[dict[str, Any]]:
    found = []
    for part in parts_of(reader, [handle]).get(handle, ()):
        found += [_in_short(reader, part, handle), *_parts(reader, part)]
    return found


def _in_short(reader: GraphReader, handle: int, whole: int | None) -> dict[str, Any]:
    account = account_for(reader, handle)
    outcome, execution = account.said("outcome"), account.said("execution")
    family = with_parts(reader, handle)
    used = {
        link.target
        for link in settled(reader.links(family, Direction.ORIGINS))
        if link.kind is EdgeKind.USED and link.role not in {"code", "environment"}
    }
    effects = reader.links(family, Direction.EFFECTS)
    made = {link.origin for link in effects if link.kind is EdgeKind.GENERATED_BY}
    if len(family) > 1:
        made |= copies(reader, used, made)
    kept = {
        link.origin
        for link in effects
        if link.kind is EdgeKind.GENERATED_BY and (link.role != TEMPORARY or len(family) == 1)
    }
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
        "parent": None if whole is None else reader.nodes([whole])[0].id,
        "parts": len(family) - 1,
        "used": len(used - made),
        "generated": len(kept),
        "gaps": sum(len(account_for(reader, each).gaps()) for each in family),
        "again": account.said("reproduction").get("of"),
        "tags": account.said("tags"),
    }
