"""Small pieces of work that wait for a moment in which the watched program asks nothing.

A program's end should find everything loaded that recording it takes. That takes tens of
milliseconds, which nobody has to wait for if it is done, piece by piece, while the program runs.
"""

from collections import deque
from collections.abc import Callable, Iterable

_waiting: deque[Callable[[], object]] = deque()


def put_off(work: Iterable[Callable[[], object]]) -> None:
    """Leave pieces of work for later, each of a few milliseconds at most, in this order.

    They may never be done, and one that fails is forgotten: whoever needs it does it then.
    """
    _waiting.extend(work)


def do_one() -> bool:
    """Do the next piece; tell whether there are more."""
    if _waiting:
        try:
            _waiting.popleft()()
        except Exception:  # noqa: BLE001  it will fail again where it matters, and be told there
            _waiting.clear()
    return bool(_waiting)
