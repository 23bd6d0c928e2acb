"""Bringing runs home: a session on disk becomes a record in the store.

Done when a run ends, and by a later command for a run whose recorder died before that.
"""

import os

from whence.capture.interface import Activity
from whence.capture.observe import observe
from whence.capture.session import Session
from whence.capture.tracers.python_hook import read_reported
from whence.capture.tracers.replay import read_journal
from whence.homecoming.instruments import MachineInstruments
from whence.homecoming.surroundings import look_around
from whence.store.interface import Appended
from whence.workspace import Workspace


def bring_home(
    session: Session,
    workspace: Workspace,
    activity: Activity | None = None,
    *,
    timeout: float = 30.0,
) -> Appended:
    """Record an ended run and let its session go.

    Args:
        session: The run.
        workspace: Where it belongs.
        activity: What the tracer saw; read from the session's journal when it is not at hand.
        timeout: Seconds to wait for the store.

    Raises:
        StoreError: the store cannot take it now; the session stays.
    """
    seen = observe(
        session,
        _activity_of(session) if activity is None else activity,
        look_around(session, late=activity is None and not session.is_alive()),
        MachineInstruments(workspace),
    )
    appended = workspace.recorder.record_run(seen, timeout=timeout)
    session.discard()
    return appended


def _activity_of(session: Session) -> Activity:
    """What was written down on the way: by a tracer that is dead, or by hooks inside Python."""
    folder = os.fspath(session.folder)
    try:
        return read_journal(folder)
    except OSError:
        root = os.path.dirname(session.start["workspace"])  # noqa: PTH120  any bytes
        return read_reported(folder, root) if any(session.folder.glob("*.files")) else Activity()
