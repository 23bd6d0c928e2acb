"""Where runs are done again: one after the other, each finding what those before it made.

A replay is itself captured, into the same record, by a child of this process; what it makes is
called ``replays/…`` there and stands for nothing else. The real files of the workspace are not
touched: see ``placing`` and ``namespace``.
"""

import json
import os
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from whence.capture.again import VARIABLE
from whence.errors import ReproductionError
from whence.model.identity import NodeId, new_id
from whence.query.account import describe
from whence.recording.redact import redact_text
from whence.reproduction import launch
from whence.reproduction.checkout import check_out, find_repository
from whence.reproduction.children import Ended, attend
from whence.reproduction.environment import provide
from whence.reproduction.interface import EnvironmentNeed, FileNeed, Recipe, Replay, Replayed
from whence.reproduction.interpreters import Interpreter
from whence.reproduction.namespace import Mount, as_json, refusal
from whence.reproduction.placing import Layout, Place
from whence.reproduction.recipe import numbers, read_outputs
from whence.reproduction.scratch import leave, make_scratch, remove, scratch_folders, sweep
from whence.reproduction.starting import Moved, command_again, variables_again
from whence.reproduction.whereabouts import Whereabouts
from whence.workspace import VARIABLE as WHENCE_DIR
from whence.workspace import Workspace

STREAMS = frozenset({"stdin", "stdout", "stderr"})
"""Roles of files that stood in the place of standard streams."""

NAME_LENGTH = 12
"""Characters of a replay's id that stand in the names of what it made."""


def as_recorded(recipe: Recipe) -> Replay:
    """A run to be done just as it was."""
    needs = (*recipe.inputs, *recipe.code)
    return Replay(
        recipe=recipe,
        command=recipe.command,
        files={each.path: each.sha256 for each in needs if each.sha256 is not None},
        variables=recipe.variables,
        environment=recipe.environment,
    )


