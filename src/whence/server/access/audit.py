"""The audit log: denied tries, sign-ins, changes of who may do what, reads of what is protected.

It is a ledger of its own in ``access.sqlite``, made of the same entries, hashes and tree as the
record's, so the same audit verifies it and nothing in it can be changed, taken out or put in later
unseen. An event is small, and never holds a token, a query or a body.
"""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from whence.ledger.audit import AuditReport, AuditRow, audit
from whence.ledger.entry import SALT_BYTES, LedgerEntry, commit, leaf_hash
from whence.ledger.merkle import EMPTY_ROOT, Frontier
from whence.model.identity import new_id
from whence.model.moment import now
from whence.server.access.accessfile import AccessFile
from whence.store.interface import Head
from whence.wire.canonical import canonical

MOST_IDS = 200
"""How many ids one event lists; how many there were is always told."""
_LONGEST = 500

EVENTS: Mapping[str, str] = {
    "denied": "somebody asked for what they may not have, or showed what does not hold",
    "limited": "an address showed too much that does not hold, and was made to wait",
    "sign-in": "somebody signed in",
    "sign-out": "somebody signed out",
    "token-created": "a token was made",
    "token-revoked": "a token was revoked",
    "user-added": "a user was added",
    "user-removed": "a user was removed",
    "role-changed": "somebody got or lost a role",
    "protected": "reads of a project are written down from now on, or no more",
    "read": "something of a protected project was shown",
}
"""Every kind of event, with what it says."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened."""

    kind: str
    """One of ``EVENTS``."""
    who: str
    """The name of the principal; ``nobody`` for one who showed nothing."""
    address: str = ""
    """Where from; empty on the machine itself."""
    route: str = ""
    """The route's method and path as it is declared, without what was asked."""
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Told:
    """An event as the log has it."""

    place: int
    time: str
    event: Event

    def as_json(self) -> dict[str, Any]:
        """It as ``schemas/audit-1.json`` has it."""
        event = self.event
        return {
            "place": self.place,
            "time": self.time,
            "event": event.kind,
            "who": event.who,
            "address": event.address,
            "route": event.route,
            "detail": dict(event.detail),
        }


class AuditLog:
    """Appends and reads; there is no way to change."""

    def __init__(self, file: AccessFile) -> None:
        self._file = file

    def append(self, event: Event) -> None:
        """Write an event down, durably, before whatever it is about is answered.

        Raises:
            StoreError: it cannot be written; then nothing may be answered.
        """
        body = canonical(
            {
                "event": event.kind,
                "who": event.who[:_LONGEST],
                "address": event.address[:_LONGEST],
                "route": event.route[:_LONGEST],
                "detail": dict(event.detail),
            }
        )
        salt = os.urandom(SALT_BYTES)
        with self._file.writing():
            head = self.head()
            entry = LedgerEntry(event.kind, new_id(), now(), commit(salt, body)).encode()
            leaf = leaf_hash(entry)
            frontier = Frontier(head.size, list(self._edge(head.size)))
            self._file.execute(
                "INSERT INTO audit VALUES (?, ?, ?, ?, ?)", (head.size, entry, salt, body, leaf)
            )
            self._file.execute("INSERT INTO audit_tree VALUES (0, ?, ?)", (head.size, leaf))
            for level, at, value in frontier.append(leaf):
                self._file.execute("INSERT INTO audit_tree VALUES (?, ?, ?)", (level, at, value))
            self._file.execute(
                "INSERT OR REPLACE INTO audit_head VALUES (1, ?, ?)",
                (frontier.size, frontier.root()),
            )

    def head(self) -> Head:
        """The log's size and root."""
        row = self._file.row("SELECT size, root FROM audit_head")
        return Head(0, EMPTY_ROOT) if row is None else Head(*row)

    def latest(self, limit: int, before: int | None = None) -> list[Told]:
        """Events, latest first; ``before`` continues below a place."""
        rows = self._file.rows(
            "SELECT place, entry, body FROM audit WHERE place < ? AND body IS NOT NULL "
            "ORDER BY place DESC LIMIT ?",
            (2**62 if before is None else before, limit),
        )
        return [_told(*row) for row in rows]

    def verify(self) -> AuditReport:
        """Hash everything anew; the first fault is named."""
        rows = self._file.rows("SELECT place, entry, salt, body, leaf FROM audit ORDER BY place")
        tree = self._file.rows("SELECT level, place, hash FROM audit_tree WHERE level > 0")
        nodes = ((level, at, value) for level, at, value in tree)
        return audit((AuditRow(*row) for row in rows), nodes, self.head())

    def _edge(self, size: int) -> Iterator[bytes]:
        """The complete subtrees that the tree consists of, largest first."""
        start = 0
        for level in range(size.bit_length() - 1, -1, -1):
            if size >> level & 1:
                row = self._file.row(
                    "SELECT hash FROM audit_tree WHERE level = ? AND place = ?",
                    (level, start >> level),
                )
                assert row is not None
                yield row[0]
                start += 1 << level


def _told(place: int, entry: bytes, body: bytes) -> Told:
    said = json.loads(body)
    event = Event(said["event"], said["who"], said["address"], said["route"], said["detail"])
    return Told(place, LedgerEntry.decode(entry).time, event)
