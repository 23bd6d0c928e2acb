"""Systems: parts, such as models, prompts, indexes and tools, become one numbered set."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from whence.errors import UsageError
from whence.model.edge import Basis, EdgeKind
from whence.model.facet import Facet
from whence.model.identity import NodeId, derived_id, new_id
from whence.model.line import SYSTEMS
from whence.model.node import Node, NodeKind
from whence.model.record import Record
from whence.recording.observation import ActorSeen, FileSeen
from whence.recording.registry.line import (
    actor_node,
    declared,
    fresh_line,
    numbered,
    unknown_to,
)
from whence.recording.registry.words import Words
from whence.recording.resolve import Resolved, resolve_used
from whence.store.interface import Direction, Reader

PART_SORTS: Mapping[str, NodeKind] = MappingProxyType(
    {
        "model": NodeKind.MODEL,
        "prompt": NodeKind.PROMPT,
        "index": NodeKind.INDEX,
        "tool": NodeKind.TOOL,
        "data": NodeKind.DATASET,
        "document": NodeKind.DOCUMENT,
        "config": NodeKind.CONFIG,
        "code": NodeKind.CODE,
        "system": NodeKind.SYSTEM_VERSION,
    }
)
"""What a part of a system may be → what a file is that is met as one for the first time."""

MOST_PARTS = 1_000
_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_. /-]{0,99}\Z")


@dataclass(frozen=True, slots=True)
class ToolSeen:
    """A tool that is no file: a service, or a function of a program, by its address or name."""

    name: str

    @property
    def node(self) -> Node:
        """The same wherever it is named."""
        location = self.name if "://" in self.name else None
        return Node(derived_id("tool", self.name), NodeKind.TOOL, self.name, None, location)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a system."""

    name: str
    """What it is in this system: ``answer``, ``retriever`` …"""
    sort: str
    """One of ``PART_SORTS``."""
    what: NodeId | FileSeen | ToolSeen
    ref: str
    """What the person called it."""


