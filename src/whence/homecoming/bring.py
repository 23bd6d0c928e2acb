"""Bringing runs home: a session on disk becomes a record in the store.

Done when a run ends, and by a later command for a run whose recorder died before that.
"""

import os
from contextlib import suppress
from dataclasses import replace
from itertools import groupby
from pathlib import Path

from whence.capture.again import root_of
from whence.capture.divided import Divided, look_into, observe_divided
from whence.capture.interface import Activity
from whence.capture.observe import Surroundings, observe
from whence.capture.session import Session
from whence.capture.tracers.python_hook import read_reported
from whence.capture.tracers.replay import read_journal
from whence.errors import InvalidRecordError
from whence.homecoming.instruments import MachineInstruments
from whence.homecoming.keeping import Keeping
from whence.homecoming.surroundings import Outlook
from whence.model.edge import EdgeKind
from whence.model.identity import NodeId
from whence.query.account import account_for
from whence.store.interface import Appended, Direction
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
    recorder = workspace.recorder
    appended: Appended | None = None
    if divided is not None:
        with suppress(InvalidRecordError):  # whatever is wrong with the parts, the run is kept
            written = frozenset(each.path for each in activity.writes)
            arounds = _each_around(outlook, divided, written)
            runs = observe_divided(session, divided, arounds, tools)
            kept = keeping.keep(runs, moved)
            appended = recorder.record_runs(kept, timeout=timeout, before=keeping.confirm)[0]
    if appended is None:
        kept = keeping.keep([observe(session, activity, around, tools)], moved)
        appended = recorder.record_runs(kept, timeout=timeout, before=keeping.confirm)[0]
    session.discard()
    return appended


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
    found: dict[int, NodeId] = {}
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


def _activity_of(session: Session) -> Activity:
    """What was written down on the way: by a tracer that is dead, or by hooks inside Python."""
    folder = os.fspath(session.folder)
    try:
        return read_journal(folder)
    except OSError:
        root = os.path.dirname(session.start["workspace"])  # noqa: PTH120  any bytes
        return read_reported(folder, root) if any(session.folder.glob("*.files")) else Activity()
