"""What doing a run again will take, decided before anything is done.

Pure: ``survey`` asks the disk, and this says what the answers mean. A plan with problems is not
carried out.
"""

from dataclasses import dataclass, replace
from enum import Enum

from whence.model.identity import NodeId
from whence.reproduction.environment import Plan as Python
from whence.reproduction.interface import EnvironmentNeed, FileNeed, Recipe, Replay
from whence.reproduction.sources import Content
from whence.reproduction.starting import REDACTED

HASH_SEED = "its hash seed is unknown: what depends on the order of a set may differ"


class Where(Enum):
    """Where a content comes from."""

    KEPT = "kept"
    """Among the objects of the workspace."""
    HERE = "in its place"
    """On disk where the run met it, with the recorded bytes."""
    ELSEWHERE = "in another place"
    TEXT = "from the kept source"
    OFFERED = "from"
    """From a repository, a cache or an address that the record knows; see ``sources``."""
    MADE = "made again"
    """By an upstream run of the same plan."""
    UNCHECKED = "as it is now"
    """Which bytes it held then is not known."""
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Found:
    """A file that the run met, and where its content comes from now."""

    need: FileNeed
    where: Where
    detail: str = ""
    """A path, an address, or why it is missing."""
    content: bytes | None = None
    """Where it is at hand in no file."""
    offer: Content | None = None
    """What makes a file of it, where a source has it."""
    now: str | None = None
    """What it holds now, where that is taken for want of knowing what it held."""


@dataclass(frozen=True, slots=True)
class View:
    """How the program will see files."""

    private: bool
    """Whether the scratch folder will stand in the place of the workspace itself."""
    refusal: str = ""
    """Why not."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a run cannot be done again, and what to try."""

    what: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the disk and the record say beside the files."""

    has_commit: bool = False
    program: str | None = ""
    """Where the command's program is; ``None`` where there is none, empty where nobody asked."""
    naming_root: tuple[str, ...] = ()
    """Source files that name the workspace by its absolute path."""
    is_notebook: bool = False
    asked_part: str = ""
    """The id of the part that somebody asked for, of which this is the whole."""
    unseen: str = ""
    """Why nobody saw which files the run met; empty where somebody did."""
    offline: bool = False
    """Whether it will reach no network."""
    mode: str = "recorded"
    """In which environment: ``recorded`` or ``current``."""


@dataclass(frozen=True, slots=True)
class Step:
    """One run of a plan."""

    recipe: Recipe
    environment: EnvironmentNeed
    python: Python
    files: tuple[Found, ...]
    view: View
    circumstances: Circumstances
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()

    def replay(self, reseed: int | None = None) -> Replay:
        """What a studio does."""
        files: dict[str, str | bytes] = {}
        for each in self.files:
            if each.where in {Where.MADE, Where.MISSING}:
                continue
            if each.content is not None:
                files[each.need.path] = each.content
            elif (sha256 := each.now or each.need.sha256) is not None:
                files[each.need.path] = sha256
        return Replay(
            recipe=self.recipe,
            command=self.recipe.command,
            files=files,
            variables=self.recipe.variables,
            environment=self.environment,
            reseed=reseed,
        )


