"""What ``whence run`` does: start a command as it is, watch it, record what happened.

The order of things is what keeps the program undisturbed: everything that can fail for our own
reasons is tried before the program starts and only told; whatever fails afterwards leaves the
session on disk for a later command; and the program's own end is always given back.
"""

import os
import resource
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, NoReturn

from whence import __version__
from whence.capture.again import equip, inherit, read_order, root_of
from whence.capture.agent import ROWS_VARIABLE
from whence.capture.interface import TracedExit, Tracer
from whence.capture.legible import legible
from whence.capture.naming import job_name
from whence.capture.probes.git import read_code_state
from whence.capture.probes.pipeline import read_pipelines
from whence.capture.session import RUN_VARIABLE, SESSION_VARIABLE, Session, begin, read_start
from whence.capture.tracers import spare
from whence.capture.tracers.choice import choose
from whence.errors import CaptureError, NotFoundError, StoreError, WhenceError
from whence.homecoming import loading
from whence.homecoming.sessions import PATIENCE, reason_of, session_folders, settle
from whence.model.gap import Gap
from whence.model.moment import stamp
from whence.recording.redact import redact_argv, redact_mapping
from whence.recording.variables import environment_facts, placement_facts
from whence.workspace import Workspace, make_workspace, sketch_key

_SOURCE = f"whence-run/{__version__}"


PATIENCE_WITH_DAEMONS = 10.0
"""Seconds; what a daemon does later is not recorded, and the run says so."""


@dataclass(frozen=True, slots=True)
class Order:
    """What the user asked for."""

    command: Sequence[str]
    job: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    tracer: str | None = None
    patience: float | None = PATIENCE_WITH_DAEMONS
    """Seconds to wait for processes that outlive the command; ``None``: for all."""


class CommandNotFoundError(NotFoundError):
    """The command cannot be started; the status is the one that shells use."""

    exit_status = 127


class NotExecutableError(CaptureError):
    """The command is there and may not be executed."""

    exit_status = 126


def run_captured(order: Order) -> int:
    """Run a command and record it.

    Returns:
        The command's own exit status. A command that was ended by a signal ends this process by
        the same signal instead.

    Raises:
        CommandNotFoundError: there is no such command; nothing is recorded.
        NotExecutableError: it may not be executed; nothing is recorded.
        CaptureError: the system could not start it; nothing is recorded.
        UsageError: there is no such tracer, or it cannot be used here.
    """
    _require_command(order.command[0])
    tracer, passed_over = choose(order.tracer, os.environ)
    try:
        workspace = make_workspace()
        facts = _facts(order, workspace, _observers(tracer, passed_over))
        given = (facts.get("again") or {}).get("run")
        session = begin(session_folders(workspace), facts, given)
    except WhenceError as error:
        # Whence failed; the program runs all the same.
        sys.stderr.write(f"whence: this run will not be recorded: {error.message}\n")
        return _run_bare(order.command)
    spare.put_off(loading.pieces())
    try:
        ended = _watch(order, tracer, session, workspace)
    except CaptureError:
        session.discard()  # nothing ran
        raise
    told = {
        "exit_status": None if ended.signal else ended.exit_status,
        "signal": _signal_name(ended.signal),
        "ended_at": stamp(datetime.now(UTC)),
    }
    session.write_end(told)
    with suppress(KeyboardInterrupt):  # whoever is in a hurry gets the record by the next command
        _record(session, workspace, ended)
    return _give_back(ended.exit_status, ended.signal)


