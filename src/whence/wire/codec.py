"""Records as JSON values and back: strict, and the same for everyone who keeps or sends them.

``encode`` leaves out what is empty, so that a record's bytes hold only what was said. ``decode``
refuses what it does not know: a field that one reader skips and another obeys is a contradiction
waiting in the ledger.
"""

from collections.abc import Mapping
from typing import Any

from whence.errors import WireError
from whence.model.digest import Digest
from whence.model.edge import Basis, Edge, EdgeKind
from whence.model.facet import Facet
from whence.model.identity import NodeId, is_id
from whence.model.node import Node, NodeKind
from whence.model.record import Record

VERSION = 1
"""The version of the record's form that this Whence writes."""


def encode(record: Record) -> dict[str, Any]:
    """The record as a JSON object (see ``schemas/record-1.json``)."""
    value: dict[str, Any] = {
        "v": VERSION,
        "id": record.id,
        "type": record.type,
        "time": record.time,
        "source": record.source,
    }
    if record.nodes:
        value["nodes"] = [_encode_node(node) for node in record.nodes]
    if record.edges:
        value["edges"] = [_encode_edge(edge) for edge in record.edges]
    if record.facets:
        value["facets"] = [_encode_facet(facet) for facet in record.facets]
    if record.project:
        value["project"] = record.project
    if record.payload:
        value["payload"] = record.payload
    return value


def _encode_node(node: Node) -> dict[str, Any]:
    value: dict[str, Any] = {"id": node.id, "kind": node.kind.value, "name": node.name}
    if node.digest is not None:
        value["sha256"] = node.digest.sha256
        if node.digest.others:
            value["digests"] = dict(node.digest.others)
    if node.location is not None:
        value["location"] = node.location
    return value


def _encode_edge(edge: Edge) -> dict[str, Any]:
    value: dict[str, Any] = {
        "from": edge.origin,
        "to": edge.target,
        "kind": edge.kind.value,
        "basis": edge.basis.value,
    }
    if edge.role:
        value["role"] = edge.role
    if edge.detail:
        value["detail"] = dict(edge.detail)
    return value


def _encode_facet(facet: Facet) -> dict[str, Any]:
    value: dict[str, Any] = {
        "node": facet.node,
        "name": facet.name,
        "basis": facet.basis.value,
        "data": dict(facet.data),
    }
    if facet.version != 1:
        value["version"] = facet.version
    return value


def decode(value: Any) -> Record:
    """The record that a JSON value tells of.

    Raises:
        WireError: the value is not a record of a version that this Whence knows; says where.
    """
    found = value.get("v") if isinstance(value, dict) else None
    if isinstance(found, int) and found > VERSION:
        raise WireError(
            f"a record of version {found}; this Whence reads up to {VERSION}",
            hint="install a newer whence",
        )
    fields = _Fields(value, "record")
    fields.take("v", int)
    record = Record(
        id=fields.take_id("id"),
        type=fields.take("type", str),
        time=fields.take("time", str),
        source=fields.take("source", str),
        nodes=tuple(_decode_node(item) for item in fields.take_list("nodes")),
        edges=tuple(_decode_edge(item) for item in fields.take_list("edges")),
        facets=tuple(_decode_facet(item) for item in fields.take_list("facets")),
        project=fields.take("project", str, ""),
        payload=fields.take("payload", str, ""),
    )
    fields.done()
    return record


def _decode_node(fields: "_Fields") -> Node:
    sha256 = fields.take("sha256", str, None)
    others = fields.take_texts("digests")
    try:
        digest = None if sha256 is None else Digest(sha256, tuple(sorted(others.items())))
        kind = NodeKind(fields.take("kind", str))
    except ValueError as error:
        raise WireError(f"{fields.where}: {error}") from error
    node = Node(
        id=fields.take_id("id"),
        kind=kind,
        name=fields.take("name", str),
        digest=digest,
        location=fields.take("location", str, None),
    )
    fields.done()
    return node


def _decode_edge(fields: "_Fields") -> Edge:
    try:
        kind = EdgeKind(fields.take("kind", str))
        basis = Basis(fields.take("basis", str))
    except ValueError as error:
        raise WireError(f"{fields.where}: {error}") from error
    edge = Edge(
        origin=fields.take_id("from"),
        target=fields.take_id("to"),
        kind=kind,
        basis=basis,
        role=fields.take("role", str, ""),
        detail=fields.take_texts("detail"),
    )
    fields.done()
    return edge


def _decode_facet(fields: "_Fields") -> Facet:
    try:
        basis = Basis(fields.take("basis", str))
    except ValueError as error:
        raise WireError(f"{fields.where}: {error}") from error
    facet = Facet(
        node=fields.take_id("node"),
        name=fields.take("name", str),
        basis=basis,
        data=fields.take("data", dict),
        version=fields.take("version", int, 1),
    )
    fields.done()
    return facet


_REQUIRED: Any = object()


class _Fields:
    """One JSON object being read: every field is taken once, none may be left over."""

    def __init__(self, value: Any, where: str) -> None:
        if not isinstance(value, dict):
            raise WireError(f"{where}: expected an object, got {type(value).__name__}")
        self.where = where
        self._left: dict[str, Any] = dict(value)

    def take(self, name: str, kind: type, default: Any = _REQUIRED) -> Any:
        value = self._left.pop(name, default)
        if value is _REQUIRED:
            raise WireError(f"{self.where}: the field {name!r} is missing")
        if value is default:
            return value
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise WireError(
                f"{self.where}.{name}: expected {kind.__name__}, got {type(value).__name__}"
            )
        return value

    def take_id(self, name: str) -> NodeId:
        text = self.take(name, str)
        if not is_id(text):
            raise WireError(f"{self.where}.{name}: not an id (32 hexadecimal characters): {text!r}")
        return NodeId(text)

    def take_list(self, name: str) -> "list[_Fields]":
        items = self.take(name, list, [])
        return [_Fields(item, f"{self.where}.{name}[{at}]") for at, item in enumerate(items)]

    def take_texts(self, name: str) -> Mapping[str, str]:
        texts: dict[str, Any] = self.take(name, dict, {})
        for key, text in texts.items():
            if not isinstance(text, str):
                raise WireError(f"{self.where}.{name}.{key}: expected str")
        return texts

    def done(self) -> None:
        if self._left:
            raise WireError(f"{self.where}: unknown fields {sorted(self._left)}")
