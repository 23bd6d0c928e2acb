"""Doing a run again, and saying what it came to: plan, replay, compare, judge, record."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from whence.errors import ReproductionError
from whence.reproduction.causes import causes_of
from whence.reproduction.comparing import compare_files
from whence.reproduction.environment import provide
from whence.reproduction.interface import (
    Comparison,
    FileNeed,
    Likeness,
    Replayed,
    Sandbox,
)
from whence.reproduction.plan import HASH_SEED, Plan, Problem, Step
from whence.reproduction.recording import known_repeats, record_verdict
from whence.reproduction.sandbox import ChildSandbox
from whence.reproduction.studio import Studio
from whence.reproduction.verdict import (
    FileVerdict,
    Verdict,
    compare_metrics,
    impossible,
    is_log,
    judge,
    missing,
)
from whence.reproduction.whereabouts import Whereabouts
from whence.workspace import Workspace

Say = Callable[[str], None]
"""Told what goes on, a line each."""


@dataclass(frozen=True, slots=True)
class Demand:
    """How far to go."""

    repeats: int = 0
    """How often to do it with other seeds, for the noise of its metrics."""
    twice: bool = False
    """Do it a second time in any case, and say whether it repeats itself."""
    keep: bool = False
    """Leave the scratch folder."""
    timeout: float | None = None
    """Seconds for each run."""
    private: bool | None = None
    offline: bool = False
    """Let programs reach no network."""


def reproduce(workspace: Workspace, plan: Plan, demand: Demand, say: Say) -> Verdict:
    """Carry out a plan and record the verdict.

    Args:
        workspace: Where the runs were recorded.
        plan: What to do.
        demand: How far to go.
        say: Told what goes on.
    """
    if plan.problems:
        target = plan.target.recipe
        evidence = {"run": target.run, "job": target.job}
        verdict = replace(impossible(plan.problems, _notes(plan)), evidence=evidence)
    else:
        with Studio(
            workspace, keep=demand.keep, private=demand.private, offline=demand.offline
        ) as studio:
            verdict = _Reproduction(workspace, plan, demand, say, studio).carry_out()
            if demand.keep:
                say(f"kept {studio.folder}")
    return record_verdict(workspace, plan, verdict)


class _Reproduction:
    def __init__(
        self, workspace: Workspace, plan: Plan, demand: Demand, say: Say, studio: Studio
    ) -> None:
        self._workspace = workspace
        self._plan = plan
        self._demand = demand
        self._say = say
        self._studio = studio
        self._whereabouts = Whereabouts(workspace)
        self._compared = studio.folder / "compared"
        self._runs: list[str] = []
        self._outside: list[str] = []

    def carry_out(self) -> Verdict:
        try:
            self._fetch(self._plan.steps)
            verdict = self._do()
        except ReproductionError as error:
            hint = error.hint or "`whence reproduce --plan` shows what it takes"
            verdict = impossible([Problem(error.message, hint)], _notes(self._plan))
        target = self._plan.target
        evidence = {
            "run": target.recipe.run,
            "job": target.recipe.job,
            "replays": self._runs,
            "environment": _environment_word(target),
            "private": target.view.private,
            **verdict.evidence,
        }
        notes = [each for each in _notes(self._plan) if each != HASH_SEED or not verdict.is_good]
        if self._outside:
            notes.append(f"it wrote real files, since it had no private view: {self._outside[0]}")
        return replace(verdict, notes=tuple(notes), evidence=evidence)

    def _do(self) -> Verdict:
        steps, target = self._plan.steps, self._plan.target
        replayed, files = self._replay_all(steps, None)
        last = replayed[-1]
        causes: list[str] = []
        if len(replayed) < len(steps):
            failed = steps[len(replayed) - 1]
            return judge((failed.recipe.exit_status, last), files, (), causes=causes)
        recorded = dict(target.recipe.metrics)
        metrics = compare_metrics(recorded, last.metrics, {})
        verdict = judge((target.recipe.exit_status, last), files, metrics)
        if verdict.is_good and not self._demand.twice and not self._demand.repeats:
            return verdict
        again = self._again(files) if self._demand.twice or not verdict.is_good else None
        if not verdict.is_good or self._demand.repeats:
            recorded, measured = self._with_evaluations(recorded, last)
            repeats = self._repeats(recorded)
            metrics = compare_metrics(recorded, measured, repeats)
            causes = causes_of(self._workspace, target, last, again)
            verdict = judge(
                (target.recipe.exit_status, last),
                files,
                metrics,
                repeats_itself=again,
                causes=causes,
            )
            known = {name: list(values) for name, values in repeats.items()}
            return replace(verdict, evidence={"repeats": known} if known else {})
        return replace(verdict, repeats_itself=again)

    # ------------------------------------------------------------------- doing

    def _fetch(self, steps: Iterable[Step]) -> None:
        """Bring what a source has among the kept objects."""
        for number, each in enumerate(found for step in steps for found in step.files):
            if each.offer is None:
                continue
            self._say(f"fetching {each.need.name} from {each.offer.where}")
            place = self._studio.folder / f"fetched-{number}"
            each.offer.fetch(place)
            if not self._whereabouts.keep(place, each.offer.sha256):
                raise ReproductionError(f"{each.need.name} was fetched and could not be kept")
            place.unlink()

    def _perform(self, step: Step, reseed: int | None = None) -> Replayed:
        seeds = "" if reseed is None else f", seeds moved ({reseed})"
        self._say(f"running {step.recipe.job}: {' '.join(step.recipe.command)}{seeds}")
        replayed = self._studio.perform(step.replay(reseed), timeout=self._demand.timeout)
        if replayed.run is not None:
            self._runs.append(replayed.run)
        self._outside += [each for each in replayed.outside if each not in self._outside]
        return replayed

    def _replay_all(
        self, steps: Sequence[Step], reseed: int | None
    ) -> tuple[list[Replayed], list[FileVerdict]]:
        """Each step and the comparison of what it left; ends with the first that ends otherwise."""
        replayed: list[Replayed] = []
        files: list[FileVerdict] = []
        for step in steps:
            done = self._perform(step, reseed)
            replayed.append(done)
            if reseed is None:
                files += self._compare(step, done.outputs)
            if done.exit_status != step.recipe.exit_status:
                break
        return replayed, files

    def _again(self, files: Sequence[FileVerdict]) -> bool:
        """Whether a second replay makes the same of everything as the first."""
        self._say("doing it a second time, to see whether it repeats itself")
        steps = self._plan.steps
        first = {each.name: each.again for each in files}
        for step in steps:
            done = self._perform(step)
            names = {each.path: each.name for each in step.recipe.outputs}
            for need in step.recipe.outputs:
                before, now = first.get(names[need.path]), done.outputs.get(need.path)
                if is_log(need) or before == now:
                    continue
                if before is None or now is None:
                    return False
                likeness = self._compare_two(need, before, now, None, ()).likeness
                if likeness not in {Likeness.BYTES, Likeness.CANONICAL, Likeness.ROWS}:
                    return False
        return True

    def _with_evaluations(
        self, recorded: dict[str, float], last: Replayed
    ) -> tuple[dict[str, float], dict[str, float]]:
        """The run's own metrics; where it has none, those of later runs that measured its model."""
        measured = dict(last.metrics)
        if recorded or not self._plan.evaluations:
            return recorded, measured
        for step in self._plan.evaluations:
            if step.problems:
                continue
            with suppress(ReproductionError):
                self._fetch([step])
                done = self._perform(step)
                for name, value in step.recipe.metrics.items():
                    recorded.setdefault(name, value)
                    if name in done.metrics:
                        measured.setdefault(name, done.metrics[name])
        return recorded, measured

    def _repeats(self, recorded: Mapping[str, float]) -> dict[str, list[float]]:
        """What each metric came to with other seeds, earlier and now: as often as asked in all."""
        found = known_repeats(self._workspace, self._plan.target.recipe.run)
        own = self._plan.target.recipe.metrics
        known = max(map(len, found.values()), default=0)
        for number in range(known + 1, self._demand.repeats + 1):
            done, _ = self._replay_all(self._plan.steps, number)
            values = dict(done[-1].metrics)
            if not own:
                for step in self._plan.evaluations:
                    if not step.problems:
                        values |= self._perform(step).metrics
            for name in recorded:
                if name in values:
                    found.setdefault(name, []).append(values[name])
        return found

    # --------------------------------------------------------------- comparing

    def _compare(self, step: Step, outputs: Mapping[str, str]) -> list[FileVerdict]:
        found = []
        evaluation: list[Path] = []
        sandbox: Sandbox | None = None
        if any(each.sha256 != outputs.get(each.path) for each in step.recipe.outputs):
            sandbox, evaluation = self._sandbox(step), self._evaluation(step)
        for need in step.recipe.outputs:
            again = outputs.get(need.path)
            if again is None and is_log(need):
                continue
            if again is None:
                found.append(missing(need, step.recipe.job))
                continue
            if need.sha256 is None:
                comparison = Comparison(
                    Likeness.UNREAD, "bytes", "which bytes it held is not recorded"
                )
            else:
                comparison = self._compare_two(need, need.sha256, again, sandbox, evaluation)
            found.append(
                FileVerdict(
                    need.name,
                    need.role,
                    need.sha256,
                    again,
                    comparison,
                    step.recipe.job,
                    is_log(need),
                )
            )
        return found

    def _compare_two(
        self,
        need: FileNeed,
        recorded: str,
        again: str,
        sandbox: Sandbox | None,
        evaluation: Sequence[Path],
    ) -> Comparison:
        if recorded == again:
            return Comparison(Likeness.BYTES, "bytes")
        name = os.path.basename(need.path)  # noqa: PTH119
        places = [
            self._place(each, [need.path], f"{recorded[:16]}-{again[:16]}/{number}-{name}")
            for number, each in enumerate((recorded, again))
        ]
        one, other = places
        if one is None or other is None:
            return Comparison(
                Likeness.UNREAD, "bytes", "the bytes differ, and the recorded ones are not kept"
            )
        return compare_files(one, other, name=need.name, sandbox=sandbox, evaluation=evaluation)

    def _place(self, sha256: str, places: Sequence[str], name: str) -> Path | None:
        """A file with a content; ``None`` where it cannot be had, or is damaged."""
        source = self._whereabouts.find(sha256, places)
        if source is None or source.path is not None:
            return None if source is None else source.path
        target = self._compared / name
        with suppress(ReproductionError):
            if not target.exists():
                self._whereabouts.put(source, target)
            return target
        other = self._whereabouts.find_on_disk(sha256, places)
        return None if other is None else other.path

    def _sandbox(self, step: Step) -> Sandbox | None:
        """Where models of a step can be loaded: its own Python, with its own modules to find."""
        interpreter = provide(step.environment, step.recipe.variables)
        if interpreter is None:
            return None
        recipe = step.recipe
        code = [each for each in recipe.code if each.path.endswith(".py")]
        words = {os.path.join(recipe.cwd, word) for word in recipe.command}  # noqa: PTH118
        main = next((each.path for each in code if each.path in words), None)
        folders = [recipe.cwd, *recipe.variables.get("PYTHONPATH", "").split(os.pathsep)]
        if main is not None:
            folders.insert(0, os.path.dirname(main))  # noqa: PTH120
        places = [self._studio.real(recipe, each) for each in dict.fromkeys(folders) if each]
        return ChildSandbox(
            interpreter.path,
            code=[each for each in places if each.is_dir()],
            main=None if main is None else self._studio.real(recipe, main),
        )

    def _evaluation(self, step: Step) -> list[Path]:
        """Tables on which what the step made was measured: by later runs, else by itself."""
        runs = [each.recipe for each in self._plan.evaluations] or [step.recipe]
        made = {each.path for each in step.recipe.outputs}
        found = []
        for recipe in runs:
            for need in recipe.inputs:
                if need.path in made or need.sha256 is None or not _is_table(need.name):
                    continue
                name = f"evaluation/{need.sha256[:16]}/{os.path.basename(need.path)}"  # noqa: PTH119
                place = self._place(need.sha256, [need.path], name)
                if place is not None and place not in found:
                    found.append(place)
        return found[:3]


def _is_table(name: str) -> bool:
    return name.rsplit(".", 1)[-1].lower() in {
        "csv", "tsv", "parquet", "feather", "arrow", "npy", "npz", "jsonl",
    }  # fmt: skip


def _environment_word(step: Step) -> str:
    if step.python.how == "none":
        return "none"
    if step.circumstances.mode != "recorded":
        return "current"
    return "recorded" if step.python.how == "recorded" else "rebuilt"


def _notes(plan: Plan) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each for step in plan.steps for each in step.notes))
