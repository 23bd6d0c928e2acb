"""What people say of a thing: a description, tags, owners, a licence; and taking it back."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from whence.errors import UsageError
from whence.model.edge import Basis
from whence.model.facet import Facet
from whence.model.identity import NodeId, new_id
from whence.model.record import Record
from whence.recording.observation import ActorSeen
from whence.recording.registry.change import change, check_text
from whence.store.interface import Reader

_KEY = re.compile(r"[^\s=][^\n\r\t\0=]{0,249}\Z")
"""As long as MLflow lets the key of a tag be."""

_LICENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9 .:/()+_-]{0,199}\Z")
"""An SPDX licence expression (ISO/IEC 5962, annex D) or another short name."""


@dataclass(frozen=True, slots=True)
class Words:
    """Somebody says something of a thing, or takes it back."""

    node: NodeId
    actor: ActorSeen
    source: str
    description: str | None = None
    """``None`` leaves it as it is, ``""`` takes it back; so does each of those below."""
    tags: Mapping[str, str | None] = field(default_factory=dict)
    """``None`` unsets one."""
    owners: Mapping[str, str | None] = field(default_factory=dict)
    """Name → role; ``None`` for one who is no more."""
    licence: str | None = None
    reason: str = ""

    def compose(self, reader: Reader, time: str) -> Record:
        """The record; what was said before stays in the ledger.

        Raises:
            UsageError: nothing is said, or something that cannot be.
        """
        del reader
        facets = list(self.facets())
        if not facets:
            raise UsageError("nothing is said of it", hint="give a description, a tag, an owner …")
        record = new_id()
        told: dict[str, Any] = {facet.name: dict(facet.data) for facet in facets}
        what = facets[0].name if len(facets) == 1 else "words"
        reason = check_text(self.reason, "reason")
        row = change(record, self.node, what, self.actor, time, told=told, reason=reason)
        return Record(id=record, type="words", time=time, source=self.source, facets=(*facets, row))

    def facets(self) -> Iterator[Facet]:
        """What is said, facet by facet.

        Raises:
            UsageError: something that cannot be.
        """
        for name in (*self.tags, *self.owners):
            if not _KEY.match(name):
                raise UsageError(
                    f"{name!r} cannot be a tag or an owner",
                    hint="use at most 250 characters on one line, without '='",
                )
        if self.description is not None:
            yield self._facet("description", {"text": check_text(self.description, "description")})
        if self.tags:
            told = {name: _told(text, f"tag {name}") for name, text in self.tags.items()}
            yield self._facet("tags", told)
        if self.owners:
            told = {name: _told(role, f"role of {name}") for name, role in self.owners.items()}
            yield self._facet("owners", told)
        if self.licence is not None:
            if self.licence and not _LICENCE.match(self.licence):
                raise UsageError(
                    f"{self.licence!r} cannot name a licence",
                    hint="give an SPDX expression, such as Apache-2.0 or CC-BY-NC-4.0",
                )
            yield self._facet("licence", {"id": self.licence or None})

    def _facet(self, name: str, data: Mapping[str, Any]) -> Facet:
        return Facet(self.node, name, Basis.DECLARED, data)


def _told(text: str | None, what: str) -> str | None:
    return None if text is None else check_text(text, what)
