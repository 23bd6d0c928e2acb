"""What a program says of its own run: ``with whence.run("train") as run: …``.

Under ``whence run`` the statements join the run that is being recorded; elsewhere the block is a
run of its own. Everything stated has the basis ``declared``: it stands beside what was observed
and never hides it.
"""

import os
import sys
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from whence import __version__
from whence.capture.probes.pipeline import read_pipelines
from whence.capture.session import RUN_VARIABLE, SESSION_VARIABLE, Session, begin, fallback_folders
from whence.capture.statements import Silence, StatementLog, describe_thing, plain_values
from whence.errors import UsageError, WhenceError
from whence.model.moment import stamp
from whence.model.node import ARTIFACT_KINDS
from whence.recording.redact import redact_argv

_SOURCE = f"whence-api/{__version__}"


class DeclaredRun:
    """One run as the program itself tells it; made by ``whence.run``."""

    def __init__(self, job: str, *, tags: Mapping[str, str] | None = None) -> None:
        self.job = job
        self.id: str | None = None
        """The run's id, from the start of the block on."""
        self._tags = dict(tags or {})
        self._session: Session | None = None
        self._log: StatementLog | Silence | None = None

    def __enter__(self) -> Self:
        """Join the run that is being recorded, or begin one."""
        folder, run = os.environ.get(SESSION_VARIABLE), os.environ.get(RUN_VARIABLE)
        if folder and run and Path(folder).is_dir():
            self.id, self._log = run, StatementLog(Path(folder))
        else:
            try:
                self._session = self._begin()
            except WhenceError as error:
                # Whence failed; the program goes on all the same.
                sys.stderr.write(f"whence: this run is not recorded: {error.message}\n")
                self._log = Silence()
                return self
            self.id, self._log = self._session.id, StatementLog(self._session.folder)
        if self._tags:
            self._say("log", {"tags": plain_values(self._tags)})
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the run: completed, or failed when the block raised."""
        assert self._log is not None
        self._log.close()
        if self._session is not None:
            told = {"exit_status": 0 if kind is None else 1, "ended_at": stamp(datetime.now(UTC))}
            if error is not None:
                told["error"] = "".join(traceback.format_exception_only(error)).strip()
            self._end(self._session, told)

    # ------------------------------------------------------------ statements

    def used(
        self,
        thing: str | os.PathLike[str],
        *,
        name: str | None = None,
        kind: str | None = None,
        role: str = "input",
        sha256: str | None = None,
    ) -> None:
        """State that the run used a file or a URI.

        Args:
            thing: A path, read now, or a URI such as ``s3://bucket/key``, taken at its word.
            name: How to call it; the path below the workspace by default.
            kind: ``dataset``, ``model``, ``config`` …; told from the name by default.
            role: The part it plays.
            sha256: What its content is claimed to be. Where it is not, that is recorded too.
        """
        self._state("used", thing, name=name, kind=kind, role=role, sha256=sha256)

    def generated(
        self,
        thing: str | os.PathLike[str],
        *,
        name: str | None = None,
        kind: str | None = None,
        role: str = "output",
        sha256: str | None = None,
    ) -> None:
        """State that the run made a file or a URI; arguments as for ``used``."""
        self._state("generated", thing, name=name, kind=kind, role=role, sha256=sha256)

    def log(
        self,
        *,
        parameters: Mapping[str, Any] | None = None,
        metrics: Mapping[str, Any] | None = None,
        step: int | None = None,
        seeds: Mapping[str, Any] | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        """State parameters, metrics (at a step, if given), seeds and tags."""
        fields: dict[str, Any] = {}
        if parameters:
            fields["parameters"] = plain_values(parameters)
        if metrics:
            fields["metrics"] = plain_values(metrics)
            if step is not None:
                fields["step"] = int(step)
        if seeds:
            fields["seeds"] = plain_values(seeds)
        if tags:
            fields["tags"] = plain_values(tags)
        if fields:
            self._say("log", fields)

    def _state(
        self,
        form: str,
        thing: str | os.PathLike[str],
        *,
        name: str | None,
        kind: str | None,
        role: str,
        sha256: str | None,
    ) -> None:
        kinds = {each.value for each in ARTIFACT_KINDS}
        if kind is not None and kind not in kinds:
            raise UsageError(
                f"{kind!r} is no kind of artifact", hint="one of " + ", ".join(sorted(kinds))
            )
        self._require_begun()
        self._say(form, describe_thing(thing, name=name, kind=kind, role=role, sha256=sha256))

    def _say(self, form: str, fields: Mapping[str, Any]) -> None:
        self._require_begun()
        assert self._log is not None
        try:
            self._log.write(form, fields)
        except OSError as error:
            sys.stderr.write(f"whence: a statement could not be kept: {error.strerror}\n")
            self._log = Silence()

    def _require_begun(self) -> None:
        if self._log is None:
            raise UsageError(
                f"the run {self.job!r} has not begun",
                hint='use it as a block: `with whence.run("train") as run:`',
            )

    # ------------------------------------------------------------- own runs

    def _begin(self) -> Session:
        from whence.workspace import make_workspace  # noqa: PLC0415  joins need no store

        workspace = make_workspace()
        facts = {
            "job": self.job,
            "command": redact_argv(sys.orig_argv),
            "cwd": os.getcwd(),  # noqa: PTH109  as the program knows it
            "workspace": os.fspath(workspace.folder),
            "started_at": stamp(datetime.now(UTC)),
            "source": _SOURCE,
            "observers": [],
            "pipelines": read_pipelines(os.environ),
            "pid": os.getpid(),
        }
        return begin([workspace.folder / "sessions", *fallback_folders()], facts)

    def _end(self, session: Session, told: Mapping[str, Any]) -> None:
        from whence.homecoming.bring import bring_home  # noqa: PLC0415
        from whence.workspace import make_workspace  # noqa: PLC0415

        session.write_end(told)
        try:
            workspace = make_workspace()
            try:
                bring_home(session, workspace)
            finally:
                workspace.close()
        except WhenceError as error:
            # The statements are safe in the session; the program must not fail for our sake.
            sys.stderr.write(f"whence: the run is not recorded yet: {error.message}\n")


def run(job: str, *, tags: Mapping[str, str] | None = None) -> DeclaredRun:
    """A run that the program tells of itself; use it as a block."""
    return DeclaredRun(job, tags=tags)
