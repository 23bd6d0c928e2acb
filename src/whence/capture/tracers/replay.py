"""Rebuilds a run's activity from its journal, when whoever observed it was killed."""

import time
from collections.abc import Iterator, Sequence

from whence.capture.interface import Activity
from whence.capture.tracers.events import Event
from whence.capture.tracers.journal import read_events
from whence.capture.tracers.noise import Noise, is_bytecode_cache, own_folders, source_of
from whence.capture.tracers.places import Places, lstat, state
from whence.capture.tracers.ring import read_rest
from whence.capture.tracers.settle import settle


def read_journal(session_dir: str) -> Activity:
    """What was seen of a run until its observer ended, settled against what is there now.

    What the accelerator had noted and nobody had read yet is taken from its ring. Content of
    removed files that was only held open is lost with the observer, and told as lost.

    Raises:
        OSError: there is no journal in the folder.
    """
    events = read_events(session_dir)
    return settle([*events, *_rest(session_dir, events)])


def _rest(session_dir: str, events: Sequence[Event]) -> Iterator[Event]:
    root = next((event[3] for event in events if event[0] == "begin"), "/").rstrip("/")
    since = next((int(event[6]) for event in reversed(events) if event[0] == "mark"), 0)
    places = Places(Noise(root, own_folders(session_dir, root)))
    now = time.time_ns()
    try:
        for pid, parent, text, stat, _ in read_rest(session_dir, since):
            path = source_of(text) if is_bytecode_cache(text) else text
            source = lstat(path)
            place = places.resolve(path)
            if parent:
                yield "start", pid, now, "", "", None, str(parent)
            if place is not None and (path == text or source is not None):
                seen = stat if path == text or source is None else state(source)
                yield "read", pid, now, *place, seen, ""
    except OSError:
        return
