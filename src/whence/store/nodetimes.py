"""The times of nodes in a SQL store: when each was made, and how late it is."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from whence.model.identity import NodeId
from whence.model.record import Record
from whence.store.database import Database
from whence.store.moments import raised, told_moment
from whence.store.sealing import making_moments

REMEMBERED = 200_000
"""How many moments are kept in mind at most."""


class NodeTimes:
    """Keeps the times of nodes; nobody else may write while it is in use.

    Args:
        database: In the writer's transaction.
        known: Handle → moment, as far as it is known already.
    """

    def __init__(self, database: Database, known: dict[int, str]) -> None:
        self._database = database
        self._known = known

    def moments(self, handles: Sequence[int]) -> list[str]:
        """See ``GraphReader.moments``."""
        known = self._known
        unknown = [each for each in handles if each not in known]
        if unknown:
            few = len(known) <= REMEMBERED
            if not few:
                known.clear()
                unknown = list(handles)
            statement = "SELECT handle, moment FROM node WHERE handle {among}"
            # What was added here is known.
            known.update(self._database.among(statement, unknown, behind=few))
        return [known[each] for each in handles]

    def take(
        self, record: Record, handles: Mapping[NodeId, int], fresh: Collection[NodeId]
    ) -> Mapping[NodeId, tuple[str, str]]:
        """Add what the edges of a record say; when each new node was made, and its moment.

        Args:
            record: The record.
            handles: Of all nodes that it speaks of.
            fresh: The new ones, of which there is no row yet.
        """
        made = making_moments(record.edges, handles)
        news = {handles[each] for each in fresh}
        self._known.update(dict.fromkeys(news, ""))
        told = [
            (handles[edge.origin], handles[edge.target], told_moment(edge.kind, edge.detail))
            for edge in record.edges
            if edge.origin in handles and edge.target in handles
        ]

        def effects(front: Sequence[int]) -> Iterator[tuple[int, int]]:
            old = [each for each in front if each not in news]
            statement = "SELECT origin, target FROM edge WHERE target {among}"
            return self._database.among(statement, old) if old else iter(())

        changed = raised(told, self.moments, effects)
        self._known.update(changed)
        self._update(
            {handles[each]: moment for each, moment in made.items() if each not in fresh},
            {handle: moment for handle, moment in changed.items() if handle not in news},
        )
        return {each: (made.get(each, ""), changed.get(handles[each], "")) for each in fresh}

    def _update(self, made: Mapping[int, str], moments: Mapping[int, str]) -> None:
        for handle, moment in made.items():
            self._database.execute(
                "UPDATE node SET made = ? WHERE handle = ? AND (made = '' OR made > ?)",
                (moment, handle, moment),
            )
        for handle, moment in moments.items():
            self._database.execute("UPDATE node SET moment = ? WHERE handle = ?", (moment, handle))
