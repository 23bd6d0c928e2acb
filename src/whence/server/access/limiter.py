"""How often an address may show what does not hold before it is made to wait."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

FAILURES = 10
"""So many in one ``WINDOW`` are answered 401; what comes after waits for the next."""
WINDOW = 60.0
"""Seconds."""
_ADDRESSES = 10_000


@dataclass(slots=True)
class _Window:
    began: float
    failures: int = 0


@dataclass(frozen=True, slots=True)
class Wait:
    """What becomes of a failure."""

    seconds: int
    """After how long the address may try again; 0 while it need not wait."""
    is_first: bool
    """Whether it is the first of its window that must wait: one event tells of all."""


class FailureLimiter:
    """Counts failures for each address; what holds is never counted and never waits."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._met: OrderedDict[str, _Window] = OrderedDict()

    def fail(self, address: str) -> Wait:
        """Count a failure; say what becomes of it."""
        at = self._clock()
        with self._lock:
            window = self._met.get(address)
            if window is None or window.began <= at - WINDOW:
                window = self._met[address] = _Window(at)
            self._met.move_to_end(address)
            while len(self._met) > _ADDRESSES:
                self._met.popitem(last=False)
            window.failures += 1
            if window.failures <= FAILURES:
                return Wait(0, is_first=False)
            seconds = max(1, round(window.began + WINDOW - at))
            return Wait(seconds, is_first=window.failures == FAILURES + 1)