@dataclass(frozen=True, slots=True)
class Plan:
    """A run with all that has to be done before it, oldest first."""

    steps: tuple[Step, ...]
    evaluations: tuple[Step, ...] = ()
    """Later runs that measured what it made; done where its own files do not decide."""
    asked: NodeId | None = None
    """What somebody asked for: the run, a file, a version."""

    @property
    def target(self) -> Step:
        """The run that was asked for."""
        return self.steps[-1]

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything that stands in the way; none where it can be done."""
        return tuple(dict.fromkeys(each for step in self.steps for each in step.problems))


def judge_step(step: Step) -> Step:
    """The same step with what its facts mean."""
    problems: list[Problem] = []
    notes: list[str] = []
    _judge_command(step, problems, notes)
    _judge_python(step, problems, notes)
    _judge_files(step, problems, notes)
    _judge_view(step, problems, notes)
    return replace(step, problems=tuple(problems), notes=tuple(notes))


def _judge_command(step: Step, problems: list[Problem], notes: list[str]) -> None:
    recipe, around = step.recipe, step.circumstances
    if around.is_notebook:
        problems.append(
            Problem(
                "it was a live notebook, whose cells somebody executed by hand",
                "run it from top to bottom with `whence run -- jupyter nbconvert --execute …`",
            )
        )
    hidden = [word for word in recipe.command if REDACTED in word]
    if hidden:
        problems.append(
            Problem(f"its command had a secret that is not recorded: {hidden[0]}", "run it by hand")
        )
    if around.program is None:
        problems.append(
            Problem(f"there is no program {recipe.command[0]!r} any more", "install it")
        )
    lost = [name for name, value in recipe.variables.items() if REDACTED in value]
    if lost:
        notes.append(f"{', '.join(lost)} held a secret: what it holds now is taken")
    if around.asked_part:
        notes.append(f"{around.asked_part[:8]} is a part of this command, which is done whole")
    if recipe.state != "completed":
        ended = "" if recipe.exit_status is None else f" with exit status {recipe.exit_status}"
        notes.append(f"it had {recipe.state}{ended} when it was recorded")
    if around.unseen:
        notes.append(f"nobody saw which files it met ({around.unseen}): it may lack some")
    if not recipe.outputs and not recipe.metrics:
        notes.append("it left no file and no metric: only how it ends can be compared")


def _judge_python(step: Step, problems: list[Problem], notes: list[str]) -> None:
    python, variables = step.python, step.recipe.variables
    if python.how == "missing":
        problems.append(Problem(python.problem, python.hint))
    notes += python.notes
    if step.circumstances.mode != "recorded" and python.interpreter is not None:
        notes.append(f"done in the environment of now: {python.interpreter.path}")
    if step.environment.version and variables.get("PYTHONHASHSEED", "random") == "random":
        notes.append(HASH_SEED)


def _judge_files(step: Step, problems: list[Problem], notes: list[str]) -> None:
    missing = [each for each in step.files if each.where is Where.MISSING]
    for each in missing[:10]:
        kind = "source file" if each.need.role == "code" else each.need.role
        text = f"its {kind} {each.need.name} is not to be had: {each.detail}"
        hint = "put it back; `whence config data.keep all` keeps such files from now on"
        if each.need.made_by is not None:
            hint = f"--upstream does run {each.need.made_by[:8]} again, which made it"
        problems.append(Problem(text, hint))
    if len(missing) > 10:
        problems.append(Problem(f"{len(missing) - 10} more files are not to be had"))
    unchecked = [each.need.name for each in step.files if each.where is Where.UNCHECKED]
    if unchecked:
        notes.append(f"what {_few(unchecked)} held then is not known; it is taken as it is now")
    if step.recipe.writes and not step.circumstances.offline:
        problems.append(
            Problem(
                f"it would write {_few(step.recipe.writes)} again, over what is there now",
                "--offline lets it reach no network",
            )
        )
    if step.recipe.trackers and not step.circumstances.offline:
        notes.append(f"{_few(step.recipe.trackers)} may get a run of it again")
    if step.recipe.remote:
        notes.append(f"it reads {_few(step.recipe.remote)} again, whatever is there now")
    if step.recipe.commit and not step.circumstances.has_commit:
        notes.append(
            f"commit {step.recipe.commit[:12]} is not in the repository: only files that it was "
            "seen to use are there"
        )


def _judge_view(step: Step, problems: list[Problem], notes: list[str]) -> None:
    if step.view.private:
        return
    recipe = step.recipe
    root = recipe.root.rstrip("/") + "/"
    outside = [
        each.path
        for each in recipe.outputs
        if not each.path.startswith(root) and each.role not in {"stdout", "stderr"}
    ]
    why = f"and here nothing can be put in their place: {step.view.refusal}"
    hint = "do it where mounts or user namespaces are permitted"
    if outside:
        problems.append(Problem(f"it would write {_few(outside)}, {why}", hint))
    elif step.circumstances.naming_root:
        files = _few(step.circumstances.naming_root)
        problems.append(
            Problem(f"{files} names {recipe.root} outright: real files would change, {why}", hint)
        )
    else:
        notes.append(
            f"absolute paths lead to the real files ({step.view.refusal}); relative ones do not"
        )


def _few(names: tuple[str, ...] | list[str]) -> str:
    told = ", ".join(names[:3])
    return f"{told} and {len(names) - 3} more" if len(names) > 3 else told
