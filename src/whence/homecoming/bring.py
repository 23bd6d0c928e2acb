"""Bringing runs home: a session on disk becomes a record in the store.

Used when a run ends, and by every later command for runs whose recorder died before that.
"""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from whence.capture.interface import Activity
from whence.capture.observe import observe
from whence.capture.session import Session, fallback_folders, sessions_in
from whence.capture.tracers.replay import read_journal
from whence.errors import StoreError, WhenceError
from whence.homecoming.instruments import MachineInstruments
from whence.homecoming.surroundings import look_around
from whence.store.interface import Appended
from whence.workspace import Workspace

PATIENCE = 2.0
"""Seconds that a program's end may wait for the store; then the session stays for later."""


def session_folders(workspace: Workspace) -> list[Path]:
    """Where sessions of this workspace may lie, the usual place first."""
    return [workspace.folder / "sessions", *fallback_folders()]


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
        look_around(session, workspace.folder / "cache"),
        MachineInstruments(workspace),
    )
    appended = workspace.recorder.record_run(seen, timeout=timeout)
    session.discard()
    return appended


def _activity_of(session: Session) -> Activity:
    """What the tracer of a dead recorder had written down."""
    try:
        return read_journal(os.fspath(session.folder))
    except OSError:
        return Activity()


def abandoned(workspace: Workspace) -> list[Session]:
    """Sessions of this workspace whose owner is gone."""
    return [each for each in _own(workspace) if not each.is_alive()]


def running(workspace: Workspace) -> list[Session]:
    """Sessions of this workspace whose program still runs."""
    return [each for each in _own(workspace) if each.is_alive()]


def settle(workspace: Workspace) -> Iterable[str]:
    """Bring all abandoned sessions home; what could not be is told, a sentence each."""
    problems = []
    for session in abandoned(workspace):
        try:
            bring_home(session, workspace, timeout=PATIENCE)
        except StoreError as error:
            problems.append(f"run {session.id[:8]} is not recorded yet: {error.message}")
        except WhenceError as error:
            # A session that can never be recorded must not stand in the way of every command.
            aside = session.folder.with_name("refused-" + session.folder.name)
            with suppress(OSError):
                session.folder.rename(aside)
            problems.append(f"run {session.id[:8]} was refused: {error.message}; kept in {aside}")
    return problems


def _own(workspace: Workspace) -> Iterable[Session]:
    own = str(workspace.folder)
    for session in sessions_in(session_folders(workspace)):
        if session.start.get("workspace") == own:
            yield session
