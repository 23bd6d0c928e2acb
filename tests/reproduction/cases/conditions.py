"""Under what circumstances a recorded run is done again: each changes one thing of the plan."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from whence.reproduction.plan import Plan, Step

GONE = "/gone/bin/python"
"""An interpreter that is not there: the environment has to be built."""

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def _unchanged(step: Step) -> Step:
    return step


def _with(variables: Mapping[str, str]) -> Callable[[Step], Step]:
    def change(step: Step) -> Step:
        told = {**step.recipe.variables, **variables}
        return replace(step, recipe=replace(step.recipe, variables=MappingProxyType(told)))

    return change


def _rebuilt(step: Step) -> Step:
    gone = replace(step.environment, interpreter=GONE)
    return replace(step, environment=gone, recipe=replace(step.recipe, environment=gone))


def _other_seed(step: Step) -> Step:
    *words, seed = step.recipe.command
    assert seed == "0"
    return replace(step, recipe=replace(step.recipe, command=(*words, "1")))


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that is otherwise than it was recorded."""

    change: Callable[[Step], Step] = _unchanged
    private: bool | None = field(default=None)
    """Whether the program sees its files where they were; ``False``: it runs in another folder."""

    def applied(self, plan: Plan) -> Plan:
        """The plan under this condition."""
        return replace(plan, steps=tuple(self.change(each) for each in plan.steps))


CONDITIONS = {
    "again": Condition(),
    "other folder": Condition(private=False),
    "other hash seed": Condition(_with({"PYTHONHASHSEED": "1"})),
    "one thread": Condition(_with(ONE_THREAD)),
    "rebuilt": Condition(_rebuilt),
    "other seed": Condition(_other_seed),
}
"""By name, in the order of the guide's table."""
