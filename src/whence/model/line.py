"""A line: one name with numbered versions, of which movable names may point to any."""

import re
from dataclasses import dataclass

from whence.errors import UsageError
from whence.model.identity import derived_id
from whence.model.node import Node, NodeKind

_NAME = re.compile(r"[^\s@/\\:][^\s@\\:]{0,199}\Z")


@dataclass(frozen=True, slots=True)
class Line:
    """One sort of things that have versions."""

    kind: NodeKind
    """Of the name itself."""
    version: NodeKind
    """Of each version of it."""
    called: str
    """What people call it."""
    how: str
    """How one gets the first version, for whoever asks for one that is not there."""

    def node(self, name: str) -> Node:
        """The name as a node: the same wherever it is said.

        Raises:
            UsageError: the name cannot be one.
        """
        if not _NAME.match(name):
            raise UsageError(
                f"{name!r} cannot name a {self.called}",
                hint="use letters, digits, '-', '_', '.' and '/', without spaces, '@' or ':'",
            )
        return Node(derived_id(self.kind.value, name), self.kind, name)


MODELS = Line(
    NodeKind.REGISTERED_MODEL,
    NodeKind.MODEL_VERSION,
    "model",
    "register one with `whence register REF --model {name}`",
)
SYSTEMS = Line(
    NodeKind.SYSTEM,
    NodeKind.SYSTEM_VERSION,
    "system",
    "make one with `whence system {name} --model ROLE=NAME@N`",
)
LINES = (MODELS, SYSTEMS)

VERSION_KINDS = frozenset(line.version for line in LINES)
LINE_KINDS = frozenset(line.kind for line in LINES)


def line_of_kind(kind: NodeKind) -> Line | None:
    """The line to which names, or versions, of a kind belong."""
    return next((line for line in LINES if kind in {line.kind, line.version}), None)


def number_of(version: Node) -> int | None:
    """The number of a version, by its name ``delay@3``."""
    number = version.name.rpartition("@")[2]
    return int(number) if number.isascii() and number.isdigit() else None
