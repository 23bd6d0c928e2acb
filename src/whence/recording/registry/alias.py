"""Movable names: an alias points to one version until it is moved."""

import re
from dataclasses import dataclass
from typing import Any

from whence.errors import NotFoundError, UsageError
from whence.model.edge import Basis
from whence.model.facet import Facet
from whence.model.identity import NodeId, new_id
from whence.model.line import MODELS, Line
from whence.model.record import Record
from whence.recording.observation import ActorSeen
from whence.recording.registry.change import change, check_text
from whence.recording.registry.line import the_version
from whence.store.interface import Reader

_ALIAS = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,99}\Z")


@dataclass(frozen=True, slots=True)
class AliasMove:
    """Somebody lets a movable name point to a version from now on, or to none."""

    model: str
    """The name of the line: a registered model, or a system."""
    number: int | None
    """The version; ``None`` takes the alias away."""
    alias: str
    actor: ActorSeen
    source: str
    line: Line = MODELS
    version: NodeId | None = None
    """Which version is meant, where several share the number."""
    reason: str = ""
    force: bool = False
    """Whether it may point to a version that is retired."""

    def compose(self, reader: Reader, time: str) -> Record:
        """The record; earlier places of the alias stay in the ledger.

        Raises:
            UsageError: the alias cannot be one, or the version is retired.
            NotFoundError: there is no such version, or no such alias to take away.
            AmbiguousError: several versions share the number.
        """
        if not _ALIAS.match(self.alias):
            raise UsageError(
                f"{self.alias!r} cannot be an alias",
                hint="start with a letter; go on with letters, digits, '-', '_' and '.'",
            )
        name = self.line.node(self.model)
        handle = reader.find(name.id)
        before = {} if handle is None else _told(reader, handle, "alias")
        version: NodeId | None = None
        if self.number is not None:
            node = the_version(reader, self.line, self.model, self.number, self.version)
            version = node.id
            self._refuse_retired(reader, version)
        elif before.get(self.alias) is None:
            raise NotFoundError(f"there is no alias {self.model}@{self.alias}")
        record = new_id()
        row = change(
            record,
            name.id,
            "alias",
            self.actor,
            time,
            alias=self.alias,
            before=before.get(self.alias),
            after=self.number,
            version=version,
            reason=check_text(self.reason, "reason"),
            forced=self.force or None,
        )
        return Record(
            id=record,
            type="alias",
            time=time,
            source=self.source,
            facets=(Facet(name.id, "alias", Basis.DECLARED, {self.alias: self.number}), row),
        )

    def _refuse_retired(self, reader: Reader, version: NodeId) -> None:
        handle = reader.find(version)
        told = {} if handle is None else _told(reader, handle, "retired")
        if told.get("retired") and not self.force:
            raise UsageError(
                f"{self.model}@{self.number} is retired since {told['at'][:10]}: {told['reason']}",
                hint="point to another version, or say --force",
            )


def _told(reader: Reader, handle: int, name: str) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for stated in reader.facets(handle):
        if stated.facet.name == name:
            told |= stated.facet.data
    return told
