"""How many workers a program kept, and how many tasks it gave them: added up, told at its end."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Pools:
    """All pools of a process, by what keeps them."""

    def __init__(self, watch: Any) -> None:
        self.watch = watch
        self.pid = os.getpid()
        self.counts: dict[str, list[int]] = {}
        watch.at_end(self.tell)

    def add(self, of: str, workers: Any, tasks: int = 0) -> None:
        """More tasks; of workers the largest number counts, for pools are made anew."""
        if self.pid != os.getpid():  # a fork begins at nothing
            self.pid, self.counts = os.getpid(), {}
        count = self.counts.setdefault(of, [0, 0])
        count[0] = max(count[0], workers if isinstance(workers, int) else 0)
        count[1] += tasks

    def tell(self) -> None:
        """Say so."""
        if self.pid == os.getpid():
            for of, (workers, tasks) in self.counts.items():
                self.watch.part("pool", of=of, workers=workers, tasks=tasks)


_one: list[Pools] = []


def pools(watch: Any) -> Pools:
    """Those of this process."""
    if not _one:
        _one.append(Pools(watch))
    return _one[0]
