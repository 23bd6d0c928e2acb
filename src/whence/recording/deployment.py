"""Saying what serves where: a version begins to serve, gets another share, or ends.

Within one environment the versions of one model share its requests. What a new one means for
those before it is decided here, in the transaction that records it:

- it takes everything (100 %): the others end at that moment;
- it takes a part, and one other is live: that one keeps the rest;
- it takes a part, and what several others have leaves too little: refused, with their shares.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from whence.errors import NotFoundError, UsageError
from whence.model.deployment import FACET, WHOLE, Serving, percent_text, read_serving
from whence.model.edge import Basis, Edge, EdgeKind
from whence.model.facet import Facet
from whence.model.identity import NodeId, derived_id, new_id
from whence.model.node import Node, NodeKind
from whence.model.record import Record
from whence.recording.observation import ActorSeen
from whence.recording.redact import redact_text, redact_url
from whence.store.interface import Direction, Reader

_ENVIRONMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:/-]{0,99}\Z")
_SERVICE = re.compile(r"[a-z][a-z0-9]{0,19}:[^\s:]{1,199}\Z")
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z\Z")
_LONGEST = 1000
DEPLOYABLE = frozenset({NodeKind.MODEL_VERSION, NodeKind.SYSTEM_VERSION})


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that a record does to a deployment."""

    deployment: NodeId
    version: str
    what: str
    """``began``, ``changed``, ``ended``."""
    before: float
    after: float
    """Percent of the requests, before and after."""


def change_json(change: Change) -> dict[str, Any]:
    """One change as ``schemas/deployed-1.json`` has it."""
    return {
        "deployment": change.deployment,
        "version": change.version,
        "what": change.what,
        "before": change.before,
        "after": change.after,
    }


@dataclass(frozen=True, slots=True)
class _Live:
    node: Node
    version: NodeId
    serving: Serving


@dataclass(slots=True)
class Deploy:
    """Somebody lets a version serve in an environment, or gives it another share there."""

    version: NodeId
    environment: str
    actor: ActorSeen
    source: str
    traffic: float = WHOLE
    """Percent of the environment's requests, 0 to 100."""
    endpoint: str = ""
    service: str = ""
    """How the serving platform calls it, such as ``kserve:shop/churn``."""
    at: str = ""
    """Since when; empty for the moment of recording."""
    tags: Mapping[str, str] = field(default_factory=dict)
    deployment: NodeId = field(default_factory=new_id)
    """The id that a new interval gets."""
    changes: tuple[Change, ...] = ()
    """What the record that was composed last does."""

    def compose(self, reader: Reader, time: str) -> Record:
        """The record.

        Raises:
            UsageError: a word cannot be what it should be, or the shares do not fit.
            NotFoundError: there is no such version.
        """
        version = self._checked(reader)
        at = _moment(self.at, time)
        others = _live_siblings(reader, self.version, self.environment)
        mine = next((each for each in others if each.version == self.version), None)
        rest = [each for each in others if each is not mine]
        facets, changes = self._own(version, mine, at)
        for other, share in _shares_of_rest(rest, self.traffic, version.name, self.environment):
            told, change = _given(other, share, at, self.actor.name, f"{version.name} took over")
            facets.append(told)
            changes.append(change)
        self.changes = tuple(changes)
        return _record("deployment", time, self.source, self._began(version, mine, reader), facets)

    def _checked(self, reader: Reader) -> Node:
        if not _ENVIRONMENT.match(self.environment):
            raise UsageError(
                f"{self.environment!r} cannot name an environment",
                hint="use letters, digits, '-', '_', '.', '/' and ':', such as production-eu",
            )
        if not 0 <= self.traffic <= WHOLE:  # so also NaN
            raise UsageError(
                f"a share of {self.traffic:g} % cannot be", hint="give 0 to 100, such as 20%"
            )
        if self.service and not _SERVICE.match(self.service):
            raise UsageError(
                f"{self.service!r} cannot name a service", hint="for example kserve:shop/churn"
            )
        if len(self.endpoint) > _LONGEST:
            raise UsageError("the endpoint is too long", hint=f"{_LONGEST} characters are enough")
        handle = reader.find(self.version)
        if handle is None:
            raise NotFoundError(f"there is no version {self.version}")
        (node,) = reader.nodes([handle])
        if node.kind not in DEPLOYABLE:
            raise UsageError(
                f"a {node.kind.value.replace('_', ' ')} cannot be deployed",
                hint="register it first: `whence register REF --model NAME`",
            )
        return node

    def _own(self, version: Node, mine: _Live | None, at: str) -> tuple[list[Facet], list[Change]]:
        told: dict[str, Any] = {"at": at, "traffic": self.traffic, "by": self.actor.name}
        if mine is None:
            told |= {"environment": self.environment, "version": version.name, "from": at}
        if self.endpoint:
            told["endpoint"] = redact_url(self.endpoint)
        if self.service:
            told["service"] = self.service
        node = self.deployment if mine is None else mine.node.id
        before = 0.0 if mine is None else mine.serving.share()
        what = "began" if mine is None else "changed"
        change = Change(node, version.name, what, before, self.traffic)
        facets = [Facet(node, FACET, Basis.DECLARED, told)]
        if self.tags:
            facets.append(Facet(node, "tags", Basis.DECLARED, dict(self.tags)))
        return facets, [change]

    def _began(
        self, version: Node, mine: _Live | None, reader: Reader
    ) -> tuple[tuple[Node, ...], tuple[Edge, ...]]:
        if mine is not None:
            return (), ()
        node = Node(self.deployment, NodeKind.DEPLOYMENT, f"{self.environment}/{version.name}")
        actor = Node(
            derived_id("actor", self.actor.kind, self.actor.name), NodeKind.ACTOR, self.actor.name
        )
        fresh = (node,) if reader.find(actor.id) is not None else (node, actor)
        return fresh, (
            Edge(node.id, version.id, EdgeKind.DEPLOYS, Basis.DECLARED),
            Edge(node.id, actor.id, EdgeKind.ATTRIBUTED_TO, Basis.DECLARED),
        )


