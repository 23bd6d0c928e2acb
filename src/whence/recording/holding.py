"""Holding a thing, so that nothing of what it takes to make it again is cleared away."""

from dataclasses import dataclass
from typing import Any

from whence.errors import UsageError
from whence.model.edge import Basis
from whence.model.facet import Facet
from whence.model.identity import NodeId, new_id
from whence.model.record import Record
from whence.recording.observation import ActorSeen
from whence.store.interface import Reader

_LONGEST = 1000


@dataclass(frozen=True, slots=True)
class Hold:
    """Somebody asks to keep a thing, or asks no more."""

    node: NodeId
    actor: ActorSeen
    source: str
    reason: str
    """Why; empty to release it."""

    def compose(self, reader: Reader, time: str) -> Record:
        """The record; earlier ones stay in the ledger.

        Raises:
            UsageError: the reason is too long.
        """
        del reader
        if len(self.reason) > _LONGEST:
            raise UsageError(
                f"the reason has {len(self.reason)} characters", hint=f"{_LONGEST} are enough"
            )
        told: dict[str, Any] = {"held": bool(self.reason), "at": time, "by": self.actor.name}
        if self.reason:
            told["reason"] = self.reason
        return Record(
            id=new_id(),
            type="hold",
            time=time,
            source=self.source,
            facets=(Facet(self.node, "hold", Basis.DECLARED, told),),
        )