class Studio:
    """A scratch folder in which replays are done one after the other.

    Args:
        workspace: Where the runs were recorded, and where replays are.
        keep: Leave the folder there at the end.
        offline: Let programs reach no network; needs the private view.
        purpose: What the replays are for, as their record has it.
        private: Whether programs get a private view of the files; ``None``: where it can be had.
    """

    def __init__(
        self,
        workspace: Workspace,
        *,
        keep: bool = False,
        offline: bool = False,
        purpose: str = "reproduce",
        private: bool | None = None,
    ) -> None:
        sweep(workspace)
        self._workspace = workspace
        self._keep = keep
        self._offline = offline
        self._purpose = purpose
        self.is_private = refusal() is None if private is None else private
        """Whether programs see the scratch folder in the place of the workspace."""
        if offline and not self.is_private:
            raise ReproductionError(
                "the network cannot be taken away here", hint="leave --offline out"
            )
        self.folder = make_scratch(scratch_folders(workspace)[0])
        """The scratch folder."""
        self._whereabouts = Whereabouts(workspace)
        self._places: dict[str, Place] = {}
        self._made: dict[NodeId, dict[str, str]] = {}
        """Recorded run → path → content, of what its latest replay made."""
        self._artifacts: dict[tuple[str, str], NodeId] = {}
        """Name and content → artifact, of what replays made here."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Take the folder away, unless it is to be kept."""
        if not self._keep:
            remove(self.folder)
            return
        for place in self._places.values():
            place.hide_borrowed()
        leave(self.folder)

    def perform(self, replay: Replay, *, timeout: float | None = None) -> Replayed:
        """Do a run again.

        Args:
            replay: What to do.
            timeout: Seconds after which it is ended; then there is no record of it.

        Raises:
            ReproductionError: it cannot even be started; nothing was.
        """
        recipe = replay.recipe
        if recipe.writes and not self._offline:
            raise ReproductionError(
                f"it would write {recipe.writes[0]} again, over what is there now",
                hint="do it without a network",
            )
        run = new_id()
        try:
            place = self._place(recipe.root)
            path = self._make_ready(replay, run, place)
            started = time.monotonic()
            ended = attend([sys.executable, "-P", "-m", launch.__name__, os.fspath(path)], timeout)
        except OSError as error:
            raise ReproductionError(
                f"the scratch folder {self.folder} cannot be used: {error.strerror or error}",
                hint="free some disk space",
            ) from error
        seconds = time.monotonic() - started
        if ended.status == launch.FAILED and self._find(run) is None:
            said = ended.error.strip().splitlines() or ["it could not be started"]
            raise ReproductionError(said[-1])
        return self._collect(replay, run, place, ended, seconds)

    def _make_ready(self, replay: Replay, run: NodeId, place: Place) -> Path:
        """Put everything in place; the file that tells the child what to do."""
        interpreter = provide(replay.environment, replay.variables)
        layout = self._prepare(replay, place, interpreter)
        if place.private:
            interpreter = stand_in(place, layout, replay.recipe.environment, interpreter)
            layout.mounts.append(Mount(os.fspath(place.tree), place.root))
        order = self._order(replay, run, place, layout, interpreter)
        path = self.folder / "orders" / f"{run}.json"
        path.write_text(json.dumps(order), encoding="utf-8")
        return path

    def real(self, recipe: Recipe, path: str) -> Path:
        """Where a file lies that a replay of a recipe met as ``path``."""
        return self._place(recipe.root).real(path)

    # ---------------------------------------------------------------- before

    def _place(self, root: str) -> Place:
        place = self._places.get(root)
        if place is None:
            number = str(len(self._places))
            private = self.is_private and root != "/" and os.path.isdir(root)  # noqa: PTH112
            tree, aside = self.folder / "tree" / number, self.folder / "aside" / number
            tree.mkdir()
            aside.mkdir()
            place = self._places[root] = Place(tree, aside, root, private=private)
        return place

    def _prepare(self, replay: Replay, place: Place, interpreter: Interpreter | None) -> Layout:
        recipe = replay.recipe
        place.clear(self._made.pop(recipe.run, {}))
        if recipe.commit is not None:
            repository = find_repository(self._workspace.root, recipe.commit)
            if repository is not None:
                check_out(repository, recipe.commit, None, place.tree)
                place.borrowed = repository.objects
        layout = place.fill(
            replay.files,
            self._whereabouts,
            [each.path for each in recipe.outputs if not _is_elsewhere(each, place)],
            _seconds(recipe.started_at),
        )
        naming = [] if place.private else place.naming(replay.files)
        if naming:
            raise ReproductionError(
                f"{naming[0]} names {place.root} outright: real files would change",
                hint="a private view of the files needs Linux, and root or user namespaces",
            )
        cwd = place.inside(recipe.cwd)
        if cwd is not None:
            cwd.mkdir(parents=True, exist_ok=True)
        if place.private:
            self._show_real(place, layout, interpreter)
        return layout

    def _show_real(self, place: Place, layout: Layout, interpreter: Interpreter | None) -> None:
        """What has to be seen inside as it is: the record, Pythons, Whence, git's objects."""
        shown = [Path(sys.prefix), Path(sys.base_prefix), Path(__file__).parents[1]]
        if interpreter is not None:
            shown += [interpreter.prefix, interpreter.home]
        mounts, layout.mounts = layout.mounts, []
        place.show_borrowed(layout)
        for folder in dict.fromkeys(shown):
            place.show(layout, folder, read_only=True)
        place.show(layout, self._workspace.folder)
        layout.mounts += mounts

    def _order(
        self,
        replay: Replay,
        run: NodeId,
        place: Place,
        layout: Layout,
        interpreter: Interpreter | None,
    ) -> dict[str, Any]:
        recipe = replay.recipe
        tree = place.root if place.private else os.fspath(place.tree)
        moved = Moved(recipe.environment, interpreter, place.root, tree)
        cwd = recipe.cwd
        if not place.private:
            cwd = os.fspath(place.inside(recipe.cwd) or recipe.cwd)
        facts: dict[str, Any] = {"purpose": self._purpose}
        if replay.reseed is not None:
            facts["reseed"] = replay.reseed
        again: dict[str, Any] = {
            "run": run,
            "of": recipe.run,
            "id": run[:NAME_LENGTH],
            "facts": facts,
            "root": tree,
            "known": [[*key, artifact] for key, artifact in self._known(recipe).items()],
        }
        if replay.reseed is not None:
            again["reseed"] = replay.reseed
        said = self.folder / "orders" / f"{run}.again.json"
        said.write_text(json.dumps(again), encoding="utf-8")
        environ = variables_again(replay.variables, os.environ, moved)
        environ |= {
            VARIABLE: os.fspath(said),
            WHENCE_DIR: os.fspath(self._workspace.folder),
            "PWD": cwd,
        }
        return {
            "parent": os.getpid(),
            "private": place.private,
            "offline": self._offline,
            "mounts": as_json(layout.mounts),
            "cwd": cwd,
            "environ": environ,
            "command": command_again(replay.command, recipe.cwd, moved),
            "job": recipe.job,
            "streams": _streams(recipe, place),
            "patience": 10.0,
        }

    def _known(self, recipe: Recipe) -> Mapping[tuple[str, str], NodeId]:
        """Which artifacts the inputs are: those of the recipe, and what was made here."""
        wanted = [each.artifact for each in recipe.inputs if each.artifact is not None]
        known: dict[tuple[str, str], NodeId] = {}
        with self._workspace.reading() as reader:
            handles = [
                at for each in dict.fromkeys(wanted) if (at := reader.find(each)) is not None
            ]
            for node in reader.nodes(handles):
                if node.digest is not None:
                    known[node.name, node.digest.sha256] = node.id
        return {**self._artifacts, **known}

    # ----------------------------------------------------------------- after

    def _find(self, run: NodeId) -> int | None:
        with self._workspace.reading() as reader:
            return reader.find(run)

    def _collect(
        self, replay: Replay, run: NodeId, place: Place, ended: Ended, seconds: float
    ) -> Replayed:
        said = redact_text(ended.error)
        with self._workspace.reading() as reader:
            handle = reader.find(run)
            if handle is None:
                return Replayed(None, ended.status, {}, {}, said, seconds)
            told = describe(reader, handle)
            made = read_outputs(reader, told, place.root, run[:NAME_LENGTH])
        outputs: dict[str, str] = {}
        for each in made:
            if each.sha256 is not None and self._whereabouts.keep(
                place.real(each.path), each.sha256
            ):
                outputs[each.path] = each.sha256
        place.made(outputs)
        self._made[replay.recipe.run] = outputs
        self._remember(made)
        return Replayed(
            run,
            told["exit_status"],
            outputs,
            numbers(told["metrics"]),
            said,
            seconds,
            () if place.private else _outside(told, place),
        )

    def _remember(self, made: list[FileNeed]) -> None:
        for each in made:
            if each.sha256 is not None and each.artifact is not None:
                self._artifacts[each.name, each.sha256] = each.artifact


