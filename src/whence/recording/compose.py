"""An observation and the artifacts that it speaks of, as one record."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from typing import Any

from whence.model.digest import Digest
from whence.model.edge import Basis, Edge, EdgeKind
from whence.model.facet import Facet
from whence.model.gap import Gap
from whence.model.identity import NodeId, derived_id
from whence.model.node import Node, NodeKind
from whence.model.record import Record
from whence.model.run import REPLAY
from whence.recording.contradictions import contradictions
from whence.recording.matching import Meeting, match_meeting
from whence.recording.observation import Claim, CodeFile, CodeSeen, FileSeen, Member, RunSeen
from whence.recording.resolve import (
    make_generated,
    manifest_digest,
    replay_name,
    resolve_content,
    resolve_used,
)
from whence.recording.timelines import precise
from whence.store.interface import Direction, GraphReader
from whence.wire.canonical import canonical

MEMBERS_AS_NODES = 200
"""Source files up to this many are artifacts of their own; more are a list on their set."""


class RunComposer:
    """Gathers what one ended run adds to the graph."""

    def __init__(self, seen: RunSeen, reader: GraphReader) -> None:
        self._seen = seen
        self._reader = reader
        self._nodes: dict[NodeId, Node] = {}
        self._edges: list[Edge] = []
        self._facets: list[Facet] = []
        self._met: dict[tuple[str, str | None], NodeId] = {}
        self._read: dict[str, NodeId] = {}
        self._made: dict[str, NodeId] = {}

    def compose(self, time: str) -> Record:
        """The record of the run.

        Args:
            time: When it is recorded, RFC 3339 in UTC with milliseconds.
        """
        self._add_run()
        for seen in self._seen.used:
            self._add_used(seen)
        for seen in self._seen.generated:
            self._add_generated(seen)
        for seen in self._seen.met:
            self._read.setdefault(seen.location, self._find_made(seen))
        if self._seen.code is not None:
            self._add_code(self._seen.code)
        self._add_environment()
        self._add_flows()
        for user, made in self._seen.handed:
            self._hand(user, made)
        return Record(
            id=derived_id("run-ended", self._seen.id),
            type="run-ended",
            time=time,
            source=self._seen.source,
            nodes=tuple(self._nodes.values()),
            edges=tuple(self._edges),
            facets=tuple(self._facets),
        )

    # ------------------------------------------------------------------- run

    def _add_run(self) -> None:
        seen = self._seen
        job = Node(derived_id("job", seen.job), NodeKind.JOB, seen.job)
        self._put(Node(seen.id, NodeKind.RUN, seen.job), job)
        self._join(seen.id, job.id, EdgeKind.FOLLOWS, REPLAY if seen.repeat else "")
        if seen.parent is not None:
            self._put(Node(seen.parent, NodeKind.RUN, seen.parent_job))
            self._join(seen.id, seen.parent, EdgeKind.PART_OF)
        for actor in seen.actors:
            node = Node(derived_id("actor", actor.kind, actor.name), NodeKind.ACTOR, actor.name)
            self._put(node)
            self._join(seen.id, node.id, EdgeKind.ASSOCIATED_WITH, basis=actor.basis)
            if actor.acted_for:
                person = Node(
                    derived_id("actor", "person", actor.acted_for), NodeKind.ACTOR, actor.acted_for
                )
                self._put(person)
                self._join(node.id, person.id, EdgeKind.ACTED_FOR, basis=actor.basis)
        for name, data in _facets_of(seen):
            self._say(name, data)
        for name, data in seen.declared.items():
            self._say(name, data, basis=Basis.DECLARED)
        for name, data in seen.imported.items():
            self._say(name, data, basis=Basis.IMPORTED)
        for name, data in seen.inferred.items():
            self._say(name, data, basis=Basis.INFERRED)

    # ------------------------------------------------------------- artifacts

    def _add_used(self, seen: FileSeen) -> None:
        artifact = self._met.get((seen.name, seen.sha256)) or self._given(seen)
        if artifact is None and seen.maker is not None:
            artifact = self._met[seen.name, seen.sha256] = self._find_made(seen)
        if artifact is None:
            resolved = resolve_used(self._reader, seen)
            artifact = self._met[seen.name, seen.sha256] = resolved.id
            if resolved.node is not None:
                self._put(resolved.node)
                self._describe(artifact, seen)
            self._edges += resolved.edges
            self._match(artifact, seen, resolved.node, self._seen.started_at)
        self._read.setdefault(seen.location, artifact)
        self._add_claims(artifact, seen)
        self._join(self._seen.id, artifact, EdgeKind.USED, seen.role, seen.basis, _detail(seen))

    def _given(self, seen: FileSeen) -> NodeId | None:
        """What whoever does a run again says that this is."""
        repeat = self._seen.repeat
        known = repeat.known.get((seen.name, seen.sha256 or "")) if repeat is not None else None
        return known if known is not None and self._reader.find(known) is not None else None

    def _made_by(self, run: NodeId, seen: FileSeen) -> Node:
        """What a run made; of one that does another again, under a name of its own."""
        repeat = self._seen.repeat
        if repeat is not None:
            seen = replace(seen, name=replay_name(repeat.id, seen.name))
        return make_generated(run, seen)

    def _find_made(self, seen: FileSeen) -> NodeId:
        """What another part of the same run made; its record may come later than this one."""
        assert seen.maker is not None
        node = self._made_by(seen.maker, seen)
        self._put(node)
        return node.id

    def _add_generated(self, seen: FileSeen) -> None:
        node = self._made_by(self._seen.id, seen)
        self._made.setdefault(seen.location, node.id)
        self._put(node)
        self._describe(node.id, seen)
        self._add_claims(node.id, seen)
        self._join(
            node.id, self._seen.id, EdgeKind.GENERATED_BY, seen.role, seen.basis, _detail(seen)
        )
        if self._seen.ended_at is not None:
            self._match(node.id, seen, node, self._seen.ended_at, self._seen.started_at)

    def _match(
        self, artifact: NodeId, seen: FileSeen, node: Node | None, at: str, since: str = ""
    ) -> None:
        """Join it to what other tools have told of the same place."""
        if self._seen.repeat is not None:
            return
        began = precise(since) if since else ""
        meeting = Meeting(artifact, seen.location, precise(at), began, seen.facets)
        matched = match_meeting(self._reader, meeting, node)
        self._put(*matched.nodes)
        self._edges += matched.edges

    def _describe(self, node: NodeId, seen: FileSeen) -> None:
        if seen.size is not None:
            self._say("file", {"size": seen.size}, node, seen.basis)
        if seen.table:
            self._say("table", seen.table, node)
        if seen.members:
            self._say("manifest", {"members": _plain_members(seen.members)}, node)
        for name, data in seen.facets.items():
            self._say(name, data, node, seen.basis)

    def _add_claims(self, node: NodeId, seen: FileSeen) -> None:
        told = {each.key: _plain_claim(each) for each in seen.claims}
        self._say("claims", told, node, Basis.DECLARED)

    def _add_code(self, code: CodeSeen) -> None:
        state = dict(code.state)
        state["files"] = [
            {"path": each.name, "sha256": each.sha256, "tracked": each.tracked}
            for each in code.files
        ]
        if code.files:
            state["artifact"] = self._add_code_set(code.files)
        self._say("code", state)

    def _add_code_set(self, files: tuple[CodeFile, ...]) -> NodeId:
        members = tuple(Member(each.name, each.size, each.sha256) for each in files)
        whole = resolve_content(
            self._reader, NodeKind.CODE, f"code of {self._seen.job}", manifest_digest(members)
        )
        self._join(self._seen.id, whole.id, EdgeKind.USED, "code")
        if whole.node is None:
            return whole.id
        self._put(whole.node)
        if len(files) > MEMBERS_AS_NODES:
            self._say("manifest", {"members": _plain_members(members)}, whole.id)
            return whole.id
        for each in files:
            part = resolve_content(
                self._reader, NodeKind.CODE, each.name, each.sha256, each.location
            )
            if part.node is not None:
                self._put(part.node)
            self._join(whole.id, part.id, EdgeKind.HAS_MEMBER)
        return whole.id

    def _add_environment(self) -> None:
        facts = self._seen.environment
        if not facts:
            return
        sha256 = Digest(_digest_of(facts)).sha256
        found = resolve_content(
            self._reader, NodeKind.ENVIRONMENT, self._seen.environment_name, sha256
        )
        if found.node is not None:
            self._put(found.node)
            self._say("environment", facts, found.id)
        self._join(self._seen.id, found.id, EdgeKind.USED, "environment")

    def _add_flows(self) -> None:
        """Which of the files that were read went into which that were written."""
        told = set()
        for flow in self._seen.flows:
            made = self._place(self._made, flow.made)
            origin = self._place(self._read, flow.of) or self._place(self._made, flow.of)
            if made is None or origin is None or made == origin:
                continue
            if (made, origin, flow.relation) not in told:
                told.add((made, origin, flow.relation))
                detail = {"run": self._seen.id, **flow.detail}
                self._join(made, origin, EdgeKind.DERIVED_FROM, flow.relation, flow.basis, detail)

    def _hand(self, user: NodeId, made: FileSeen) -> None:
        """Join what an earlier recorded run used to this run's making of it: it is a copy."""
        handle = self._reader.find(user)
        links = [] if handle is None else self._reader.links([handle], Direction.ORIGINS)
        used = [link.target for link in links if link.kind is EdgeKind.USED]
        origin = self._made_by(self._seen.id, made)
        for node in self._reader.nodes(used):
            if (node.name, node.digest) == (origin.name, origin.digest) and node.id != origin.id:
                # Whatever has this content was not copied from there, as its looks suggested.
                self._edges = [
                    edge
                    for edge in self._edges
                    if edge.target != node.id or edge.basis is not Basis.INFERRED
                ]
                self._join(node.id, origin.id, EdgeKind.DERIVED_FROM, "copied")

    def _place(self, met: Mapping[str, NodeId], location: str) -> NodeId | None:
        """The artifact at a location: itself, or the folder that counts as one with it inside."""
        while location not in met:
            location, slash, _ = location.rpartition("/")
            if not slash:
                return None
        return met[location]

    # --------------------------------------------------------------- putting

    def _put(self, *nodes: Node) -> None:
        for node in nodes:
            if self._reader.find(node.id) is None:
                self._nodes.setdefault(node.id, node)

    def _join(
        self,
        origin: NodeId,
        target: NodeId,
        kind: EdgeKind,
        role: str = "",
        basis: Basis = Basis.OBSERVED,
        detail: Mapping[str, str] | None = None,
    ) -> None:
        self._edges.append(Edge(origin, target, kind, basis, role, detail or {}))

    def _say(
        self,
        name: str,
        data: Mapping[str, Any],
        node: NodeId | None = None,
        basis: Basis = Basis.OBSERVED,
    ) -> None:
        if data:
            self._facets.append(Facet(node or self._seen.id, name, basis, data))


