"""Handing entries to another ledger: what it may not take from us now waits, all else goes.

What somebody decided is for others to admit: an approval of one who may not approve there, an alias
that a policy holds up. An arrival that was sent with other rights than ours may follow once it is
known there what it means. Such an entry is held back and tried again with each push, and so is what
speaks of things that came with it. Anything else that is refused stops the push.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from whence.errors import ForbiddenError, InvalidRecordError
from whence.ledger.audit import AuditRow
from whence.ledger.entry import LedgerEntry
from whence.sync.peers import Peer
from whence.sync.receiving import Brought
from whence.sync.travelling import batches

ARRIVAL = "arrival"

WAITING = frozenset({"alias", "approval", "protection", "waiver", ARRIVAL})
"""Types of records that may have to wait until somebody else decides, or says something."""


@dataclass(frozen=True, slots=True)
class Held:
    """An entry that the other side did not take, and is offered again."""

    index: int
    """Where it stands here."""
    record: str
    type: str
    reason: str


@dataclass(slots=True)
class Giving:
    """One way of handing over.

    Args:
        peer: Who is to keep it.
        url: Where that is, for whom it refuses.
        project: In whose name records go that name no project.
        held: What was held back before.
    """

    peer: Peer
    url: str
    project: str = ""
    held: list[Held] = field(default_factory=list)

    def give(self, rows: Sequence[AuditRow]) -> dict[int, Brought]:
        """Hand over entries; what became of each that was taken, by its place here.

        Raises:
            ForbiddenError: we may not hand in such a thing.
            InvalidRecordError: one of them breaks a rule there.
        """
        kept: dict[int, Brought] = {}
        for batch in batches(sorted(rows, key=_is_arrival)):  # what they mean comes first
            kept |= self._give(batch)
        return kept

    def _give(self, rows: Sequence[AuditRow]) -> dict[int, Brought]:
        try:
            brought = self.peer.give(rows, self.project)
        except ForbiddenError as error:
            if not any(map(_may_wait, rows)):
                raise ForbiddenError(
                    f"{self.url} does not allow this: {error.message}", hint=error.hint
                ) from error
            return self._give_apart(rows, error.message)
        except InvalidRecordError as error:
            if not self.held and (len(rows) == 1 or not any(map(_may_wait, rows))):
                raise
            return self._give_apart(rows, error.message)
        return {row.index: each for row, each in zip(rows, brought, strict=True)}

    def _give_apart(self, rows: Sequence[AuditRow], reason: str) -> dict[int, Brought]:
        """The same in two halves, since one of them was refused."""
        if len(rows) == 1:
            self._hold(rows[0], reason)
            return {}
        middle = len(rows) // 2
        return self._give(rows[:middle]) | self._give(rows[middle:])

    def _hold(self, row: AuditRow, reason: str) -> None:
        entry = LedgerEntry.decode(row.entry)
        self.held.append(Held(row.index, entry.id, entry.type, reason))


def _may_wait(row: AuditRow) -> bool:
    return LedgerEntry.decode(row.entry).type in WAITING


def _is_arrival(row: AuditRow) -> bool:
    return LedgerEntry.decode(row.entry).type == ARRIVAL