@dataclass(frozen=True, slots=True)
class Assembly:
    """Somebody says which parts make a system, from now on under the next number."""

    system: str
    parts: Sequence[Part]
    actor: ActorSeen
    source: str
    wires: Sequence[tuple[str, str]] = ()
    """From which part to which what one gives goes."""
    description: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    owners: Mapping[str, str] = field(default_factory=dict)
    licence: str = ""
    told_in: Mapping[str, str] = field(default_factory=dict)
    """``name`` and ``sha256`` of the file that says all this, where there is one."""
    version: NodeId = field(default_factory=new_id)
    """The id that the new version gets."""

    def compose(self, reader: Reader, time: str) -> Record:
        """The record: the version with its members, and what of them was not known before.

        Raises:
            UsageError: the name cannot be one, or parts and wires do not fit together.
        """
        self.check()
        system, number = fresh_line(reader, SYSTEMS, self.system)
        version = Node(self.version, SYSTEMS.version, f"{self.system}@{number}")
        actor = actor_node(self.actor)
        met = _resolved(reader, self.parts)
        words = Words(
            version.id,
            self.actor,
            self.source,
            description=self.description or None,
            tags=self.tags,
            owners=self.owners,
            licence=self.licence or None,
        )
        fresh = {found.node: part for part, found in met if found.node is not None}
        told = {"number": number, "registered_at": time, "by": self.actor.name}
        return Record(
            id=new_id(),
            type="assembly",
            time=time,
            source=self.source,
            nodes=unknown_to(reader, [system, version, actor, *fresh]),
            edges=(
                declared(version.id, system.id, EdgeKind.VERSION_OF),
                declared(version.id, actor.id, EdgeKind.ATTRIBUTED_TO),
                *(
                    declared(version.id, found.id, EdgeKind.HAS_MEMBER, part.name)
                    for part, found in met
                ),
                *dict.fromkeys(edge for _, found in met for edge in found.edges),
            ),
            facets=(
                Facet(version.id, "registration", Basis.DECLARED, told),
                Facet(version.id, "wiring", Basis.DECLARED, self._wiring()),
                *words.facets(),
                *(each for node, part in fresh.items() for each in _content(node.id, part)),
            ),
        )

    def same_as(self, reader: Reader) -> int | None:
        """The latest version, where it has these very parts and wires; else ``None``."""
        versions = numbered(reader, SYSTEMS, self.system)
        if not versions:
            return None
        handle = reader.find(versions[max(versions)][0].id)
        assert handle is not None
        links = reader.links([handle], Direction.ORIGINS)
        members = [link for link in links if link.kind is EdgeKind.HAS_MEMBER]
        targets = reader.nodes([link.target for link in members])
        has = {(link.role, node.id) for link, node in zip(members, targets, strict=True)}
        if has != {(part.name, met.id) for part, met in _resolved(reader, self.parts)}:
            return None
        for stated in reader.facets(handle):
            if stated.facet.name == "wiring":
                wires = [tuple(wire) for wire in stated.facet.data.get("wires", ())]
                return handle if sorted(wires) == sorted(self.wires) else None
        return None

    def check(self) -> None:
        """Whether parts and wires fit together.

        Raises:
            UsageError: says what does not.
        """
        names = [part.name for part in self.parts]
        if not names:
            raise UsageError(
                f"the system {self.system} has no parts",
                hint="name them: --model answer=llm@3 --prompt system=prompts/system.txt",
            )
        if len(names) > MOST_PARTS:
            raise UsageError(f"a system of {len(names):,} parts", hint=f"{MOST_PARTS:,} are enough")
        for part in self.parts:
            if not _PART.match(part.name):
                raise UsageError(
                    f"{part.name!r} cannot name a part",
                    hint="use letters, digits, '-', '_', '.' and '/'",
                )
            if part.sort not in PART_SORTS:
                raise UsageError(
                    f"{part.name}: a part cannot be a {part.sort!r}", hint=", ".join(PART_SORTS)
                )
            if names.count(part.name) > 1:
                raise UsageError(f"two parts are called {part.name!r}", hint="rename one of them")
        for wire in self.wires:
            for end in wire:
                if end not in names:
                    raise UsageError(
                        f"the wire {wire[0]} -> {wire[1]} joins {end!r}, which is no part",
                        hint=f"parts: {', '.join(names)}",
                    )

    def _wiring(self) -> dict[str, Any]:
        told: dict[str, Any] = {
            "parts": [{"name": part.name, "as": part.sort, "ref": part.ref} for part in self.parts],
            "wires": [list(wire) for wire in self.wires],
        }
        if self.told_in:
            told["file"] = dict(self.told_in)
        return told


def _resolved(reader: Reader, parts: Sequence[Part]) -> list[tuple[Part, Resolved]]:
    """Which artifact each part is; a file that is two parts is one."""
    files: dict[tuple[str, str | None], Resolved] = {}
    found = []
    for part in parts:
        if isinstance(part.what, FileSeen):
            key = (part.what.name, part.what.sha256)
            if key not in files:
                files[key] = _resolve(reader, part)
            found.append((part, files[key]))
        else:
            found.append((part, _resolve(reader, part)))
    return found


def _resolve(reader: Reader, part: Part) -> Resolved:
    what = part.what
    if isinstance(what, FileSeen):
        return resolve_used(reader, what)
    if isinstance(what, ToolSeen):
        return Resolved(what.node.id, what.node if reader.find(what.node.id) is None else None)
    return Resolved(what, None)


def _content(node: NodeId, part: Part) -> Iterator[Facet]:
    """What is known of a file that nothing recorded had met before."""
    seen = part.what
    if not isinstance(seen, FileSeen):
        return
    if seen.size is not None:
        yield Facet(node, "file", Basis.OBSERVED, {"size": seen.size})
    if seen.members:
        members = [[each.path, each.size, each.sha256] for each in seen.members]
        yield Facet(node, "manifest", Basis.OBSERVED, {"members": members})