def _observers(tracer: Tracer, passed_over: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
    """Who watches the files, and who could not."""
    watching = {"name": tracer.name, "role": "files", "active": True, "reason": ""}
    return [
        {**watching, "blind_spots": list(tracer.blind_spots)},
        *(
            {"name": name, "role": "files", "active": False, "reason": reason}
            for name, reason in passed_over
        ),
    ]


def _require_command(program: str) -> None:
    if shutil.which(program) is not None:
        return
    if os.sep in program and os.path.exists(program):  # noqa: PTH110  any bytes
        raise NotExecutableError(
            f"{program!r} may not be executed", hint="`chmod +x` it, or name its interpreter"
        )
    hint = "check the spelling and your PATH"
    if os.path.exists(program):  # noqa: PTH110
        hint = f"`whence run -- ./{program}`, or name its interpreter"
    raise CommandNotFoundError(f"command not found: {program!r}", hint=hint)


def _facts(
    order: Order, workspace: Workspace, observers: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """What is known before the program starts."""
    command = list(order.command)
    again = read_order(os.environ)
    facts: dict[str, Any] = {
        "job": order.job or job_name(command),
        "command": [legible(word) for word in redact_argv(command)],
        "recorder": os.getpid(),
        "cwd": legible(os.getcwd()),  # noqa: PTH109  as the program knows it
        "workspace": os.fspath(workspace.folder),
        "host": os.uname().nodename,
        "started_at": stamp(datetime.now(UTC)),
        "source": _SOURCE,
        "tags": redact_mapping(order.tags),
        "observers": list(observers),
        "variables": environment_facts(os.environ),
        "placement": placement_facts(os.environ),
        "pipelines": read_pipelines(os.environ),
    }
    if _is_piped():
        facts["stdin"] = "pipe"
    code = read_code_state(os.getcwd())  # noqa: PTH109
    if code is not None:
        facts["code"] = code.facts()
        facts["git_identity"] = code.identity
    parent, outer = os.environ.get(RUN_VARIABLE), os.environ.get(SESSION_VARIABLE)
    if parent and outer and (start := read_start(outer)) is not None:
        facts["parent"], facts["parent_job"] = parent, start["job"]
        again = again or inherit(start)
    if again is not None:
        facts["again"] = again
    return facts


def _is_piped() -> bool:
    """Whether somebody may feed the program what nobody will know of afterwards."""
    with suppress(OSError):
        return stat.S_ISFIFO(os.fstat(0).st_mode)
    return False


def _watch(order: Order, tracer: Tracer, session: Session, workspace: Workspace) -> TracedExit:
    environment = {
        **os.environ,
        RUN_VARIABLE: session.id,
        SESSION_VARIABLE: os.fspath(session.folder),
    }
    equip(environment, session.start.get("again"))
    with suppress(StoreError):  # without a key rows are not sketched, and all else goes on
        environment[ROWS_VARIABLE] = sketch_key(workspace)

    def run(tracer: Tracer) -> TracedExit:
        return tracer.run(
            order.command,
            env=environment,
            cwd=os.getcwd(),  # noqa: PTH109
            session_dir=os.fspath(session.folder),
            workspace=root_of(session.start) or os.fspath(workspace.root),
            patience=order.patience,
        )

    try:
        return run(tracer)
    except OSError as error:
        # The tracer could not even begin, on a full disk for example. The program runs all the
        # same, unseen.
        ended = run(choose("none", os.environ)[0])
        gap = Gap("observer-missing", tracer.name, f"it could not begin: {error.strerror}")
        return replace(ended, activity=replace(ended.activity, gaps=(gap, *ended.activity.gaps)))


def _record(session: Session, workspace: Workspace, ended: TracedExit) -> None:
    from whence.homecoming.bring import bring_home  # noqa: PLC0415  not before the program starts

    try:
        bring_home(session, workspace, ended.activity, timeout=PATIENCE)
        problems = list(settle(workspace, patience=PATIENCE))
    except Exception as error:  # noqa: BLE001  the program ended well; its end must be given back
        why = reason_of(error)
        problems = [f"this run is not recorded yet: {why}; the next command tries again"]
    finally:
        workspace.close()
    for problem in problems:
        sys.stderr.write(f"whence: {problem}\n")


def _run_bare(command: Sequence[str]) -> int:
    """Run a command that cannot be recorded."""
    kept = signal.signal(signal.SIGINT, signal.SIG_IGN)
    process = subprocess.Popen(command, restore_signals=True, preexec_fn=_default_interrupt)  # noqa: PLW1509  no threads here
    status = process.wait()
    signal.signal(signal.SIGINT, kept)
    return _give_back(status, -status if status < 0 else None)


def _default_interrupt() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _give_back(status: int | None, by_signal: int | None) -> int:
    """End as the command ended."""
    if by_signal:
        _die_of(by_signal)
    return status or 0


def _die_of(number: int) -> NoReturn:
    """End this process by the signal that ended the command, without a second core dump."""
    sys.stdout.flush()
    sys.stderr.flush()
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(OSError, ValueError):
        signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {number})
    os.kill(os.getpid(), number)
    os._exit(128 + number)  # only where the signal cannot end a process


def _signal_name(number: int | None) -> str | None:
    if number is None:
        return None
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"SIG{number}"
