"""Bringing runs home: a session on disk becomes a record in the store.

Done when a run ends, and by a later command for a run whose recorder died before that.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import groupby
from pathlib import Path

from whence.capture.again import root_of
from whence.capture.divided import Divided, look_into, observe_divided
from whence.capture.interface import Activity
from whence.capture.observe import Surroundings, observe
from whence.capture.session import Session, fallback_folders
from whence.capture.tracers.python_hook import read_reported
from whence.capture.tracers.replay import read_journal
from whence.errors import InvalidRecordError, StoreError
from whence.homecoming.instruments import MachineInstruments
from whence.homecoming.keeping import Keeping
from whence.homecoming.spool import Sent, server_of
from whence.homecoming.surroundings import Outlook
from whence.model.edge import EdgeKind
from whence.model.identity import NodeId, is_id
from whence.query.account import account_for
from whence.recording.observation import RunSeen
from whence.store.interface import Appended, Direction
from whence.workspace import Workspace

PROJECT_VARIABLE = "WHENCE_PROJECT"
"""Names the project that runs belong to."""

_NOTE = "recorded."
"""How files in a session begin that name runs inside it which are recorded: by process id."""


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
        StoreError: the store cannot take it now. The session stays; of a store that is elsewhere
            the run waits in the spool instead.
    """
    outlook = Outlook(session, late=activity is None and not session.is_alive())
    if activity is None:
        activity = _activity_of(session)
    place = root_of(session.start)
    keeping = Keeping(workspace)
    named = workspace if place is None else workspace.at(Path(place))
    tools = MachineInstruments(named, keeping)
    moved = {each.path: each.location for each in activity.reads if each.location}
    around = outlook.around()
    divided = look_into(
        activity, around, outlook.agents(), session, recorded_in(workspace, session)
    )
    sent: Sent | None = None
    if divided is not None:
        with suppress(InvalidRecordError):  # whatever is wrong with the parts, the run is kept
            written = frozenset(each.path for each in activity.writes)
            arounds = _each_around(outlook, divided, written)
            runs = observe_divided(session, divided, arounds, tools)
            sent = _record(workspace, keeping.keep(runs, moved), keeping, timeout)
    if sent is None:
        kept = keeping.keep([observe(session, activity, around, tools)], moved)
        sent = _record(workspace, kept, keeping, timeout)
    note_in_whole(workspace, session)
    session.discard()
    if sent.appended is None:
        raise sent.problem or StoreError("it waits to be delivered")
    return sent.appended


def _record(
    workspace: Workspace, runs: Sequence[RunSeen], keeping: Keeping, timeout: float
) -> Sent:
    """Hand an observation to the store, wherever it is."""
    server, project = server_of(workspace), os.environ.get(PROJECT_VARIABLE, "")
    if server is not None:
        from whence.homecoming.delivery import send_home  # noqa: PLC0415  loads what speaks HTTP

        return send_home(
            server,
            workspace.folder,
            runs,
            before=keeping.confirm,
            project=project,
            timeout=timeout,
        )
    recorder = workspace.recorder
    kept = recorder.record_runs(runs, timeout=timeout, before=keeping.confirm, project=project)
    return Sent(kept[0])


def _each_around(outlook: Outlook, divided: Divided, written: frozenset[str]) -> list[Surroundings]:
    """What is known of the run itself, and of each of its parts."""
    owners, tree = divided.division.owners, divided.tree
    shares = [outlook.lines[:0] for _ in range(len(divided.division.parts) + 1)]
    for (pid, since), lines in groupby(outlook.lines, key=lambda line: (line.pid, line.since)):
        doer = tree.find(pid, since)
        shares[0 if doer is None else owners[doer.key]] += lines
    return [replace(outlook.around(each), written=written) for each in shares]


def recorded_in(workspace: Workspace, session: Session) -> dict[int, NodeId]:
    """Runs inside a run that are recorded already, by the process that recorded them."""
    found = dict(_noted(session))
    if server_of(workspace) is not None:
        return found  # nobody waits for the net to learn what is noted here
    with workspace.reading() as reader:
        handle = reader.find(session.id)
        links = [] if handle is None else reader.links([handle], Direction.EFFECTS)
        for link in links:
            if link.kind is EdgeKind.PART_OF:
                account = account_for(reader, link.origin)
                recorder = account.said("execution").get("recorder")
                if isinstance(recorder, int):
                    found[recorder] = account.node.id
    return found


def note_in_whole(workspace: Workspace, session: Session) -> None:
    """Tell the run that this one is a part of, which goes on, that it is recorded."""
    parent, recorder = session.start.get("parent"), session.start.get("recorder")
    if parent is None or not isinstance(recorder, int):
        return
    for folder in (workspace.folder / "sessions", *fallback_folders()):
        with suppress(OSError):
            (folder / str(parent) / f"{_NOTE}{recorder}").write_text(session.id, encoding="ascii")


def _noted(session: Session) -> Iterator[tuple[int, NodeId]]:
    for path in session.folder.glob(_NOTE + "*"):
        with suppress(OSError, ValueError):
            told = path.read_text(encoding="ascii")
            if is_id(told):
                yield int(path.name.removeprefix(_NOTE)), NodeId(told)


def _activity_of(session: Session) -> Activity:
    """What was written down on the way: by a tracer that is dead, or by hooks inside Python."""
    folder = os.fspath(session.folder)
    try:
        return read_journal(folder)
    except OSError:
        root = os.path.dirname(session.start["workspace"])  # noqa: PTH120  any bytes
        return read_reported(folder, root) if any(session.folder.glob("*.files")) else Activity()
