"""Which runs of a workspace go on, and which have lost whoever looked after them.

Asked by every command; so nothing here loads what bringing a run home takes.
"""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from whence.capture.again import repeat_of
from whence.capture.session import Session, fallback_folders, sessions_in
from whence.errors import StoreError, WhenceError
from whence.workspace import Workspace

PATIENCE = 2.0
"""Seconds that a program's end may wait for the store; then the session stays for later."""


def session_folders(workspace: Workspace) -> list[Path]:
    """Where sessions of this workspace may lie, the usual place first."""
    return [workspace.folder / "sessions", *fallback_folders()]


def abandoned(workspace: Workspace) -> list[Session]:
    """Sessions of this workspace whose owner is gone."""
    return [each for each in _own(workspace) if not each.is_alive()]


def running(workspace: Workspace) -> list[Session]:
    """Sessions of this workspace whose program still runs."""
    return [each for each in _own(workspace) if each.is_alive()]


def settle(workspace: Workspace, *, patience: float = 10.0) -> list[str]:
    """Bring all abandoned sessions home, and deliver what waits for a store elsewhere.

    What could not be done is told, a sentence each.

    Args:
        workspace: Whose sessions.
        patience: Seconds for which deliveries are waited for.
    """
    problems = _deliver_waiting(workspace, patience)
    for session in abandoned(workspace):
        if repeat_of(session.start) is not None:
            session.discard()  # what it wrote has gone with the place in which it was done
            continue
        from whence.homecoming.bring import bring_home  # noqa: PLC0415  seldom needed, and large

        try:
            bring_home(session, workspace, timeout=PATIENCE)
        except StoreError as error:
            problems.append(f"run {session.id[:8]} is not recorded yet: {error.message}")
        except Exception as error:  # noqa: BLE001  whatever it is, other commands must go on
            # A session that can never be recorded must not stand in the way of every command.
            aside = session.folder.with_name("refused-" + session.folder.name)
            with suppress(OSError):
                session.folder.rename(aside)
            problems.append(
                f"run {session.id[:8]} was refused: {reason_of(error)}; kept in {aside}"
            )
    return problems


def _deliver_waiting(workspace: Workspace, patience: float) -> list[str]:
    try:
        if not any((workspace.folder / "spool").glob("*.json")):
            return []
    except OSError:
        return []
    from whence.homecoming.delivery import deliver_waiting  # noqa: PLC0415  seldom needed

    return deliver_waiting(workspace, patience=patience)


def reason_of(error: Exception) -> str:
    """Why a run could not be recorded, in a sentence."""
    if isinstance(error, WhenceError):
        return error.message
    return f"an error of ours, please report it: {error!r}"


def _own(workspace: Workspace) -> Iterator[Session]:
    own = str(workspace.folder)
    for session in sessions_in(session_folders(workspace)):
        if session.start.get("workspace") == own:
            yield session
