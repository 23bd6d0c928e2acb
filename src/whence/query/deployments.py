"""What serves where, since when, and what of it a thing has reached."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from whence.errors import NotFoundError, UsageError
from whence.model.deployment import FACET, WHOLE, Serving, percent_text, read_serving
from whence.model.edge import EdgeKind
from whence.model.node import Node, NodeKind
from whence.store.interface import Direction, GraphReader

_ALL = 1 << 40
_SLACK = 1e-6


@dataclass(frozen=True, slots=True)
class Deployed:
    """A deployment with what it serves."""

    handle: int
    node: Node
    serving: Serving
    version: Node
    """The version of a model or of a system."""


def read_serving_of(reader: GraphReader, handle: int) -> Serving | None:
    """What is told of a deployment; ``None`` where nobody told it properly."""
    stated = (each.facet for each in reader.facets(handle))
    return read_serving(facet.data for facet in stated if facet.name == FACET)


def all_deployments(reader: GraphReader) -> list[Deployed]:
    """Every deployment, latest first."""
    return _read(reader, reader.latest(NodeKind.DEPLOYMENT, _ALL))


def deployments_of(reader: GraphReader, version: int) -> list[Deployed]:
    """The deployments of one version, latest first."""
    links = reader.links([version], Direction.EFFECTS)
    found = {link.origin for link in links if link.kind is EdgeKind.DEPLOYS}
    return _read(reader, sorted(found, reverse=True))


def one_deployment(reader: GraphReader, handle: int) -> Deployed | None:
    """A deployment with what it serves; ``None`` where that was never told properly."""
    return next(iter(_read(reader, [handle])), None)


def reached_deployments(reader: GraphReader, root: int) -> list[Deployed]:
    """The deployments that a thing led to, latest first.

    The walk alone is long; what is told of a node is opened for deployments only.
    """
    every = reader.latest(NodeKind.DEPLOYMENT, _ALL)
    if not every:
        return []
    reached = set(reader.reach(root, Direction.EFFECTS).handles)
    return _read(reader, [each for each in every if each in reached])


def deployments_for(reader: GraphReader, service: str) -> list[Deployed]:
    """The deployments under a platform's name such as ``kserve:shop/churn``, latest first."""
    return [each for each in all_deployments(reader) if each.serving.service == service]


def live_for(reader: GraphReader, service: str, at: str | None = None) -> list[Deployed]:
    """What serves, or served at a moment, under a platform's name."""
    return [each for each in deployments_for(reader, service) if each.serving.is_live(at)]


def live_one(reader: GraphReader, handle: int, environment: str | None) -> Deployed:
    """The one live deployment that is meant by a version, or by a deployment itself.

    Raises:
        UsageError: it is neither, or several are meant.
        NotFoundError: none of it is live there.
    """
    (node,) = reader.nodes([handle])
    if node.kind is NodeKind.DEPLOYMENT:
        found = _read(reader, [handle])
    else:
        found = deployments_of(reader, handle)
    live = [
        each
        for each in found
        if each.serving.is_live() and environment in {None, each.serving.environment}
    ]
    if len(live) == 1:
        return live[0]
    if live:
        places = ", ".join(each.serving.environment for each in live)
        raise UsageError(f"{node.name} serves in several places", hint=f"--from one of: {places}")
    if found:
        where = f" in {environment}" if environment else ""
        ended = f"it ended at {found[0].serving.until}" if found[0].serving.until else ""
        raise NotFoundError(
            f"{node.name} is not live{where}", hint=ended or "`whence deployments --live` lists all"
        )
    if node.kind in {NodeKind.MODEL_VERSION, NodeKind.SYSTEM_VERSION, NodeKind.DEPLOYMENT}:
        raise NotFoundError(
            f"{node.name} was never deployed", hint="`whence deployments` lists what is"
        )
    raise UsageError(
        f"{node.name} is a {node.kind.value.replace('_', ' ')}, not a version",
        hint="name a version, such as delay@3, or a deployment",
    )


def deployment_json(each: Deployed, at: str | None = None) -> dict[str, Any]:
    """One deployment as ``schemas/deployments-1.json`` has it."""
    its = each.serving
    return {
        "id": each.node.id,
        "name": each.node.name,
        "environment": its.environment,
        "version": {"id": each.version.id, "name": each.version.name},
        "version_kind": each.version.kind.value,
        "state": "live" if its.is_live(at) else "ended",
        "traffic": its.share(at),
        "from": its.since,
        "until": its.until,
        "by": its.by,
        "ended_by": its.ended_by,
        "reason": its.reason,
        "endpoint": its.endpoint,
        "service": its.service,
        "shares": [
            {"since": share.since, "traffic": share.percent, "by": share.by} for share in its.shares
        ],
    }


def deployments_json(
    found: Iterable[Deployed],
    *,
    live: bool = False,
    environment: str | None = None,
    at: str | None = None,
) -> dict[str, Any]:
    """Deployments as ``schemas/deployments-1.json`` has them.

    Args:
        found: All that may be told.
        live: Whether only what is live, or was at that moment, is asked for.
        environment: The one that is asked for.
        at: The moment that is asked about; deployments that began later are not told.
    """
    told = [
        each
        for each in found
        if (environment is None or each.serving.environment == environment)
        and (at is None or each.serving.since <= at)
        and (not live or each.serving.is_live(at))
    ]
    return {
        "at": at,
        "deployments": [deployment_json(each, at) for each in told],
        "notes": notes(told, at),
    }


def notes(found: Iterable[Deployed], at: str | None = None) -> list[str]:
    """Where the shares in one environment do not come to a whole, in sentences.

    Two people far from one another may both have sent all requests to their own version; nothing
    is taken back then, and somebody must say what really is.
    """
    sums: dict[tuple[str, str], list[Deployed]] = {}
    for each in found:
        if each.serving.is_live(at):
            line = each.version.name.rpartition("@")[0]
            sums.setdefault((each.serving.environment, line), []).append(each)
    told = []
    for (environment, line), live in sorted(sums.items()):
        total = sum(each.serving.share(at) for each in live)
        if total > WHOLE + _SLACK:
            names = ", ".join(
                f"{each.version.name} {percent_text(each.serving.share(at))}" for each in live
            )
            told.append(
                f"{environment}: the shares of {line} come to {percent_text(total)} ({names})"
            )
        elif total < WHOLE - _SLACK:
            told.append(
                f"{environment}: {percent_text(WHOLE - total)} of the requests for {line} "
                "go to no version that is recorded"
            )
    return told


def serving_facts(serving: Serving) -> Mapping[str, Any]:
    """The few facts of a deployment that every view shows."""
    facts: dict[str, Any] = {
        "state": "live" if serving.is_live() else "ended",
        "environment": serving.environment,
        "from": serving.since,
    }
    if serving.until is not None:
        facts["until"] = serving.until
    else:
        facts["traffic"] = serving.share()
    if serving.endpoint:
        facts["endpoint"] = serving.endpoint
    return facts


def _read(reader: GraphReader, handles: list[int]) -> list[Deployed]:
    if not handles:
        return []
    versions = {
        link.origin: link.target
        for link in reader.links(handles, Direction.ORIGINS)
        if link.kind is EdgeKind.DEPLOYS
    }
    nodes = dict(zip(handles, reader.nodes(handles), strict=True))
    its = list(set(versions.values()))
    named = dict(zip(its, reader.nodes(its), strict=True))
    found = []
    for handle in handles:
        serving = read_serving_of(reader, handle) if handle in versions else None
        if serving is not None:
            found.append(Deployed(handle, nodes[handle], serving, named[versions[handle]]))
    return found