def stand_in(
    place: Place, layout: Layout, need: EnvironmentNeed, interpreter: Interpreter | None
) -> Interpreter | None:
    """Show another Python where the recorded one was, so that it has the same place as well.

    Only virtual environments: they hold nothing but the Python, and ours is left alone.
    """
    path = Path(need.interpreter)
    prefix = path.parent.parent
    if interpreter is None or interpreter.path == path or path.parent.name != "bin":
        return interpreter
    is_free = place.inside(os.fspath(prefix)) is not None and not prefix.exists()
    is_environment = (prefix / "pyvenv.cfg").exists()
    ours = Path(sys.prefix), Path(__file__)
    there = interpreter.path.with_name(path.name)
    if not (is_free or is_environment) or not there.exists():
        return interpreter
    if any(each.is_relative_to(prefix) for each in ours) or not prefix.is_absolute():
        return interpreter
    target = place.inside(os.fspath(prefix)) or prefix
    if target != prefix:
        target.mkdir(parents=True, exist_ok=True)
    layout.mounts.append(Mount(os.fspath(interpreter.prefix), os.fspath(target), read_only=True))
    return replace(interpreter, path=path, prefix=prefix)


def _outside(told: Mapping[str, Any], place: Place) -> tuple[str, ...]:
    """What was written that lies in no scratch folder."""
    tree = os.fspath(place.tree) + "/"
    paths = [each["path"] for each in told["generated"] if each["path"]]
    return tuple(path for path in paths if not path.startswith(tree))


def _streams(recipe: Recipe, place: Place) -> dict[str, str]:
    """The files that stood in the place of standard streams."""
    return {
        each.role: each.path if place.private else os.fspath(place.real(each.path))
        for each in (*recipe.inputs, *recipe.outputs)
        if each.role in STREAMS and not _is_elsewhere(each, place)
    }


def _is_elsewhere(need: FileNeed, place: Place) -> bool:
    """Whether it is what somebody caught outside of the workspace of a program's words."""
    return need.role in {"stdout", "stderr"} and place.inside(need.path) is None


def _seconds(moment: str) -> float | None:
    with suppress(ValueError):
        return datetime.fromisoformat(moment).timestamp()
    return None
