"""What somebody asked to keep, and why."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from whence.model.node import NodeKind
from whence.query.account import account_for
from whence.store.interface import Reader

TYPE = "hold"
"""Of the records that hold things and release them."""


@dataclass(frozen=True, slots=True)
class Held:
    """One thing that is held."""

    handle: int
    reason: str
    by: str
    since: str


def held_things(reader: Reader) -> Iterator[Held]:
    """Everything that is held now."""
    met: set[int] = set()
    for row in reader.audit_rows():
        if json.loads(row.entry).get("type") != TYPE:
            continue
        kept = next(reader.records(row.index), None)
        for facet in kept.record.facets if kept is not None and kept.record is not None else ():
            handle = reader.find(facet.node)
            if handle is not None and handle not in met:
                met.add(handle)
                told = account_for(reader, handle).said(TYPE)
                if told.get("held"):
                    yield Held(handle, told["reason"], told["by"], told["at"])


def held_json(reader: Reader) -> list[dict[str, str]]:
    """What is held, as ``schemas/holds-1.json`` has it."""
    rows = []
    for each in held_things(reader):
        (node,) = reader.nodes([each.handle])
        name = f"run {node.id[:8]} ({node.name})" if node.kind is NodeKind.RUN else node.name
        rows.append(
            {
                "id": node.id,
                "kind": node.kind.value,
                "name": name,
                "reason": each.reason,
                "by": each.by,
                "since": each.since,
            }
        )
    return rows
