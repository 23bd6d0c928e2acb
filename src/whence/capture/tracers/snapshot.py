"""The files of a workspace before and after a run: a cross-check of what was written."""

# Paths stay strings here: pathlib costs microseconds for each and a third of the start-up.

import os
import time

from whence.capture.tracers.events import Event, Stat
from whence.capture.tracers.noise import Noise, is_bytecode_cache
from whence.capture.tracers.places import state

LIMIT = 50_000
"""Files above which no snapshot is made: it would take longer than most runs."""


def snapshot(folder: str, noise: Noise, limit: int = LIMIT) -> dict[str, Stat] | None:
    """The state of every regular file below a folder; ``None`` if there are too many."""
    found: dict[str, Stat] = {}
    waiting = [folder]
    while waiting:
        try:
            listing = os.scandir(waiting.pop())
        except OSError:
            continue
        with listing:
            for entry in listing:
                if entry.is_dir(follow_symlinks=False):
                    if not noise.drops(f"{entry.path}/x"):
                        waiting.append(entry.path)
                elif entry.is_file(follow_symlinks=False) and not noise.drops(entry.path):
                    if len(found) == limit:
                        return None
                    try:
                        found[entry.path] = state(entry.stat(follow_symlinks=False))
                    except OSError:
                        continue
    return found


def unexplained(
    before: dict[str, Stat], after: dict[str, Stat], explained: set[str], touched: set[str]
) -> list[Event]:
    """A write event for each file that is new or has other content, and that nothing tells of.

    Args:
        before: the state of each file then.
        after: and now.
        explained: files whose writing was seen.
        touched: files whose times were set, so that a new time means nothing.
    """
    now = time.time_ns()
    events: list[Event] = []
    for path, stat in after.items():
        if path in explained or is_bytecode_cache(path):
            continue
        fields = 3 if path in touched else 4
        if before.get(path, ())[:fields] != stat[:fields]:
            events.append(("write", 0, now, path, "", before.get(path), "t"))
    return events
