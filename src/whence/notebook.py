"""``%load_ext whence``: records a live notebook, cell by cell, until its kernel ends.

What is told goes into a session on disk as it happens, so that a kernel that is killed leaves a
record all the same: the next ``whence`` command brings it home. No tracer stands around a kernel
that already runs; files are seen as far as Python itself opens them, and the record says so.
"""

import atexit
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from whence import __version__
from whence.capture import agent
from whence.capture.legible import legible
from whence.capture.probes.git import read_code_state
from whence.capture.probes.pipeline import read_pipelines
from whence.capture.session import (
    RUN_VARIABLE,
    SESSION_VARIABLE,
    Session,
    begin,
    fallback_folders,
)
from whence.errors import WhenceError
from whence.model.moment import stamp
from whence.recording.redact import redact_argv
from whence.recording.variables import environment_facts

_SOURCE = f"whence-notebook/{__version__}"
_NAMES = ("JPY_SESSION_NAME", "PAPERMILL_INPUT_PATH")
_VSCODE = "__vsc_ipynb_file__"
_BLIND = (
    "files that compiled libraries read by themselves",
    "files that children which are no Python read",
    "cells that were executed before the extension was loaded",
)


class Recording:
    """One kernel that is being recorded."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._ended = False

    def end(self) -> None:
        """Record the run; nothing happens the second time."""
        if self._ended:
            return
        self._ended = True
        agent.stop_here()
        for name in (RUN_VARIABLE, SESSION_VARIABLE, agent.ROWS_VARIABLE):
            os.environ.pop(name, None)
        self.session.write_end({"exit_status": 0, "ended_at": stamp(datetime.now(UTC))})
        from whence.homecoming.bring import bring_home  # noqa: PLC0415  not before the end
        from whence.workspace import make_workspace  # noqa: PLC0415

        try:
            workspace = make_workspace(Path(self.session.start["cwd"]))
            try:
                bring_home(self.session, workspace)
            finally:
                workspace.close()
        except WhenceError as error:
            sys.stderr.write(f"whence: the notebook is not recorded yet: {error.message}\n")


_recordings: dict[int, Recording] = {}


def load(shell: Any) -> None:
    """Begin to record the notebook of this shell."""
    if os.environ.get(SESSION_VARIABLE) and Path(os.environ[SESSION_VARIABLE]).is_dir():
        run = os.environ.get(RUN_VARIABLE, "")
        print(f"whence: this notebook is being recorded already, as run {run[:8]}.")  # noqa: T201
        return
    from whence.workspace import make_workspace, sketch_key  # noqa: PLC0415  not before it is asked

    try:
        workspace = make_workspace()
    except WhenceError as error:
        print(f"whence: this notebook is not recorded: {error.message}")  # noqa: T201
        return
    folder = workspace.folder
    session = begin([folder / "sessions", *fallback_folders()], _facts(shell, folder))
    with suppress(WhenceError):
        os.environ[agent.ROWS_VARIABLE] = sketch_key(workspace)
    workspace.close()
    recording = _recordings[os.getpid()] = Recording(session)
    os.environ[RUN_VARIABLE] = session.id
    os.environ["WHENCE_WORKSPACE"] = os.fspath(folder.parent)
    # Asked before the agent asks: what is registered last is called first.
    atexit.register(recording.end)
    equipped = dict(os.environ)
    agent.equip(equipped, os.fspath(session.folder), files=True)
    os.environ.update(equipped)
    agent.start_here()
    print(  # noqa: T201
        f"whence: recording this notebook as run {session.id[:8]}, into {folder}; "
        "it is complete when the kernel ends, or with %unload_ext whence."
    )


def unload(shell: Any) -> None:
    """End the recording."""
    del shell
    recording = _recordings.pop(os.getpid(), None)
    if recording is not None:
        recording.end()
        print(f"whence: recorded run {recording.session.id[:8]}.")  # noqa: T201


def _facts(shell: Any, folder: Path) -> Mapping[str, Any]:
    cwd = os.getcwd()  # noqa: PTH109  as the program knows it
    name = _notebook(shell)
    observer = {"name": "python", "role": "files", "active": True, "reason": ""}
    facts: dict[str, Any] = {
        "job": Path(name).stem if name else "notebook",
        "command": [legible(word) for word in redact_argv(sys.orig_argv)],
        "notebook": name,
        "cwd": legible(cwd),
        "workspace": os.fspath(folder),
        "host": os.uname().nodename,
        "started_at": stamp(datetime.now(UTC)),
        "source": _SOURCE,
        "observers": [{**observer, "blind_spots": list(_BLIND)}],
        "variables": environment_facts(os.environ),
        "pipelines": read_pipelines(os.environ),
        "pid": os.getpid(),
    }
    with suppress(OSError):
        code = read_code_state(cwd)
        if code is not None:
            facts["code"] = code.facts()
    return facts


def _notebook(shell: Any) -> str:
    """The notebook's file, as far as its front end tells the kernel."""
    known = getattr(shell, "user_ns", {}).get(_VSCODE)
    return str(known or next((os.environ[each] for each in _NAMES if os.environ.get(each)), ""))
