"""Systems: which parts one version has, how they are joined, and what differs between two."""

from typing import Any

from whence.errors import UsageError
from whence.model.edge import EdgeKind
from whence.model.node import NodeKind
from whence.query.account import Account, account_for
from whence.query.lines import retired_text
from whence.query.models import line_json, version_json
from whence.store.interface import Direction, GraphReader


def system_json(reader: GraphReader, handle: int) -> dict[str, Any]:
    """One version of a system (``schemas/systems-1.json``)."""
    return {**version_json(reader, handle), **parts_json(reader, handle)}


def systems_json(reader: GraphReader, line: int) -> dict[str, Any]:
    """All of one system: its versions, the latest first, each with its parts."""
    told = line_json(reader, line)
    for version in told["versions"]:
        handle = reader.find(version["id"])
        if handle is not None:
            version.update(parts_json(reader, handle))
    return told


def parts_json(reader: GraphReader, handle: int) -> dict[str, Any]:
    """The parts of one version of a system in the order in which they were said, and its wires."""
    links = reader.links([handle], Direction.ORIGINS)
    members = [link for link in links if link.kind is EdgeKind.HAS_MEMBER]
    nodes = reader.nodes([link.target for link in members])
    wiring = account_for(reader, handle).said("wiring")
    sorts = {each["name"]: each for each in wiring.get("parts", ())}
    order = {name: at for at, name in enumerate(sorts)}
    parts = []
    for link, node in zip(members, nodes, strict=True):
        said = sorts.get(link.role, {})
        part = {
            "name": link.role,
            "as": said.get("as", node.kind.value),
            "id": node.id,
            "kind": node.kind.value,
            "called": node.name,
            "digest": None if node.digest is None else {"sha256": node.digest.sha256},
            "retired": retired_text(account_for(reader, link.target)),
        }
        parts.append(part)
    parts.sort(key=lambda part: (order.get(str(part["name"]), len(order)), str(part["name"])))
    return {
        "parts": parts,
        "wires": [list(wire) for wire in wiring.get("wires", ())],
        "file": wiring.get("file"),
    }


def compare_systems(reader: GraphReader, a: int, b: int) -> dict[str, Any]:
    """What differs between two versions of a system, part by part (``schemas/parts-1.json``).

    Raises:
        UsageError: one of them is no version of a system.
    """
    one, other = (_system(reader, handle) for handle in (a, b))
    before = {part["name"]: part for part in parts_json(reader, a)["parts"]}
    after = {part["name"]: part for part in parts_json(reader, b)["parts"]}
    wires = [{tuple(wire) for wire in parts_json(reader, handle)["wires"]} for handle in (a, b)]
    rows = []
    for name in [*before, *(name for name in after if name not in before)]:
        was, now = before.get(name), after.get(name)
        rows.append({"name": name, "what": _what(was, now), "a": was, "b": now})
    return {
        "a": {"id": one.node.id, "name": one.node.name},
        "b": {"id": other.node.id, "name": other.node.name},
        "parts": rows,
        "wires": {
            "added": sorted(map(list, wires[1] - wires[0])),
            "removed": sorted(map(list, wires[0] - wires[1])),
        },
        "same": all(row["what"] == "same" for row in rows) and wires[0] == wires[1],
    }


def is_system(reader: GraphReader, handle: int) -> bool:
    """Whether it is one version of a system."""
    return reader.nodes([handle])[0].kind is NodeKind.SYSTEM_VERSION


def _system(reader: GraphReader, handle: int) -> Account:
    account = account_for(reader, handle)
    if account.node.kind is not NodeKind.SYSTEM_VERSION:
        kind = account.node.kind.value.replace("_", " ")
        raise UsageError(
            f"{account.node.name} is a {kind}, not a version of a system",
            hint="compare two versions of systems, or two of other things",
        )
    return account


def _what(was: dict[str, Any] | None, now: dict[str, Any] | None) -> str:
    if was is None:
        return "added"
    if now is None:
        return "removed"
    if was["id"] == now["id"]:
        return "same"
    if was["digest"] is not None and was["digest"] == now["digest"]:
        return "same content"
    return "changed"
