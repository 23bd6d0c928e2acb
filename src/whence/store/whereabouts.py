"""Where records are in the ledger, as far as one writer has to know it."""

from collections.abc import Iterable

from whence.model.identity import NodeId
from whence.store.database import Database

_MOST = 100_000
"""How many records are remembered that were asked for."""


class Whereabouts:
    """Remembers which records are kept, and which are not: nobody else writes meanwhile.

    Args:
        ledger: Where the entries are.
        said: Records that are kept now, with their places; others may read it.
    """

    def __init__(self, ledger: Database, said: dict[NodeId, int] | None = None) -> None:
        self._ledger = ledger
        self._said = {} if said is None else said
        self._found: dict[NodeId, int | None] = {}

    def look_up(self, records: Iterable[NodeId]) -> None:
        """Ask for many at once."""
        found, said = self._found, self._said
        if len(found) > _MOST:
            found.clear()
        unknown = [each for each in records if each not in said and each not in found]
        found.update(dict.fromkeys(unknown))
        for raw, place in self._ledger.among(
            "SELECT id, idx FROM entry WHERE id {among}",
            [bytes.fromhex(each) for each in unknown],
            behind=True,  # what was kept here is among what was said
        ):
            found[NodeId(raw.hex())] = place

    def of(self, record: NodeId) -> int | None:
        """The index of the entry of a record."""
        place = self._said.get(record)
        if place is not None:
            return place
        if record not in self._found:
            self.look_up((record,))
        return self._found[record]

    def entry(self, place: int) -> bytes:
        """The canonical entry at an index."""
        rows = self._ledger.execute("SELECT entry FROM entry WHERE idx = ?", (place,))
        return bytes(rows.fetchone()[0])

    def add(self, record: NodeId, place: int) -> None:
        """A record was kept."""
        self._said[record] = place
