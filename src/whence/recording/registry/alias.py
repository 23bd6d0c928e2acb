"""Movable names: an alias points to one version until it is moved."""

import re
from dataclasses import dataclass

from whence.errors import UsageError
from whence.model.edge import Basis
from whence.model.facet import Facet
from whence.model.identity import new_id
from whence.model.record import Record
from whence.recording.observation import ActorSeen
from whence.recording.registry.line import MODELS, Line
from whence.store.interface import Reader

_ALIAS = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,99}\Z")


@dataclass(frozen=True, slots=True)
class AliasMove:
    """Somebody lets a movable name point to a version from now on."""

    model: str
    number: int
    alias: str
    actor: ActorSeen
    source: str
    line: Line = MODELS

    def compose(self, reader: Reader, time: str) -> Record:
        """The record; earlier places of the alias stay in the ledger.

        Raises:
            UsageError: the alias cannot be one.
            NotFoundError: there is no such version.
        """
        if not _ALIAS.match(self.alias):
            raise UsageError(
                f"{self.alias!r} cannot be an alias",
                hint="start with a letter; go on with letters, digits, '-', '_' and '.'",
            )
        if self.number not in self.line.numbered(reader, self.model):
            raise self.line.missing(reader, self.model, self.number)
        name = self.line.node(self.model)
        return Record(
            id=new_id(),
            type="alias",
            time=time,
            source=self.source,
            facets=(Facet(name.id, "alias", Basis.DECLARED, {self.alias: self.number}),),
        )
