"""Saying what a model was made of: a model of ours, or one that lies beyond.

A model from a hub is the artifact that the capture met there, if it met that very revision; else
one whose id follows from its address, so that everybody who names it means the same.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from whence.errors import UsageError
from whence.model.derivation import MODEL_RELATIONS
from whence.model.digest import Digest
from whence.model.edge import Basis, Edge, EdgeKind
from whence.model.facet import Facet
from whence.model.identity import NodeId, derived_id
from whence.model.node import Node, NodeKind
from whence.recording.registry.line import declared
from whence.store.interface import Direction, GraphReader

_HUB = re.compile(r"hf:(?://)?([\w.-]+(?:/[\w.-]+)?)(?:@([\w.-]+(?:/[\w.-]+)*))?\Z")
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s#]+\Z")
_CONTENT = re.compile(r"(.*?)#sha256:([0-9a-f]{64})\Z", re.DOTALL)
_COMMIT = re.compile(r"[0-9a-f]{40}\Z")
_NAMES_ASKED = 200


@dataclass(frozen=True, slots=True)
class OutsideModel:
    """A model that lies beyond what is recorded, by its address."""

    address: str
    """``hf://org/name@revision``, or another URI."""
    repo: str = ""
    revision: str = ""
    sha256: str = ""

    @property
    def node(self) -> Node:
        """The artifact: the same wherever it is named."""
        parts = [self.address, *([self.sha256] if self.sha256 else [])]
        digest = Digest(self.sha256) if self.sha256 else None
        outside = derived_id("outside_model", *parts)
        return Node(outside, NodeKind.MODEL, self.address, digest, self.address)

    def facets(self, node: NodeId) -> Iterator[Facet]:
        """What its address says, and what is not known of it."""
        if self.repo:
            told: dict[str, Any] = {"service": "huggingface", "repo": self.repo}
            told["repo_kind"] = "model"
            if self.revision:
                told |= {"revision": self.revision, "version": self.revision}
            yield Facet(node, "remote", Basis.DECLARED, told)
        gap = self._gap()
        if gap:
            yield Facet(node, "gaps", Basis.DECLARED, {"gaps": [gap]})

    def _gap(self) -> dict[str, str]:
        if self.sha256 or _COMMIT.match(self.revision):
            return {}
        if self.repo:
            which = f"{self.revision} may move" if self.revision else "no revision is named"
            remedy = f"name a commit: hf:{self.repo}@COMMIT"
        else:
            which = "what lies at an address may change"
            remedy = f"name its content: {self.address}#sha256:…"
        return {
            "kind": "content-unknown",
            "about": self.address,
            "reason": which,
            "remedy": remedy,
        }


def outside_model(text: str) -> OutsideModel | None:
    """The model beyond that a text names; ``None`` where it names nothing beyond.

    Args:
        text: ``hf:org/name@revision`` or a URI, each with ``#sha256:…`` at its end if wished.

    Raises:
        UsageError: it looks like one and is none.
    """
    content = _CONTENT.match(text)
    place, sha256 = (content[1], content[2]) if content else (text, "")
    if place.startswith("hf:"):
        told = _HUB.match(place)
        if told is None:
            raise UsageError(
                f"{text!r} does not name a model of the hub",
                hint="for example hf:org/name@revision",
            )
        repo, revision = told[1], told[2] or ""
        address = f"hf://{repo}@{revision}" if revision else f"hf://{repo}"
        return OutsideModel(address, repo, revision, sha256)
    if _ADDRESS.match(place) and not place.lower().startswith("file:"):
        return OutsideModel(place, sha256=sha256)
    return None


@dataclass(frozen=True, slots=True)
class Told:
    """What has to be recorded for one derivation."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    facets: tuple[Facet, ...]


@dataclass(frozen=True, slots=True)
class Derivation:
    """Somebody says that a model was made of another one."""

    relation: str
    """One of ``MODEL_RELATIONS``."""
    of: NodeId | OutsideModel

    def told(self, reader: GraphReader, artifact: NodeId, time: str) -> Told:
        """The edge, and the outside model if it is new.

        Raises:
            UsageError: there is no such relation, or it would be derived from itself.
        """
        if self.relation not in MODEL_RELATIONS:
            raise UsageError(
                f"{self.relation!r} is no way in which models come from one another",
                hint=", ".join(MODEL_RELATIONS),
            )
        nodes: tuple[Node, ...] = ()
        facets: tuple[Facet, ...] = ()
        if isinstance(self.of, OutsideModel):
            known = _known(reader, self.of)
            base = self.of.node.id if known is None else known
            if known is None and reader.find(base) is None:
                nodes, facets = (self.of.node,), tuple(self.of.facets(base))
        else:
            base = self.of
        if base == artifact:
            raise UsageError(
                "a model cannot come from itself",
                hint="name the other model: by its file, its sha256:…, or NAME@N",
            )
        if _is_said(reader, artifact, base, self.relation):
            return Told((), (), ())
        edge = declared(artifact, base, EdgeKind.DERIVED_FROM, self.relation, since=time)
        return Told(nodes, (edge,), facets)


def _is_said(reader: GraphReader, artifact: NodeId, base: NodeId, relation: str) -> bool:
    made, of = reader.find(artifact), reader.find(base)
    if made is None or of is None:
        return False
    return any(
        (link.target, link.kind, link.role) == (of, EdgeKind.DERIVED_FROM, relation)
        and link.basis is Basis.DECLARED
        for link in reader.links([made], Direction.ORIGINS)
    )


def _known(reader: GraphReader, outside: OutsideModel) -> NodeId | None:
    """The one file of weights that the capture met at that address."""
    if outside.sha256:
        for node in reader.nodes(reader.with_digest(outside.sha256)):
            if node.kind is NodeKind.MODEL and outside.repo in node.name:
                return node.id
        return None
    if not outside.revision:
        return None
    names = reader.names_like(f"{outside.address}/", _NAMES_ASKED)
    found = {
        node.id
        for name in names
        if name.startswith(f"{outside.address}/")
        for node in reader.nodes(reader.named(name))
        if node.kind is NodeKind.MODEL
    }
    return found.pop() if len(found) == 1 else None
