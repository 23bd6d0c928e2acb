"""The register: every name with versions, and all that is known of one name, version by version."""

from collections.abc import Iterator, Mapping
from typing import Any

from whence.model.derivation import MODEL_RELATIONS
from whence.model.edge import Basis, EdgeKind
from whence.model.line import MODELS, Line
from whence.query.account import Account, account_for
from whence.query.deployments import deployment_json, deployments_of
from whence.query.evaluations import Read, evaluations_json
from whence.query.leakage.answer import leakage_json
from whence.query.leakage.judging import SketchOf
from whence.query.lines import (
    LineVersion,
    aliases_of,
    history_of,
    retirement_of,
    versions_of,
)
from whence.store.interface import Direction, GraphReader

_ALL = 1 << 40

VERSIONS = 50
"""Of how many versions, the latest, evaluations and the like are told; of others what they are."""


def lines_json(reader: GraphReader, line: Line = MODELS) -> list[dict[str, Any]]:
    """Every name of a sort, by name, in short."""
    handles = reader.latest(line.kind, _ALL)
    told = [_line(reader, handle, versions_of(reader, handle)) for handle in handles]
    return sorted(told, key=lambda each: str(each["name"]))


def line_json(
    reader: GraphReader,
    handle: int,
    *,
    versions: int = VERSIONS,
    sketch_of: SketchOf = lambda _: None,
) -> dict[str, Any]:
    """All that is known of one name (``schemas/model-1.json``).

    Args:
        reader: One moment of a store.
        handle: A registered model, or a system.
        versions: Of how many versions, the latest, everything is told.
        sketch_of: Digest → a sketch of rows, for warnings about what a model was measured on.
    """
    every = versions_of(reader, handle)
    read: Read = {}
    aliases = aliases_of(reader, handle, every)
    pointing = {
        each.handle: sorted(at for at, found in aliases.items() if each in found) for each in every
    }
    judged: dict[str, dict[str, Any]] = {}
    told = []
    for at, each in enumerate(reversed(every)):
        row = version_json(reader, each.handle)
        row["aliases"] = pointing[each.handle]
        if at < versions:
            pinned = row["source"]["id"] if row["source"] else row["id"]
            if pinned not in judged:
                judged[pinned] = _judged(reader, each, read, sketch_of)
            row |= judged[pinned]
        told.append(row)
    return {
        **_line(reader, handle, every),
        "versions": told,
        "history": history_of(reader, handle),
    }


def version_json(reader: GraphReader, handle: int) -> dict[str, Any]:
    """What one version is: what it pins, who made that, and what people say of it."""
    account = account_for(reader, handle)
    registered = account.said("registration")
    links = reader.links([handle], Direction.ORIGINS)
    pinned = next((link.target for link in links if link.kind is EdgeKind.PINS), None)
    return {
        "id": account.node.id,
        "name": account.node.name,
        "version": registered.get("number"),
        "created_at": registered.get("registered_at"),
        "created_by": registered.get("by"),
        **words_json(account),
        "source": None if pinned is None else _source(reader, pinned),
        "run": None if pinned is None else _maker(reader, pinned),
        "derived_from": [] if pinned is None else list(derivations(reader, pinned)),
        "deployments": [deployment_json(each) for each in deployments_of(reader, handle)],
    }


def words_json(account: Account) -> dict[str, Any]:
    """What people say of a thing."""
    return {
        "description": account.said("description").get("text") or "",
        "tags": account.said("tags"),
        "owners": account.said("owners"),
        "licence": account.said("licence").get("id"),
        "retired": retirement_of(account),
    }


def derivations(reader: GraphReader, model: int) -> Iterator[dict[str, Any]]:
    """The models that a model was made of, each with how, and how that is known."""
    links = reader.links([model], Direction.ORIGINS)
    found = [link for link in links if link.kind is EdgeKind.DERIVED_FROM]
    found = [link for link in found if link.role in MODEL_RELATIONS]
    bases = list(Basis)
    found.sort(key=lambda link: (bases.index(link.basis), link.role))
    for link, node in zip(found, reader.nodes([each.target for each in found]), strict=True):
        yield {
            "relation": link.role,
            "id": node.id,
            "name": node.name,
            "digest": None if node.digest is None else {"sha256": node.digest.sha256},
            "basis": link.basis.value,
        }


def _line(reader: GraphReader, handle: int, every: list[LineVersion]) -> dict[str, Any]:
    account = account_for(reader, handle)
    aliases = aliases_of(reader, handle, every)
    ends = dict.fromkeys(each.handle for each in (*every[:1], *every[-1:]))
    registered = [account_for(reader, each).said("registration") for each in ends]
    times = [str(each["registered_at"]) for each in registered if "registered_at" in each]
    changes = [str(row["at"]) for row in account.said("changes").values()]
    return {
        "id": account.node.id,
        "kind": account.node.kind.value,
        "name": account.node.name,
        **words_json(account),
        "version_count": len(every),
        "latest_version": every[-1].number if every else None,
        "aliases": {at: found[0].number for at, found in aliases.items()},
        "created_at": min(times, default=None),
        "updated_at": max([*times, *changes], default=None),
    }


def _judged(
    reader: GraphReader, each: LineVersion, read: Read, sketch_of: SketchOf
) -> dict[str, Any]:
    """How good it is, on what that was measured, and what speaks against the figures."""
    figures = evaluations_json(reader, each.handle, read)
    warnings = leakage_json(reader, each.handle, sketch_of)[0] if figures else []
    return {"evaluations": figures, "warnings": warnings}


def _source(reader: GraphReader, handle: int) -> Mapping[str, Any]:
    (node,) = reader.nodes([handle])
    return {
        "id": node.id,
        "kind": node.kind.value,
        "name": node.name,
        "digest": None if node.digest is None else {"sha256": node.digest.sha256},
        "location": node.location,
    }


def _maker(reader: GraphReader, artifact: int) -> Mapping[str, Any] | None:
    """The run that made what a version pins."""
    links = reader.links([artifact], Direction.ORIGINS)
    makers = [link.target for link in links if link.kind is EdgeKind.GENERATED_BY]
    if not makers:
        return None
    (node,) = reader.nodes(makers[:1])
    return {"id": node.id, "job": node.name}
