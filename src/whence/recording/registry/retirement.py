"""Retiring a version, or a whole name: nobody should use it from now on, and why."""

from dataclasses import dataclass
from typing import Any

from whence.errors import UsageError
from whence.model.edge import Basis
from whence.model.facet import Facet
from whence.model.identity import NodeId, new_id
from whence.model.record import Record
from whence.recording.observation import ActorSeen
from whence.recording.registry.change import change, check_text
from whence.store.interface import Reader


@dataclass(frozen=True, slots=True)
class Retirement:
    """Somebody says that a thing is not to be used any more, or that it is again."""

    node: NodeId
    actor: ActorSeen
    source: str
    reason: str
    is_back: bool = False
    """Whether it is to be used again."""

    def compose(self, reader: Reader, time: str) -> Record:
        """The record; earlier ones stay in the ledger.

        Raises:
            UsageError: no reason is given, or one that is too long.
        """
        del reader
        reason = check_text(self.reason, "reason")
        if not reason:
            raise UsageError("a retirement needs a reason", hint="--reason 'worse than delay@4'")
        told: dict[str, Any] = {
            "retired": not self.is_back,
            "at": time,
            "by": self.actor.name,
            "reason": reason,
        }
        record = new_id()
        what = "restored" if self.is_back else "retired"
        return Record(
            id=record,
            type="retirement",
            time=time,
            source=self.source,
            facets=(
                Facet(self.node, "retired", Basis.DECLARED, told),
                change(record, self.node, what, self.actor, time, reason=reason),
            ),
        )
