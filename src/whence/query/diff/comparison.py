"""What every layer is given: two lineages aligned, and what may be asked besides."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from whence.model.node import Node
from whence.query.account import Account
from whence.query.diff.align import Alignment, StepPair
from whence.query.diff.side import Side

TextOf = Callable[[str], str | None]
"""The text of a source or configuration file by its SHA-256; ``None`` if it is not at hand."""

TableOf = Callable[[str, str, str], Mapping[str, Any] | None]
"""What changed between two tables, by their SHA-256 and their name, as JSON with ``sentences``;
``None`` where they are no tables or their rows were not kept."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two lineages aligned."""

    a: Side
    b: Side
    alignment: Alignment
    account_of: Callable[[int], Account]
    """Everything said of a node, by its handle."""
    text_of: TextOf
    tables: TableOf

    settings: frozenset[int]
    """Configuration files: the layer of parameters speaks of them, not the one of data."""

    def differing_steps(self) -> Iterator[tuple[int, StepPair]]:
        """The aligned steps that are not one and the same run, each with its place."""
        for place, pair in enumerate(self.alignment.steps):
            if not pair.shared:
                yield place, pair

    def node(self, handle: int) -> Node:
        """A file of either side."""
        return self.a.nodes.get(handle) or self.b.nodes[handle]