def _facets_of(seen: RunSeen) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """What was observed of the run itself, facet by facet; empty ones are not said."""
    execution = dict(seen.execution)
    if seen.parent is not None:
        execution["parent"] = seen.parent
    if seen.actors:
        execution["actors"] = [
            {"name": each.name, "kind": each.kind, "basis": each.basis.value, **each.detail}
            for each in seen.actors
        ]
    yield "execution", execution
    yield (
        "outcome",
        {
            "state": seen.state.value,
            "exit_status": seen.exit_status,
            "signal": seen.signal,
            "started_at": seen.started_at,
            "ended_at": seen.ended_at,
        },
    )
    yield "parameters", seen.parameters
    yield "metrics", seen.metrics
    yield "seeds", seen.seeds
    yield "steps", seen.steps
    yield "executed", seen.executed
    yield "queries", seen.queries
    yield "calls", seen.calls
    if seen.links:
        yield "links", {"links": [dict(each) for each in seen.links]}
    if seen.cells:
        yield "cells", {"cells": [dict(each) for each in seen.cells]}
    yield "hardware", seen.hardware
    yield "tags", seen.tags
    if seen.repeat is not None:
        yield "reproduction", {"of": seen.repeat.of, "id": seen.repeat.id, **seen.repeat.facts}
    if seen.imports:
        named = {} if seen.named_imports is None else {"direct": list(seen.named_imports)}
        yield "imports", {"packages": list(seen.imports), **named}
    if seen.observers:
        yield "observers", {"observers": [dict(each) for each in seen.observers]}
    told = {"processes": seen.processes, "pools": seen.pools}
    yield (
        "processes",
        {name: [dict(each) for each in several] for name, several in told.items() if several},
    )
    gaps = [*seen.gaps, *(each.gap for each in (*seen.used, *seen.generated) if each.gap)]
    gaps += contradictions(seen)
    if gaps:
        yield "gaps", {"gaps": [_plain_gap(gap) for gap in gaps]}


def _digest_of(facts: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical(dict(facts))).hexdigest()


def _detail(seen: FileSeen) -> dict[str, str]:
    """What belongs to this meeting alone: where, if the artifact was first met elsewhere."""
    return {"aliases": "\n".join(seen.aliases)} if seen.aliases else {}


def _plain_members(members: tuple[Member, ...]) -> list[list[Any]]:
    return [[each.path, each.size, each.sha256] for each in members]


def _plain_claim(claim: Claim) -> dict[str, str]:
    return {name: text for name, text in asdict(claim).items() if text}


def _plain_gap(gap: Gap) -> dict[str, str]:
    return {name: text for name, text in asdict(gap).items() if text}
