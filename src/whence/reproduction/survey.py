"""Asks the record and the disk what there is for doing a run again; ``plan`` says what it means."""

import hashlib
import os
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

from whence.errors import StoreError
from whence.homecoming.texts import TextShelf
from whence.model.identity import NodeId
from whence.query.account import account_for
from whence.query.diff.side import read_side
from whence.query.parts import wholes
from whence.reproduction.checkout import find_repository
from whence.reproduction.environment import Plan as Python
from whence.reproduction.environment import current, plan_environment
from whence.reproduction.installed import edited_files
from whence.reproduction.interface import FileNeed, Recipe
from whence.reproduction.namespace import refusal
from whence.reproduction.plan import Circumstances, Found, Plan, Step, View, Where, judge_step
from whence.reproduction.recipe import read_recipe, run_behind
from whence.reproduction.sources import Content, find_content
from whence.reproduction.starting import Moved, variables_again
from whence.reproduction.whereabouts import Whereabouts
from whence.store.interface import Reader
from whence.workspace import Workspace

_LARGEST_SOURCE = 1 << 20
_MOST_STEPS = 200
_NOTEBOOKS = ("ipykernel_launcher", "ipykernel")


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asked for."""

    env: str = "recorded"
    """``recorded``, ``current``, or the path of a Python."""
    upstream: bool = False
    """Do runs again whose outputs are needed and not at hand."""
    resolve: bool = True
    """Ask the package index where an environment has to be built."""
    offline: bool = False
    """Let programs reach no network."""
    private: bool | None = None
    """Whether programs get a private view; ``None``: where it can be had."""


def draw_up(workspace: Workspace, reader: Reader, handle: int, wish: Wish) -> Plan:
    """The plan for doing again what a REF stands for.

    Raises:
        ReproductionError: nobody knows what was started.
        UsageError: it cannot be done at all: a person, a job without runs.
    """
    surveyor = _Surveyor(workspace, reader, wish)
    run = run_behind(reader, handle)
    whole = wholes(reader, [handle]).get(handle)
    part = "" if whole is None else reader.nodes([handle])[0].id
    surveyor.add(run, part)
    side = read_side(reader, run)
    evaluations = [each.account.handle for each in side.evaluations]
    steps = tuple(surveyor.steps.values())
    return Plan(
        steps=steps,
        evaluations=tuple(surveyor.step_of(each, made=steps[-1]) for each in evaluations),
        asked=reader.nodes([handle])[0].id,
    )


class _Surveyor:
    def __init__(self, workspace: Workspace, reader: Reader, wish: Wish) -> None:
        self._workspace = workspace
        self._reader = reader
        self._wish = wish
        self._whereabouts = Whereabouts(workspace, reader)
        self._texts = TextShelf(workspace.folder / "texts")
        why = refusal() if wish.private is not False else "it was not wanted"
        self._refusal = why or ""
        self._edited: dict[tuple[tuple[str, ...], tuple[str, ...]], list[str]] = {}
        self.steps: dict[NodeId, Step] = {}
        """Oldest first."""

    def add(self, run: int, part: str = "") -> None:
        """A run, after those upstream whose outputs are not at hand."""
        recipe = read_recipe(self._reader, run)
        if recipe.run in self.steps or len(self.steps) >= _MOST_STEPS:
            return
        step = self._step(recipe, run, part)
        if self._wish.upstream:
            lost = [each.need for each in step.files if each.where is Where.MISSING]
            for maker in dict.fromkeys(each.made_by for each in lost if each.made_by):
                above = self._reader.find(maker)
                if above is not None and maker != recipe.run:
                    self.add(run_behind(self._reader, above))
            step = self._with_made(step)
        self.steps[recipe.run] = judge_step(step)

    def step_of(self, run: int, *, made: Step) -> Step:
        """A later run, which finds what an earlier one makes."""
        step = self._step(read_recipe(self._reader, run), run, "")
        outputs = {each.path for each in made.recipe.outputs}
        return judge_step(_replace_files(step, outputs, made.recipe.run))

    def _with_made(self, step: Step) -> Step:
        outputs = {each.path for above in self.steps.values() for each in above.recipe.outputs}
        missing = {each.need.path for each in step.files if each.where is Where.MISSING}
        return _replace_files(step, outputs & missing, None)

    def _step(self, recipe: Recipe, run: int, part: str) -> Step:
        repository = None
        if recipe.commit is not None:
            repository = find_repository(self._workspace.root, recipe.commit)
        files = tuple(self._find(each) for each in (*recipe.inputs, *recipe.code))
        private = not self._refusal and recipe.root != "/" and os.path.isdir(recipe.root)  # noqa: PTH112
        why = self._refusal or f"nothing can stand in the place of {recipe.root}"
        view = View(private, "" if private else why)
        need, python = recipe.environment, self._python(recipe)
        if self._wish.env != "recorded" and python.interpreter is not None:
            need = python.interpreter.as_need()
        naming = () if private else self._naming(recipe)
        around = Circumstances(
            has_commit=repository is not None,
            program=self._program(recipe, python),
            naming_root=naming,
            is_notebook=any(word in _NOTEBOOKS for word in recipe.command),
            asked_part=part,
            unseen=self._unseen(run),
            offline=self._wish.offline,
            mode="recorded" if self._wish.env == "recorded" else "current",
        )
        return Step(recipe, need, python, files, view, around)

    # ------------------------------------------------------------------- files

    def _find(self, need: FileNeed) -> Found:
        if need.sha256 is None:
            if Path(need.path).is_file():
                return self._as_it_is(need)
            return Found(need, Where.MISSING, "its content is not known, and it is not there")
        source = self._whereabouts.find(need.sha256, [need.path])
        if source is not None:
            if source.path is None:
                return Found(need, Where.KEPT)
            here = os.fspath(source.path) == need.path
            return Found(need, Where.HERE if here else Where.ELSEWHERE, os.fspath(source.path))
        text = self._from_text(need.sha256)
        if text is not None:
            return Found(need, Where.TEXT, content=text)
        offer = find_content(self._workspace, need, self._reader)
        if isinstance(offer, Content):
            return Found(need, Where.OFFERED, offer.where, offer=offer)
        return Found(need, Where.MISSING, offer.told)

    def _as_it_is(self, need: FileNeed) -> Found:
        """A file of which only the name is known."""
        now = self._whereabouts.digest(need.path)
        if now is None:
            return Found(need, Where.MISSING, "its content is not known, and it cannot be read")
        return Found(need, Where.UNCHECKED, need.path, now=now)

    def _from_text(self, sha256: str) -> bytes | None:
        """A kept text counts where it is the file itself: no secret stood in it."""
        try:
            text = self._texts.get(sha256)
        except StoreError:
            return None
        data = None if text is None else text.encode()
        return data if data is not None and _is(data, sha256) else None

    def _naming(self, recipe: Recipe) -> tuple[str, ...]:
        """Source files that name the workspace by its absolute path."""
        wanted = os.fsencode(recipe.root.rstrip("/") + "/")
        named = []
        for each in recipe.code:
            data = None if each.sha256 is None else self._source(each.sha256, each.path)
            if data is not None and wanted in data:
                named.append(each.name)
        return tuple(named)

    def _source(self, sha256: str, path: str) -> bytes | None:
        found = self._whereabouts.find(sha256, [path])
        try:
            if found is not None and found.path is None:
                return self._workspace.objects.read(sha256, _LARGEST_SOURCE)
            if found is not None and found.path is not None:
                with found.path.open("rb") as file:
                    return file.read(_LARGEST_SOURCE)
        except (OSError, StoreError):
            return None
        return self._from_text(sha256)

    # --------------------------------------------------------------- around them

    def _python(self, recipe: Recipe) -> Python:
        if self._wish.env == "recorded" or not recipe.environment.version:
            plan = plan_environment(
                recipe.environment, recipe.variables, resolve=self._wish.resolve
            )
            return self._with_edits(plan, recipe)
        path = "" if self._wish.env == "current" else self._wish.env
        return Python("current", current(recipe.variables, path))

    def _with_edits(self, plan: Python, recipe: Recipe) -> Python:
        """Whether somebody edited a package that the run imported, in the Python that is taken."""
        if plan.interpreter is None:
            return plan
        key = (plan.interpreter.folders, recipe.imports)
        if key not in self._edited:
            self._edited[key] = edited_files(*key)
        edited = self._edited[key]
        if not edited:
            return plan
        more = f" and {len(edited) - 3} more files" if len(edited) > 3 else ""
        note = f"edited since it was installed: {', '.join(edited[:3])}{more}"
        return replace(plan, notes=(*plan.notes, note))

    def _program(self, recipe: Recipe, python: Python) -> str | None:
        """Where the command's program is now; empty where it comes with what is yet to be made."""
        word = recipe.command[0]
        folder = os.path.dirname(recipe.environment.interpreter)  # noqa: PTH120
        called = os.path.join(recipe.cwd, word) if "/" in word else word  # noqa: PTH118
        if recipe.environment.version and (
            called == recipe.environment.interpreter or os.path.dirname(called) == folder  # noqa: PTH120
        ):
            return ""
        if "/" in word:
            made = {each.path for each in (*recipe.code, *recipe.inputs)}
            return called if called in made or os.access(called, os.X_OK) else None
        moved = Moved(recipe.environment, python.interpreter, recipe.root, recipe.root)
        path = variables_again(recipe.variables, os.environ, moved).get("PATH", os.defpath)
        found = shutil.which(word, path=path)
        return found or ("" if python.how == "build" else None)

    def _unseen(self, run: int) -> str:
        observers = account_for(self._reader, run).said("observers").get("observers", ())
        watching = [each for each in observers if each.get("role") == "files"]
        if any(each.get("active") and each.get("name") != "none" for each in watching):
            return ""
        return "no observer of files" if watching else ""


def _replace_files(step: Step, made: set[str], maker: NodeId | None) -> Step:
    """The step with files that an earlier one of the plan makes."""
    detail = "" if maker is None else maker
    return replace(
        step,
        files=tuple(
            Found(each.need, Where.MADE, detail or (each.need.made_by or ""))
            if each.need.path in made
            else each
            for each in step.files
        ),
    )


def _is(data: bytes, sha256: str) -> bool:
    return hashlib.sha256(data).hexdigest() == sha256