@dataclass(slots=True)
class Undeploy:
    """Somebody ends deployments."""

    deployments: tuple[NodeId, ...]
    actor: ActorSeen
    source: str
    reason: str = ""
    at: str = ""
    """Since when; empty for the moment of recording."""
    changes: tuple[Change, ...] = ()

    def compose(self, reader: Reader, time: str) -> Record:
        """The record.

        Raises:
            UsageError: one of them is no deployment, or has ended; or the reason is too long.
        """
        if len(self.reason) > _LONGEST:
            raise UsageError("the reason is too long", hint=f"{_LONGEST} characters are enough")
        at = _moment(self.at, time)
        why = redact_text(self.reason)
        facets, changes = [], []
        for each in self.deployments:
            facet, change = _given(_live(reader, each), None, at, self.actor.name, why)
            facets.append(facet)
            changes.append(change)
        self.changes = tuple(changes)
        return _record("undeployment", time, self.source, ((), ()), facets)


def _record(
    kind: str,
    time: str,
    source: str,
    graph: tuple[tuple[Node, ...], tuple[Edge, ...]],
    facets: list[Facet],
) -> Record:
    nodes, edges = graph
    return Record(
        id=new_id(),
        type=kind,
        time=time,
        source=source,
        nodes=nodes,
        edges=edges,
        facets=tuple(facets),
    )


def _moment(at: str, time: str) -> str:
    if not at:
        return time
    if not _TIME.match(at) or at > time:
        raise UsageError(
            f"{at} is not a moment that has been",
            hint="write it as 2026-11-20T09:30:00.000Z, in UTC",
        )
    return at


def _shares_of_rest(
    rest: list[_Live], taken: float, version: str, environment: str
) -> list[tuple[_Live, float | None]]:
    """What the others get from now on; ``None`` for what ends."""
    if taken == WHOLE:
        return [(each, None) for each in rest]
    used = sum(each.serving.share() for each in rest)
    free = WHOLE - taken
    if used <= free:
        return []
    if len(rest) == 1:
        return [(rest[0], free)]
    shares = ", ".join(
        f"{each.serving.version} {percent_text(each.serving.share())}" for each in rest
    )
    raise UsageError(
        f"{percent_text(taken)} for {version} is too much in {environment}: {shares}",
        hint=f"give one of them less first: `whence deploy {rest[0].serving.version} "
        f"--to {environment} --traffic …`",
    )


def _given(live: _Live, share: float | None, at: str, by: str, why: str) -> tuple[Facet, Change]:
    if at < live.serving.since:
        raise UsageError(
            f"{live.node.name} began at {live.serving.since}, later than {at}",
            hint="name a later moment",
        )
    before = live.serving.share()
    if share is None:
        told: dict[str, Any] = {"at": at, "until": at, "ended_by": by}
        told |= {"reason": why} if why else {}
    else:
        told = {"at": at, "traffic": share, "by": by}
    change = Change(
        live.node.id,
        live.serving.version,
        "ended" if share is None else "changed",
        before,
        0.0 if share is None else share,
    )
    return Facet(live.node.id, FACET, Basis.DECLARED, told), change


def _live_siblings(reader: Reader, version: NodeId, environment: str) -> list[_Live]:
    """What is live in an environment of the model, or system, that a version belongs to."""
    handle = reader.find(version)
    assert handle is not None
    lines = _ends(reader, [handle], Direction.ORIGINS, EdgeKind.VERSION_OF)
    versions = [handle, *_ends(reader, lines, Direction.EFFECTS, EdgeKind.VERSION_OF)]
    found = []
    for each in dict.fromkeys(_ends(reader, versions, Direction.EFFECTS, EdgeKind.DEPLOYS)):
        live = _read(reader, each)
        if live and live.serving.is_live() and live.serving.environment == environment:
            found.append(live)
    return found


def _live(reader: Reader, deployment: NodeId) -> _Live:
    handle = reader.find(deployment)
    live = None if handle is None else _read(reader, handle)
    if live is None:
        raise UsageError(f"{deployment} is no deployment", hint="`whence deployments` lists them")
    if not live.serving.is_live():
        raise UsageError(f"{live.node.name} ended at {live.serving.until}")
    return live


def _read(reader: Reader, handle: int) -> _Live | None:
    (node,) = reader.nodes([handle])
    if node.kind is not NodeKind.DEPLOYMENT:
        return None
    stated = (each.facet for each in reader.facets(handle))
    serving = read_serving(facet.data for facet in stated if facet.name == FACET)
    targets = _ends(reader, [handle], Direction.ORIGINS, EdgeKind.DEPLOYS)
    if serving is None or not targets:
        return None
    return _Live(node, reader.nodes(targets)[0].id, serving)


def _ends(reader: Reader, handles: list[int], direction: Direction, kind: EdgeKind) -> list[int]:
    if not handles:
        return []
    far = direction is Direction.ORIGINS
    return [
        link.target if far else link.origin
        for link in reader.links(handles, direction)
        if link.kind is kind
    ]
