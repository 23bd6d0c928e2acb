"""A change that several steps share is told once."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

from whence.query.diff.difference import Change, What


@dataclass(slots=True)
class _Entry:
    what: What
    name: str
    a: Any
    b: Any
    detail: dict[str, Any]
    steps: dict[str, None] = field(default_factory=dict)
    pairs: set[int] = field(default_factory=set)


class Told:
    """Gathers changes; the same one told again only adds the step that shares it."""

    def __init__(self) -> None:
        self._entries: dict[Hashable, _Entry] = {}

    def tell(
        self,
        what: What,
        name: str,
        sides: tuple[Any, Any] = (None, None),
        *,
        key: Hashable,
        step: tuple[int, str] | None = None,
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        """Add a change.

        Args:
            what: What is the matter.
            name: Of what.
            sides: How it is on either side.
            key: What makes it this change and no other, beside ``what`` and ``name``.
            step: The place of the aligned step in which it shows, and its job.
            detail: What belongs to the layer.
        """
        entry = self._entries.setdefault(
            (what, name, key), _Entry(what, name, *sides, dict(detail or {}))
        )
        if step is not None:
            entry.pairs.add(step[0])
            entry.steps[step[1]] = None

    def knows(self, what: What, name: str, key: Hashable) -> bool:
        """Whether a change has been told, so that its detail need not be found out again."""
        return (what, name, key) in self._entries

    def changes(self) -> list[Change]:
        """Everything told, in the order of first telling."""
        return [
            Change(
                each.what,
                each.name,
                each.a,
                each.b,
                tuple(each.steps),
                each.detail,
                frozenset(each.pairs),
            )
            for each in self._entries.values()
        ]
