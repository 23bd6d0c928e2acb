"""Everything said of one node, added up."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from whence.model.edge import Basis, EdgeKind
from whence.model.gap import Gap
from whence.model.node import Node, NodeKind
from whence.query.deployments import Deployed, deployment_json, deployments_of, one_deployment
from whence.query.heard import outcome_of_events
from whence.query.parts import add_up, parts_of, wholes
from whence.query.readings import best
from whence.query.replays import real
from whence.query.versions import made_version_gaps, version_gaps
from whence.store.interface import Direction, GraphReader, Link

_TAKEN_BACK = frozenset({"alias", "tags", "owners", "licence"})
"""Facets whose keys somebody may take back, which is said as ``null``."""


_TOLD_ELSEWHERE = frozenset(
    {"attribution", "changes", "deployment", "file", "gaps", "manifest", "verdict"}
)
"""Facets that an account tells in a form of its own."""


@dataclass(frozen=True, slots=True)
class Account:
    """A node with its facets folded: later statements add to earlier ones and win key by key."""

    handle: int
    node: Node
    facets: Mapping[str, Mapping[Basis, Mapping[str, Any]]]
    """Facet name → basis → data. What was declared never hides what was observed."""

    def said(self, name: str, basis: Basis | None = None) -> dict[str, Any]:
        """The data of a facet, of one basis or of all with the stronger basis winning."""
        by_basis = self.facets.get(name, {})
        if basis is not None:
            return dict(by_basis.get(basis, {}))
        merged: dict[str, Any] = {}
        for each in reversed(Basis):
            merged.update(by_basis.get(each, {}))
        if name in _TAKEN_BACK:
            return {key: value for key, value in merged.items() if value is not None}
        return merged

    def gaps(self) -> list[dict[str, str]]:
        """What is not known of it, as recorded."""
        told = list(self.said("gaps").get("gaps", ()))
        if kinds := self.said("outcome").get("contradictory"):
            reason = f"its own tool says both {' and '.join(kinds)}"
            told.append({"kind": "contradiction", "about": "outcome", "reason": reason})
        return told


def account_for(reader: GraphReader, handle: int) -> Account:
    """Fold the facets of a node."""
    (node,) = reader.nodes([handle])
    folded: dict[str, dict[Basis, dict[str, Any]]] = {}
    for stated in reader.facets(handle):
        facet = stated.facet
        folded.setdefault(facet.name, {}).setdefault(facet.basis, {}).update(facet.data)
    if "events" in folded:
        told = folded.setdefault("outcome", {}).setdefault(Basis.IMPORTED, {})
        told.update(outcome_of_events(folded["events"].get(Basis.IMPORTED, {})))
    return Account(handle, node, folded)


def describe(reader: GraphReader, handle: int) -> dict[str, Any]:
    """What ``whence show`` tells of a node, as JSON (``schemas/show-*.json``)."""
    account = account_for(reader, handle)
    if account.node.kind is not NodeKind.RUN:
        return describe_thing(reader, account)
    told = describe_run(reader, account)
    parts = parts_of(reader, [handle]).get(handle)
    return add_up(reader, told, [describe(reader, part) for part in parts]) if parts else told


def describe_run(reader: GraphReader, account: Account) -> dict[str, Any]:
    """A run with what it used and made, and all that is known of how."""
    execution, outcome = account.said("execution"), account.said("outcome")
    used = _meetings(reader, account.handle, Direction.ORIGINS, EdgeKind.USED)
    generated = _meetings(reader, account.handle, Direction.EFFECTS, EdgeKind.GENERATED_BY)
    speaking = {"code", "environment"}
    environment = next((each for each in used if each["role"] == "environment"), None)
    actors = execution.pop("actors", [])
    return {
        "id": account.node.id,
        "kind": "run",
        "job": account.node.name,
        "state": outcome.get("state", "unknown"),
        "exit_status": outcome.get("exit_status"),
        "signal": outcome.get("signal"),
        "started_at": outcome.get("started_at"),
        "ended_at": outcome.get("ended_at"),
        "command": execution.pop("command", []),
        "cwd": execution.pop("cwd", None),
        "actor": actors[0]["name"] if actors else None,
        "actors": actors,
        "host": execution.pop("host", None),
        "execution": execution,
        "part_of": _whole(reader, account.handle),
        "parts": [],
        "tags": account.said("tags"),
        "used": [each for each in used if each["role"] not in speaking],
        "generated": generated,
        **_values(account, "parameters"),
        **_values(account, "metrics"),
        "seeds": _flat(account.said("seeds")),
        "steps": account.said("steps").get("steps", []),
        "links": account.said("links").get("links", []),
        "tracked": account.said("tracked").get("things", []),
        "cells": account.said("cells").get("cells", []),
        "queries": account.said("queries").get("queries", []),
        "calls": account.said("calls").get("calls", []),
        "code": account.said("code") or None,
        "executed": account.said("executed") or None,
        "environment": None
        if environment is None
        else _environment(reader, environment, account.said("imports").get("packages", ())),
        "hardware": account.said("hardware"),
        "processes": account.said("processes").get("processes", []),
        "pools": account.said("processes").get("pools", []),
        "reproduction": account.said("reproduction") or None,
        "verdicts": verdicts_of(account),
        "attributions": attributions_of(account),
        "hold": account.said("hold") or None,
        "observers": account.said("observers").get("observers", []),
        "gaps": [*account.gaps(), *map(_plain_gap, made_version_gaps(reader, account.handle))],
    }


def verdicts_of(account: Account) -> list[dict[str, Any]]:
    """What doing it again came to, each time it was tried, the latest first."""
    told = account.said("verdict").values()
    return sorted(map(dict, told), key=lambda each: str(each.get("at")), reverse=True)


def attributions_of(account: Account) -> list[dict[str, Any]]:
    """Why metrics changed up to this thing, the latest answer to each question."""
    return list(account.said("attribution").values())


def _whole(reader: GraphReader, handle: int) -> dict[str, str] | None:
    """The run that another is a part of."""
    whole = wholes(reader, [handle]).get(handle)
    if whole is None:
        return None
    (node,) = reader.nodes([whole])
    return {"id": node.id, "job": node.name}


def describe_thing(reader: GraphReader, account: Account) -> dict[str, Any]:
    """An artifact, a job, an actor, a model or one of its versions."""
    node = account.node
    told: dict[str, Any] = {"id": node.id, "kind": node.kind.value, "name": node.name}
    if node.is_artifact:
        told["digest"] = None if node.digest is None else _digest(node)
        told["location"] = node.location
        told["size"] = account.said("file").get("size")
    for name in account.facets:
        if name not in _TOLD_ELSEWHERE:
            told[name] = account.said(name)
    if node.kind is NodeKind.DEPLOYMENT:
        told |= _deployment(one_deployment(reader, account.handle))
    if node.kind in {NodeKind.MODEL_VERSION, NodeKind.SYSTEM_VERSION}:
        told["deployments"] = [
            deployment_json(each) for each in deployments_of(reader, account.handle)
        ]
    if "attribution" in account.facets:
        told["attributions"] = attributions_of(account)
    if "verdict" in account.facets:
        told["verdicts"] = verdicts_of(account)
    manifest = account.said("manifest").get("members")
    if manifest is not None:
        told["members"] = [
            {"path": path, "size": size, "digest": {"sha256": sha256}}
            for path, size, sha256 in manifest
        ]
    told["comes_from"] = _neighbours(reader, account.handle, Direction.ORIGINS)
    told["led_to"] = _neighbours(reader, account.handle, Direction.EFFECTS)
    versions = version_gaps(reader, account.handle, node)
    told["gaps"] = [*account.gaps(), *map(_plain_gap, versions)]
    return told


def _deployment(found: Deployed | None) -> dict[str, Any]:
    """What of a deployment is not told of every thing."""
    if found is None:
        return {}
    told = deployment_json(found)
    return {name: value for name, value in told.items() if name not in {"id", "name"}}


def _plain_gap(gap: Gap) -> dict[str, str]:
    return {name: text for name, text in asdict(gap).items() if text}


def _meetings(
    reader: GraphReader, handle: int, direction: Direction, kind: EdgeKind
) -> list[dict[str, Any]]:
    """The artifacts on one side of a run, each with the part that it played."""
    links = best(reader, [link for link in reader.links([handle], direction) if link.kind is kind])
    ends = [link.target if direction is Direction.ORIGINS else link.origin for link in links]
    by_end: dict[int, list[Link]] = {}
    for link, end in zip(links, ends, strict=True):
        by_end.setdefault(end, []).append(link)
    nodes = reader.nodes(list(by_end))
    met = [
        _meeting(reader, end, node, by_end[end]) for end, node in zip(by_end, nodes, strict=True)
    ]
    return sorted(met, key=lambda each: (each["role"], each["name"], each["artifact"]))


def _meeting(reader: GraphReader, end: int, node: Node, links: Sequence[Link]) -> dict[str, Any]:
    """One artifact, however many ways there are to know that it played a part."""
    by_basis = {link.basis: link for link in links}
    bases = [basis for basis in Basis if basis in by_basis]
    # A declared role says more than an observed one: "training-set" rather than "input".
    role = by_basis.get(Basis.DECLARED, links[0]).role
    aliases = next((text for each in links for name, text in each.detail if name == "aliases"), "")
    return {
        "artifact": node.id,
        "kind": node.kind.value,
        "name": node.name,
        "path": _path(node),
        **_elsewhere(reader, end, node),
        "digest": None if node.digest is None else _digest(node),
        "size": None if node.digest is None else _size(reader, end),
        "role": role,
        "basis": bases[0].value,
        "bases": [basis.value for basis in bases],
        **({"aliases": aliases.split("\n")} if aliases else {}),
    }


def _elsewhere(reader: GraphReader, handle: int, node: Node) -> dict[str, Any]:
    """Of what lies beyond this machine: its address, and what its service says of its state."""
    if node.location is None or node.location.startswith("file:"):
        return {}
    told: dict[str, Any] = {}
    for stated in reader.facets(handle):
        if stated.facet.name == "remote":
            told |= stated.facet.data
    return {"uri": node.location} | ({"remote": told} if told else {})


def _size(reader: GraphReader, handle: int) -> int | None:
    for stated in reader.facets(handle):
        if stated.facet.name == "file" and "size" in stated.facet.data:
            size: int = stated.facet.data["size"]
            return size
    return None


def _digest(node: Node) -> dict[str, str]:
    assert node.digest is not None
    return {"sha256": node.digest.sha256, **dict(node.digest.others)}


def _path(node: Node) -> str | None:
    """The path of a ``file:`` location as text; bytes that are no UTF-8 are shown escaped."""
    if node.location is None or not node.location.startswith("file://"):
        return None
    from urllib.parse import unquote_to_bytes  # noqa: PLC0415  costs 5 ms at start

    return unquote_to_bytes(node.location[len("file://") :]).decode("utf-8", "backslashreplace")


def _values(account: Account, facet: str) -> dict[str, Any]:
    """Named values, plainly, and beside them how each is known.

    A value that is known on a weaker basis too has that under ``also``, whether it is the same or
    not.
    """
    plain: dict[str, Any] = {}
    details: dict[str, Any] = {}
    for basis in reversed(Basis):
        for name, told in account.said(facet, basis).items():
            detail = dict(told) if isinstance(told, Mapping) else {"value": told}
            weaker = details.get(name)
            plain[name] = detail.get("value")
            details[name] = {**detail, "basis": basis.value}
            if weaker is not None:
                others = weaker.pop("also", [])
                details[name]["also"] = [weaker, *others]
    return {facet: plain, f"{facet.removesuffix('s')}_details": details}


def _flat(data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: told.get("value") if isinstance(told, Mapping) and "value" in told else told
        for name, told in data.items()
    }


def _environment(
    reader: GraphReader, met: Mapping[str, Any], imports: Sequence[str]
) -> dict[str, Any]:
    """The environment's facts; of each package, whether this run imported it."""
    handle = reader.find(met["artifact"])
    assert handle is not None
    facts = account_for(reader, handle).said("environment")
    if imports:
        facts["packages"] = [
            {**each, "imported": each["name"] in imports} for each in facts.get("packages", ())
        ]
    return {"artifact": met["artifact"], "name": met["name"], "digest": met["digest"], **facts}


def _neighbours(reader: GraphReader, handle: int, direction: Direction) -> list[dict[str, Any]]:
    links: list[Link] = reader.links([handle], direction)
    if direction is Direction.EFFECTS and handle in real(reader, [handle]):
        shown = set(real(reader, list({link.origin for link in links})))
        links = [link for link in links if link.origin in shown]
    ends = [link.target if direction is Direction.ORIGINS else link.origin for link in links]
    return [
        {
            "id": node.id,
            "kind": node.kind.value,
            "name": node.name,
            "edge": link.kind.value,
            "role": link.role,
            "basis": link.basis.value,
        }
        for link, node in zip(links, reader.nodes(ends), strict=True)
    ]
