"""Who changed what in the register, and when: so that its history needs nobody's memory."""

from typing import Any

from whence.errors import UsageError
from whence.model.edge import Basis
from whence.model.facet import Facet
from whence.model.identity import NodeId
from whence.recording.observation import ActorSeen

LONGEST = 10_000
"""Characters of one text that a person may say."""


def change(
    record: NodeId, node: NodeId, what: str, actor: ActorSeen, time: str, **told: Any
) -> Facet:
    """One row of a thing's history, under the id of the record that tells it.

    Args:
        record: The record's id.
        node: What was changed.
        what: ``alias``, ``tags``, ``retired`` …
        actor: Who did.
        time: When.
        told: What else; empty values are left out.
    """
    said = {name: value for name, value in told.items() if value not in (None, "", {}, [])}
    row = {"what": what, "at": time, "by": actor.name, **said}
    return Facet(node, "changes", Basis.DECLARED, {record: row})


def check_text(text: str, what: str) -> str:
    """A text that a person says, without space around it.

    Raises:
        UsageError: it is too long.
    """
    if len(text) > LONGEST:
        raise UsageError(
            f"the {what} has {len(text):,} characters", hint=f"{LONGEST:,} are enough; link to more"
        )
    return text.strip()
