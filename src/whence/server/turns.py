"""When the writer reads what arrived, rather than keep what comes in.

At once where somebody asks or nothing comes in; else seldom, in short turns, so that whoever hands
something in waits no longer than for one of them.
"""

from collections import deque
from dataclasses import dataclass, field

QUIET = 0.05
"""Seconds without anything new after which it is quiet."""

PATIENCE = 1.0
"""Seconds that an arrival may wait where it is never quiet."""

REST = 39.0
"""How much longer the pause after a turn is than the turn, while things come in."""

MANY = 20_000
"""Arrivals from which on turn and pause are alike: what waits must not grow without end."""

SHORT, LONG = 8, 32
"""How many arrivals are read in a turn while things come in, and otherwise."""

AGAIN = 1.0
"""Seconds after which a turn is tried again that failed."""


@dataclass(slots=True)
class Turns:
    """What waits to be read, and when its turn is. Nothing here reads a clock."""

    waits: bool = True
    """Whether anything may wait; at the beginning that is not known."""
    reached: int = -1
    """The place up to which everything is read, as far as that is known."""
    wanted: int = -1
    """The place up to which somebody waits for it."""
    count: int = 0
    _kept: deque[tuple[float, int, int]] = field(default_factory=deque)
    """When arrivals were kept, the place of the last one, and how many."""
    _last: float = float("-inf")
    """When something came in last."""
    _pause: float = float("-inf")
    """Until when there is no turn, unless somebody asks."""
    _failed: float = float("-inf")

    def came(self, now: float, place: int, count: int) -> None:
        """Something was kept; arrivals among it, or none."""
        self._last = now
        if count:
            self.waits = True
            self.count += count
            self._kept.append((now, place, count))

    def due(self, now: float) -> float:
        """Seconds until the next turn, 0 for now; infinity where nothing waits."""
        if not self.waits:
            return float("inf")
        failed = self._failed + AGAIN - now
        if self.wanted > self.reached:
            return max(failed, 0.0)
        quiet = self._last + QUIET - now
        oldest = self._kept[0][0] if self._kept else now
        patience = max(oldest + PATIENCE, self._pause) - now
        return max(min(quiet, patience), failed, 0.0)

    def size(self, now: float) -> int:
        """How many to read in a turn that is due."""
        return LONG if self.wanted > self.reached or self._last + QUIET <= now else SHORT

    def read(self, now: float, seconds: float, place: int, *, done: bool) -> None:
        """A turn was taken.

        Args:
            now: The time after it.
            seconds: How long it took.
            place: The place of the last arrival read; -1 for none.
            done: Whether there is none left.
        """
        self.reached = max(self.reached, place)
        if done:
            # Whoever waits has seen the arrival that he waits for before this turn began.
            self.reached = max(self.reached, self.wanted)
            self.waits, self.count = False, 0
            self._kept.clear()
        while self._kept and self._kept[0][1] <= self.reached:
            self.count -= self._kept.popleft()[2]
        self._pause = now + seconds * (1.0 if self.count > MANY else REST)

    def failed(self, now: float) -> None:
        """A turn came to nothing."""
        self._failed = now
