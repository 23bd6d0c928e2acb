"""What serves where."""

from typing import Annotated

import msgspec
from msgspec import Meta

from whence.query.deployments import (
    all_deployments,
    deployments_json,
    live_one,
    reached_deployments,
)
from whence.recording.deployment import Change, Deploy, Undeploy, change_json
from whence.server.access.permission import Permission
from whence.server.routing import Call, Ref, Reply, Route, Words
from whence.server.service import SOURCE, actor_of, find

_MOMENT = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$"
Moment = Annotated[
    str, Meta(pattern=_MOMENT, description="RFC 3339 in UTC: `2026-03-03T14:05:00.000Z`.")
]


class DeploymentsAsked(Words):
    """Which deployments are asked for."""

    ref: Ref | None = None
    """Only those that came from this thing; left out, all."""
    live: bool = False
    """Only what is live, or was at the moment `as_of`."""
    env: str | None = None
    as_of: Moment | None = None


class Deploying(Words):
    """A version that serves from now on."""

    ref: Ref
    to: str
    """The environment: `production-eu`."""
    traffic: Annotated[float, Meta(ge=0, le=100)] = 100.0
    """Percent of the environment's requests for this model."""
    endpoint: str = ""
    kserve: str = ""
    """The InferenceService whose logged requests are this one's: `shop/churn`."""
    at: Moment | None = None
    tags: dict[str, str] = msgspec.field(default_factory=dict)


class Undeploying(Words):
    """A version that serves no more."""

    ref: Ref
    env: str | None = None
    """Where, for a version; a deployment itself needs none."""
    reason: str = ""
    at: Moment | None = None


def deployments(call: Call) -> Reply:
    """List what serves where, as `whence deployments --json` does; or what of it came from a thing.

    With `ref` and `live` it answers which deployments that serve now have learned from a data set.
    """
    asked: DeploymentsAsked = call.query
    with call.reading() as reader:
        if asked.ref is None:
            found = all_deployments(reader)
        else:
            found = reached_deployments(reader, find(reader, asked.ref))
        told = deployments_json(found, live=asked.live, environment=asked.env, at=asked.as_of)
        return Reply(told)


def deploy(call: Call) -> Reply:
    """Say that a version serves somewhere, as `whence deploy` does; what that ends is told."""
    asked: Deploying = call.body
    with call.service.reading(call.principal) as reader:
        (node,) = reader.nodes([find(reader, asked.ref)])
    its = Deploy(
        version=node.id,
        environment=asked.to,
        actor=actor_of(call.principal),
        source=SOURCE,
        traffic=asked.traffic,
        endpoint=asked.endpoint,
        service=f"kserve:{asked.kserve}" if asked.kserve else "",
        at=asked.at or "",
        tags=asked.tags,
    )
    call.keep([its.compose])
    return _told(asked.to, its.changes)


def undeploy(call: Call) -> Reply:
    """Say that a version serves no more, as `whence undeploy` does."""
    asked: Undeploying = call.body
    with call.service.reading(call.principal) as reader:
        chosen = live_one(reader, find(reader, asked.ref), asked.env)
    its = Undeploy(
        deployments=(chosen.node.id,),
        actor=actor_of(call.principal),
        source=SOURCE,
        reason=asked.reason,
        at=asked.at or "",
    )
    call.keep([its.compose])
    return _told(chosen.serving.environment, its.changes)


def _told(environment: str, changes: tuple[Change, ...]) -> Reply:
    told = {"environment": environment, "changes": [change_json(each) for each in changes]}
    return Reply(told, 201)


ROUTES = (
    Route(
        "GET",
        "/api/v1/deployments",
        deployments,
        Permission.READ,
        query=DeploymentsAsked,
        answer="deployments-1",
    ),
    Route(
        "POST",
        "/api/v1/deploy",
        deploy,
        Permission.WRITE,
        body=Deploying,
        answer="deployed-1",
        status=201,
    ),
    Route(
        "POST",
        "/api/v1/undeploy",
        undeploy,
        Permission.WRITE,
        body=Undeploying,
        answer="deployed-1",
        status=201,
    ),
)
