"""Workers that a run kept, and how many tasks it gave them."""

from collections.abc import Iterable
from typing import Any

from whence.capture.agent.reports import Telling


def read_pools(told: Iterable[Telling]) -> list[dict[str, Any]]:
    """Each kind of pool with the most ``workers`` that it had, and its ``tasks``, added up."""
    found: dict[str, dict[str, Any]] = {}
    for each in told:
        fields = each.fields
        if each.event != "part" or fields.get("kind") != "pool":
            continue
        of, workers, tasks = (fields.get(name) for name in ("of", "workers", "tasks"))
        if isinstance(of, str) and isinstance(workers, int) and isinstance(tasks, int):
            pool = found.setdefault(of, {"of": of, "workers": 0, "tasks": 0})
            pool["workers"] = max(pool["workers"], workers)
            pool["tasks"] += tasks
    return list(found.values())
