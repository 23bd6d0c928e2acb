"""Which run of the one pipeline answers to which of the other, up to the one that measured."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from whence.errors import NotFoundError, ReproductionError, UsageError
from whence.query.account import account_for
from whence.query.diff.align import StepPair, align
from whence.query.diff.side import read_side
from whence.query.parts import parts_of
from whence.reproduction.interface import FileNeed, Recipe
from whence.reproduction.recipe import read_recipe
from whence.store.interface import GraphReader

_HASH_SEED = "PYTHONHASHSEED"
_NAMED = 20


@dataclass(frozen=True, slots=True)
class Stage:
    """A run of either pipeline, or of one."""

    a: Recipe | None
    b: Recipe | None
    draws: bool = True
    """Whether it may use randomness, so that another seed may give another result."""

    @property
    def job(self) -> str:
        """How it is called."""
        recipe = self.b or self.a
        assert recipe is not None
        return recipe.job

    @property
    def sides(self) -> tuple[Recipe | None, Recipe | None]:
        """Both."""
        return self.a, self.b


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Two pipelines laid beside each other, oldest stage first; the last measures."""

    stages: tuple[Stage, ...]
    metric: str
    """As the last stage tells it."""

    @property
    def recorded(self) -> tuple[float, float]:
        """The metric as it was recorded of A and of B."""
        last = self.stages[-1]
        assert last.a is not None
        assert last.b is not None
        return last.a.metrics[self.metric], last.b.metrics[self.metric]


def read_pipeline(reader: GraphReader, a: int, b: int, metric: str) -> Pipeline:
    """The two pipelines behind two things, as far as a metric needs them.

    Args:
        reader: The record.
        a: A run, a file, a version of a model.
        b: Another.
        metric: A name, or the last part of one.

    Raises:
        UsageError: both are the same, or the metric is of neither, or of one alone.
        ReproductionError: a run cannot be done again at all.
    """
    if a == b:
        raise UsageError("A and B are the same: there is no change to explain")
    alignment = align(read_side(reader, a), read_side(reader, b))
    stages = list(_stages(reader, alignment.steps))
    later = list(_stages(reader, alignment.evaluations))
    at, name = _measuring([*stages, *later], metric)
    measuring = [*stages, *later][at]
    before = stages if measuring in later else stages[:at]
    for side in measuring.sides:
        if side is not None and side.state != "completed":
            raise ReproductionError(
                f"run {side.run[:8]} ({side.job}), which measured {name}, did not complete: "
                f"{side.state}",
                hint="`whence show` tells how it ended; a run that fails explains nothing",
            )
    needed = (*_needed(before, measuring), measuring)
    if not any(each.draws for each in needed):
        # Nothing drew numbers that anybody saw. Then nothing would be run anew with another seed,
        # and what is not recorded, such as the time of day, would pass for a cause.
        needed = tuple(replace(each, draws=True) for each in needed)
    return Pipeline(needed, name)


def metrics_of(stages: Iterable[Stage]) -> tuple[dict[str, int], dict[str, int]]:
    """Metric → the last stage that tells it on both sides; and on one side alone."""
    both: dict[str, int] = {}
    alone: dict[str, int] = {}
    for at, stage in enumerate(stages):
        a, b = (frozenset() if side is None else side.metrics.keys() for side in stage.sides)
        both |= dict.fromkeys(a & b, at)
        alone |= dict.fromkeys(a ^ b, at)
    return both, {name: at for name, at in alone.items() if name not in both}


def flows(stages: Sequence[Stage], at: int, side: int, need: FileNeed) -> bool:
    """Whether an earlier stage made what a stage of one side read."""
    return any(
        made.name == need.name and made.sha256 == need.sha256
        for stage in stages[:at]
        if (recipe := stage.sides[side]) is not None
        for made in recipe.outputs
    )


def _measuring(stages: Sequence[Stage], metric: str) -> tuple[int, str]:
    both, alone = metrics_of(stages)
    if metric in both:
        return both[metric], metric
    ends = [name for name in both if name.endswith((f".{metric}", f"/{metric}", f"_{metric}"))]
    if len(ends) == 1:
        return both[ends[0]], ends[0]
    if not both and not alone:
        raise NotFoundError(
            "no metric is recorded of A or B",
            hint="write one to a JSON file, log it to a tracker, or `run.metric(…)` it",
        )
    known = ", ".join(sorted(ends or both)[:_NAMED]) or "none"
    if metric in alone:
        raise NotFoundError(
            f"only one of A and B was measured by {metric!r}",
            hint=f"both have: {known}"
            if both
            else "name two runs of one recipe, two versions of one model, or what they made",
        )
    what = f"{metric!r} may be several metrics" if ends else f"there is no metric {metric!r}"
    raise NotFoundError(f"{what} of A and B", hint=f"both have: {known}")


def _stages(reader: GraphReader, pairs: Iterable[StepPair]) -> Iterator[Stage]:
    """Each command once; of a part, the whole command that it was a part of."""
    met: tuple[set[str], set[str]] = (set(), set())
    for pair in pairs:
        a, b = (
            None if step is None else read_recipe(reader, step.handle) for step in (pair.a, pair.b)
        )
        a = None if a is None or a.run in met[0] else a
        b = None if b is None or b.run in met[1] else b
        for side, recipe in enumerate((a, b)):
            if recipe is not None:
                met[side].add(recipe.run)
        if a or b:
            draws = any(_draws(reader, each) for each in (a, b) if each is not None)
            yield Stage(a, b, draws)


def _draws(reader: GraphReader, recipe: Recipe) -> bool:
    """Whether a run drew numbers, or is a program of which nobody can say."""
    if recipe.seeds.keys() - {_HASH_SEED} or not recipe.environment.interpreter:
        return True
    handle = reader.find(recipe.run)
    assert handle is not None, "the recipe was read from it"
    runs = [handle, *parts_of(reader, [handle]).get(handle, ())]
    return any(
        gap.get("kind") == "unseeded" for run in runs for gap in account_for(reader, run).gaps()
    )


def _needed(stages: Sequence[Stage], measuring: Stage) -> list[Stage]:
    """The stages without which there is no metric."""
    kept = [measuring]
    wanted = [_read(measuring, side) for side in (0, 1)]
    for stage in reversed(stages):
        made = [_made(stage, side) for side in (0, 1)]
        if any(made[side] & wanted[side] for side in (0, 1)):
            kept.append(stage)
            for side in (0, 1):
                wanted[side] |= _read(stage, side)
    return kept[:0:-1]


def _read(stage: Stage, side: int) -> set[tuple[str, str | None]]:
    recipe = stage.sides[side]
    return set() if recipe is None else {(each.name, each.sha256) for each in recipe.inputs}


def _made(stage: Stage, side: int) -> set[tuple[str, str | None]]:
    recipe = stage.sides[side]
    return set() if recipe is None else {(each.name, each.sha256) for each in recipe.outputs}


def by_name(needs: Iterable[FileNeed]) -> Mapping[str, FileNeed]:
    """The first need of each name."""
    found: dict[str, FileNeed] = {}
    for each in needs:
        found.setdefault(each.name, each)
    return found
