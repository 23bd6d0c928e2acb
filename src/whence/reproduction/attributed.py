"""What ``whence attribute`` does: plan, run mixtures, keep the answer with B."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from whence import __version__
from whence.errors import ReproductionError
from whence.model.edge import Basis
from whence.model.facet import Facet
from whence.model.identity import NodeId, new_id
from whence.model.node import NodeKind
from whence.model.record import Record
from whence.reproduction.attribution.attribute import Plan, attribute
from whence.reproduction.attribution.telling import Asked, finding_json
from whence.reproduction.attribution.trials import Budget
from whence.reproduction.environment import provide
from whence.reproduction.mixing.bench import Bench, Mixed, contents_of
from whence.reproduction.mixing.factors import Mixing
from whence.reproduction.mixing.shelf import StageShelf
from whence.reproduction.mixing.stages import Pipeline, flows, read_pipeline
from whence.reproduction.studio import Studio
from whence.reproduction.whereabouts import Whereabouts
from whence.store.interface import Reader
from whence.workspace import Workspace

SHELF = "stages"
"""The folder in ``.whence`` that knows which stages were run with what."""
FACET = "attribution"
_NAMED = 5


@dataclass(frozen=True, slots=True)
class Side:
    """A or B, as the user named it."""

    ref: str
    handle: int


@dataclass(frozen=True, slots=True)
class Order:
    """What the user asked for."""

    a: Side
    b: Side
    metric: str
    plan: Plan = field(default_factory=Plan)
    budget: Budget | None = None
    jobs: int = 1
    timeout: float | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """A question of which everything is at hand."""

    order: Order
    workspace: Workspace
    mixing: Mixing
    sides: tuple[dict[str, Any], dict[str, Any]]

    def answer(self, tell: Callable[[int], None] = lambda _: None) -> dict[str, Any]:
        """Run what it takes, and keep the answer with B.

        Args:
            tell: Is told after each batch how many trials were run.

        Raises:
            ReproductionError: A or B itself cannot be run again.
        """
        finding = attribute(
            bench_for(self.workspace, self.order, self.mixing),
            [each.factor() for each in self.mixing.differences],
            plan=self.order.plan,
            budget=self.order.budget,
            tell=tell,
        )
        pipeline = self.mixing.pipeline
        details = {
            each.key: {"layer": each.layer, "steps": list(each.jobs), **each.detail}
            for each in self.mixing.differences
        }
        asked = Asked(
            *self.sides, pipeline.metric, pipeline.stages[-1].job, details, self.mixing.notes
        )
        told = finding_json(asked, finding)
        keep(self.workspace, NodeId(told["b"]["id"]), told)
        return told


def bench_for(workspace: Workspace, order: Order, mixed: Mixed) -> Bench:
    """Where mixtures are run as the user asked for it."""
    whereabouts = Whereabouts(workspace)
    return Bench(
        mixed,
        lambda: Studio(workspace, purpose=FACET),
        lambda sha256: whereabouts.find(sha256) is not None,
        StageShelf(workspace.folder / SHELF),
        width=order.jobs,
        timeout=order.timeout,
    )


def prepare(workspace: Workspace, order: Order) -> Prepared:
    """Find what differs, and whether all of it is at hand.

    Raises:
        UsageError: A is B, or nothing differs.
        NotFoundError: the metric is not one of both.
        ReproductionError: something that mixtures need is not at hand.
    """
    with workspace.reading() as reader:
        pipeline = read_pipeline(reader, order.a.handle, order.b.handle, order.metric)
        a, b = (
            {**side_json(reader, side), "recorded": value}
            for side, value in zip((order.a, order.b), pipeline.recorded, strict=True)
        )
    mixing = Mixing(pipeline, contents_of(workspace.objects.read))
    require_contents(workspace, pipeline)
    require_environments(pipeline)
    return Prepared(order, workspace, mixing, (a, b))


def require_contents(workspace: Workspace, pipeline: Pipeline) -> None:
    """Refuse a pipeline of which a file is not to be had any more.

    Raises:
        ReproductionError: names the files.
    """
    whereabouts = Whereabouts(workspace)
    missing: dict[str, str] = {}
    for at, stage in enumerate(pipeline.stages):
        for side, recipe in enumerate(stage.sides):
            for need in () if recipe is None else (*recipe.code, *recipe.inputs):
                if flows(pipeline.stages, at, side, need) or need.name in missing:
                    continue
                if need.sha256 is None:
                    missing[need.name] = "its content was not recorded"
                elif whereabouts.find(need.sha256, [need.path]) is None:
                    missing[need.name] = f"as {'AB'[side]} had it, it is nowhere to be had"
    if missing:
        told = [f"{name} ({why})" for name, why in list(missing.items())[:_NAMED]]
        more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
        raise ReproductionError(
            f"mixtures cannot be run without {', '.join(told)}{more}",
            hint="put the file back where it was; "
            "`whence config data.keep all` keeps inputs of later runs whatever their size",
        )


def require_environments(pipeline: Pipeline) -> None:
    """Build the Pythons of both sides if need be, before anything is run.

    Raises:
        ReproductionError: one cannot be had.
    """
    had = set()
    for stage in pipeline.stages:
        for which, recipe in zip("AB", stage.sides, strict=True):
            if recipe is None or recipe.environment.digest in had:
                continue
            try:
                provide(recipe.environment, recipe.variables)
            except ReproductionError as error:
                raise ReproductionError(
                    f"the environment of {recipe.job} in {which} cannot be had: {error.message}",
                    hint="mixtures need both as they were; "
                    "`whence reproduce --plan` tells what an environment takes",
                ) from error
            had.add(recipe.environment.digest)


def keep(workspace: Workspace, node: NodeId, told: dict[str, Any]) -> None:
    """Keep an answer as a record of its own, told of B."""
    question = f"{told['metric']} since {told['a']['id']}"
    facet = Facet(node, FACET, Basis.OBSERVED, {question: told})
    workspace.recorder.record(
        [
            lambda _, time: Record(
                id=new_id(),
                type=FACET,
                time=time,
                source=f"whence-attribute/{__version__}",
                facets=(facet,),
            )
        ]
    )


def side_json(reader: Reader, side: Side) -> dict[str, Any]:
    """A or B, as answers name it."""
    (node,) = reader.nodes([side.handle])
    is_unique = node.kind is NodeKind.MODEL_VERSION
    return {
        "ref": side.ref,
        "id": node.id,
        "kind": node.kind.value,
        "name": node.name,
        "called": node.name if is_unique else f"{node.name} {node.id[:8]}",
    }
