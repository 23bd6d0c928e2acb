"""What was made last at a location, as a writer remembers it from block to block."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from whence.store.interface import Made

FIRST = 32
"""How many are asked for at first; twice as many are remembered at most."""


class Timeline:
    """The latest of what was made at a location, without a hole.

    Args:
        latest: The latest, latest first.
        whole: Whether there are no others.
    """

    def __init__(self, latest: Sequence[Made], *, whole: bool) -> None:
        self._made = list(latest)[::-1]
        self._whole = whole

    def made_at(self, moment: str, limit: int, *, later: bool) -> list[Made] | None:
        """See ``GraphReader.made_at``; ``None`` where what is remembered does not tell."""
        if later:
            start = bisect_right(self._made, moment, key=_moment)
            return self._made[start : start + limit] if start or self._whole else None
        end = bisect_left(self._made, moment, key=_moment)
        found = self._made[max(0, end - limit) : end][::-1]
        return found if len(found) == limit or self._whole else None

    def add(self, made: Made) -> None:
        """Something that is nowhere yet."""
        at = bisect_left(self._made, made)
        if at or self._whole:
            self._made.insert(at, made)
            if len(self._made) > 2 * FIRST:
                del self._made[:FIRST]
                self._whole = False


def _moment(made: Made) -> str:
    return made.moment
