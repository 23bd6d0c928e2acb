"""Where the same bytes are said to be different versions of one model.

What says so may be a registry of another tracker, a model card beside the file, or Whence's own
registry; that the bytes are the same is observed, so the rest is inferred from both.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from whence.model.edge import EdgeKind
from whence.model.gap import Gap
from whence.model.node import Node, NodeKind
from whence.query.derived import derivation_gaps
from whence.store.interface import Direction, GraphReader

OURS = "whence"
"""The system of the versions that ``whence register`` gives."""

_APPEARANCES = 200
"""How many artifacts of one content are asked."""

_REMEDY = "correct what calls it so, or find out where the bytes of that version are"


@dataclass(frozen=True, slots=True)
class Version:
    """One word about which version of a model a content is."""

    source: str
    """A system such as ``mlflow``, or the name of a card."""
    model: str
    version: str
    order: tuple[str, int, int]
    """When it was said: the time, and of one time the place in the ledger and in the store."""

    def __str__(self) -> str:
        """As people say it."""
        if self.source == OURS:
            return f"{self.model}@{self.version}"
        name = f"{self.model} version" if self.model else "version"
        return f"{name} {self.version} ({self.source})"

    @property
    def is_card(self) -> bool:
        """Whether a file says it, rather than a registry."""
        return "." in self.source


def version_gaps(reader: GraphReader, handle: int, node: Node) -> list[Gap]:
    """What is said of an artifact, or of a registered version, against what its bytes were before.

    Costs next to nothing for a thing of which nobody claims a version.
    """
    if node.kind is NodeKind.MODEL_VERSION:
        return list(_of_registered(reader, handle, node))
    derived = derivation_gaps(reader, handle, node)
    if node.digest is None or not _is_claimed(reader, handle):
        return derived
    said = sorted(_said(reader, node.digest.sha256), key=lambda each: each[1].order)
    gaps = derived
    for of, version in said:
        if of != handle or version.source == OURS:
            continue
        earlier = _earlier(version, [each for _, each in said])
        if earlier is not None:
            reason = f"declared to be {version}; the same bytes were {earlier} before"
            gaps.append(Gap("contradiction", node.name, reason, _REMEDY))
    return gaps


def made_version_gaps(reader: GraphReader, run: int) -> list[Gap]:
    """The same for all models that a run made or used."""
    met = [
        link.origin
        for link in reader.links([run], Direction.EFFECTS)
        if link.kind is EdgeKind.GENERATED_BY
    ]
    met += [
        link.target for link in reader.links([run], Direction.ORIGINS) if link.kind is EdgeKind.USED
    ]
    handles = list(dict.fromkeys(met))
    found: dict[Gap, None] = {}
    for handle, node in zip(handles, reader.nodes(handles), strict=True):
        if node.kind is NodeKind.MODEL:
            found |= dict.fromkeys(version_gaps(reader, handle, node))
    return list(found)


def _is_claimed(reader: GraphReader, handle: int) -> bool:
    return any(stated.facet.name == "claims" for stated in reader.facets(handle))


def _of_registered(reader: GraphReader, handle: int, node: Node) -> Iterator[Gap]:
    """A version that we gave to bytes which had one already."""
    mine = _registered(reader, handle, node)
    pins = [
        link.target
        for link in reader.links([handle], Direction.ORIGINS)
        if link.kind is EdgeKind.PINS
    ]
    for at, artifact in zip(pins, reader.nodes(pins), strict=True):
        yield from derivation_gaps(reader, at, artifact)
        if mine is None or artifact.digest is None:
            continue
        said = [each for _, each in _said(reader, artifact.digest.sha256)]
        earlier = _earlier(mine, [each for each in said if each.source == OURS])
        if earlier is not None:
            reason = f"its bytes are those of {earlier}"
            yield Gap("contradiction", str(mine), reason, _REMEDY)


def _said(reader: GraphReader, sha256: str) -> Iterator[tuple[int, Version]]:
    """Every version that somebody said a content to be, with the artifact of which it was said."""
    handles = reader.with_digest(sha256)[:_APPEARANCES]
    for handle in handles:
        cards: dict[str, Version] = {}
        for stated in reader.facets(handle):
            claims = stated.facet.data.values() if stated.facet.name == "claims" else ()
            for claim in claims:
                version = _claimed(claim, (stated.time, stated.index, handle))
                if version.is_card and version.version:
                    cards[version.source] = version  # a card that was corrected says one thing
                elif version.version:
                    yield handle, version
        for version in cards.values():
            yield handle, version
    pins = [link for link in reader.links(handles, Direction.EFFECTS) if link.kind is EdgeKind.PINS]
    for link, node in zip(pins, reader.nodes([link.origin for link in pins]), strict=True):
        registered = _registered(reader, link.origin, node)
        if registered is not None:
            yield link.target, registered


def _claimed(claim: Mapping[str, Any], order: tuple[str, int, int]) -> Version:
    source, model, version = (str(claim.get(each) or "") for each in ("source", "model", "version"))
    return Version(source, model, version, order)


def _registered(reader: GraphReader, handle: int, node: Node) -> Version | None:
    model, at, number = node.name.rpartition("@")
    first = next(((each.time, each.index) for each in reader.facets(handle)), ("", 0))
    return Version(OURS, model, number, (*first, handle)) if at else None


def _earlier(version: Version, others: list[Version]) -> Version | None:
    """The latest earlier word that says otherwise."""
    earlier = [
        each
        for each in others
        if each.order < version.order and _comparable(each, version) and not _same(each, version)
    ]
    return max(earlier, key=lambda each: each.order, default=None)


def _comparable(one: Version, other: Version) -> bool:
    """Whether both count the same: one registry, or a card beside whatever it speaks of."""
    if one.source != other.source and not one.is_card and not other.is_card:
        return False
    names = _word(one.model), _word(other.model)
    return not names[0] or not names[1] or names[0] == names[1]


def _word(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.rpartition("/")[2].lower())


def _same(one: Version, other: Version) -> bool:
    return _number(one.version) == _number(other.version)


def _number(version: str) -> str:
    """``3`` for ``v3``, ``3.0`` and ``3.0.0``."""
    plain = version.strip().lower().removeprefix("version").strip(" .").removeprefix("v")
    return re.sub(r"(\.0+)+\Z", "", plain)
