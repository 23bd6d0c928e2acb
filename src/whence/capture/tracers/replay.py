"""Rebuilds a run's activity from its journal, when whoever observed it was killed."""

from whence.capture.interface import Activity
from whence.capture.tracers.journal import read_events
from whence.capture.tracers.settle import settle


def read_journal(session_dir: str) -> Activity:
    """What was seen of a run until its observer ended, settled against what is there now.

    Content of removed files that was only held open is lost with the observer, and told as lost.

    Raises:
        OSError: there is no journal in the folder.
    """
    return settle(read_events(session_dir))
