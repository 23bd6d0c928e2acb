"""How often models of a line were measured, and on what, before the figure that is reported.

A figure that is the best of many on one test set is no longer a test: each look at the set was a
choice among models. What is counted is what the record has: metrics of the runs that made models of
the line, and of later runs that used them. A line is what one job made under one name, and what
was registered as versions of one model.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from whence.model.edge import EdgeKind
from whence.model.node import Node, NodeKind
from whence.query.account import Account, account_for
from whence.query.replays import real
from whence.store.interface import Direction, GraphReader

MODELS = 200
"""How many models of a line before the one asked about are looked at: each takes milliseconds."""

RUNS = 20
"""How many runs that measured one of them."""

Read = dict[int, "Evaluation | None"]
"""Runs that were read already, and what they measured."""

_BETTER_LOW = (
    "loss error err rmse mse mae mape perplexity ppl brier deviance wer cer distance time latency"
).split()
"""Words in names of metrics of which less is better; of all others more is."""

_LABELS = frozenset({"y_true", "y", "labels", "label", "target"})
_DATA = frozenset({NodeKind.DATASET, NodeKind.DOCUMENT, NodeKind.EVALUATION})


@dataclass(frozen=True, slots=True)
class Ground:
    """What was measured on."""

    names: tuple[str, ...]
    """Files."""
    digests: tuple[str, ...]
    """Their content, where it is known."""
    rows: int | None = None
    """How many rows of them."""

    def __str__(self) -> str:
        """As people call it."""
        named = ", ".join(self.names) or "data that is not known"
        return f"{self.rows:,} rows of {named}" if self.rows is not None else named


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One measuring of one model."""

    run: int
    job: str
    model: int
    at: str
    """When the run started, as it is recorded."""
    order: int
    """The place of the run among all runs."""
    ground: Ground
    metrics: Mapping[str, tuple[float, int]]
    """Name → the last value, and how often it was measured in the run."""


def evaluations_json(
    reader: GraphReader, asked: int, read: Read | None = None
) -> list[dict[str, Any]]:
    """What came before the figures of a model, figure by figure, as JSON.

    Args:
        reader: One moment of a store.
        asked: A model, or a version of one; of anything else there is nothing to say.
        read: What was read for another model of the line; added to here.
    """
    (node,) = reader.nodes([asked])
    model = _model_of(reader, asked, node)
    if model is None:
        return []
    line = line_of(reader, model)
    read = {} if read is None else read
    found = sorted(evaluations(reader, line, read), key=lambda each: each.order)
    capped = len(line) >= MODELS
    own = [each for each in found if each.model == model]
    latest = {(name, each.ground): each for each in own for name in each.metrics}
    told: dict[tuple[int, str], dict[str, Any]] = {}
    for (name, _), reported in latest.items():
        value = reported.metrics[name][0]
        if value == reported.ground.rows:
            continue  # how many rows there are is no figure of a model
        figure = _figure(reader, reported, name, found, capped=capped)
        # A figure that has two names, the library's and the program's, is told once.
        key = (reported.run, f"{value:.4g}")
        if key not in told or told[key]["measured"] < figure["measured"]:
            told[key] = figure
    return list(told.values())


def line_of(reader: GraphReader, model: int) -> list[int]:
    """The models of a line, the one asked about among them."""
    (node,) = reader.nodes([model])
    found = {model: None}
    found |= dict.fromkeys(_of_job(reader, model, node))
    pins = _ends(reader, [model], Direction.EFFECTS, EdgeKind.PINS)
    registered = _ends(reader, pins, Direction.ORIGINS, EdgeKind.VERSION_OF)
    versions = _ends(reader, registered, Direction.EFFECTS, EdgeKind.VERSION_OF)
    found |= dict.fromkeys(_ends(reader, versions, Direction.ORIGINS, EdgeKind.PINS))
    # Handles are in the order in which things were recorded: what came before counts most.
    before = sorted((at for at in found if at <= model), reverse=True)[:MODELS]
    after = sorted(at for at in found if at > model)[: MODELS // 4]
    return real(reader, [*before, *after])


def evaluations(reader: GraphReader, models: Sequence[int], read: Read) -> Iterator[Evaluation]:
    """Every run that measured one of these models: its maker, or a later user that made none."""
    makers = _by_origin(reader, models, Direction.ORIGINS, EdgeKind.GENERATED_BY)
    users = _by_origin(reader, models, Direction.EFFECTS, EdgeKind.USED)
    seen: set[tuple[int, int]] = set()
    made_models: dict[int, bool] = {}
    for model in models:
        for run in [*makers[model], *users[model]][:RUNS]:
            if (run, model) in seen:
                continue
            seen.add((run, model))
            if run in users[model] and run not in makers[model]:
                if run not in made_models:
                    made_models[run] = _makes_model(reader, run)
                if made_models[run]:
                    continue
            if run not in read:
                read[run] = _evaluation(reader, run, model)
            found = read[run]
            if found is not None:
                yield replace(found, model=model)


def better(name: str, a: float, b: float) -> bool:
    """Whether one value of a metric is better than another, by the metric's name."""
    words = name.lower().replace("-", "_").replace(".", "_").split("_")
    return a < b if not set(words).isdisjoint(_BETTER_LOW) else a > b


# ------------------------------------------------------------------- one figure


def _figure(
    reader: GraphReader,
    reported: Evaluation,
    name: str,
    found: Iterable[Evaluation],
    *,
    capped: bool,
) -> dict[str, Any]:
    value, times = reported.metrics[name]
    alike = [each for each in found if name in each.metrics]
    before = [each for each in alike if (each.order, each.run) <= (reported.order, reported.run)]
    same = [each for each in before if each.ground == reported.ground]
    count = sum(each.metrics[name][1] for each in same)
    best = not any(better(name, each.metrics[name][0], value) for each in same)
    run, model = reader.nodes([reported.run, reported.model])
    others = {each.ground for each in before} - {reported.ground}
    return {
        "metric": name,
        "value": value,
        "run": run.id,
        "job": reported.job,
        "at": reported.at,
        "model": model.id,
        "on": {
            "names": list(reported.ground.names),
            "digests": list(reported.ground.digests),
            "rows": reported.ground.rows,
            "told": str(reported.ground),
        },
        "measured": count,
        "before": count - times,
        "models": len({each.model for each in same}),
        "best": best,
        "at_least": capped,
        "since": min(each.at for each in same),
        "other_grounds": len(others),
        "on_others": sum(
            each.metrics[name][1] for each in before if each.ground != reported.ground
        ),
        "sentence": _sentence(name, value, count, same, best=best, capped=capped),
    }


def _sentence(
    name: str,
    value: float,
    count: int,
    same: Sequence[Evaluation],
    *,
    best: bool,
    capped: bool,
) -> str:
    ground = same[0].ground
    if count == 1:
        return f"{name} {value:.6g}, the first on {ground}"
    since = min(each.at for each in same)[:10]
    models = len({each.model for each in same})
    who = f" ({models} models)" if models > 1 else ""
    rank = "the best" if best else "one"
    least = "at least " if capped else ""
    return f"{name} {value:.6g}, {rank} of {least}{count:,} on {ground} since {since}{who}"


# ---------------------------------------------------------------------- the line


def _model_of(reader: GraphReader, asked: int, node: Node) -> int | None:
    if node.kind is NodeKind.MODEL:
        return asked
    if node.kind is NodeKind.MODEL_VERSION:
        pinned = _ends(reader, [asked], Direction.ORIGINS, EdgeKind.PINS)
        return pinned[0] if pinned else None
    return None


def _of_job(reader: GraphReader, model: int, node: Node) -> list[int]:
    """Models of the same name that runs of the same jobs made."""
    jobs = set(_jobs(reader, [model])[model])
    named = reader.named(node.name)
    newest = next((nth for nth, at in enumerate(named) if at <= model), 0)
    named = named[max(newest - MODELS, 0) : newest + MODELS]
    nodes = zip(named, reader.nodes(named), strict=True)
    alike = [at for at, other in nodes if other.kind is NodeKind.MODEL]
    told = _jobs(reader, alike)
    return [at for at in alike if jobs & set(told[at])]


def _jobs(reader: GraphReader, models: Sequence[int]) -> dict[int, list[str]]:
    """The names of the jobs whose runs made each model."""
    makers = _by_origin(reader, models, Direction.ORIGINS, EdgeKind.GENERATED_BY)
    runs = sorted({run for several in makers.values() for run in several})
    names = {at: node.name for at, node in zip(runs, reader.nodes(runs), strict=True)}
    return {model: [names[run] for run in makers[model]] for model in models}


def _ends(
    reader: GraphReader, starts: Sequence[int], direction: Direction, kind: EdgeKind
) -> list[int]:
    links = reader.links(starts, direction) if starts else []
    return [
        link.target if direction is Direction.ORIGINS else link.origin
        for link in links
        if link.kind is kind
    ]


def _by_origin(
    reader: GraphReader, starts: Sequence[int], direction: Direction, kind: EdgeKind
) -> Mapping[int, list[int]]:
    """For each node the other ends of its edges of a kind."""
    found: dict[int, list[int]] = defaultdict(list)
    for link in reader.links(starts, direction) if starts else ():
        if link.kind is kind:
            near, far = (link.origin, link.target)
            if direction is Direction.EFFECTS:
                near, far = far, near
            found[near].append(far)
    return found


def _makes_model(reader: GraphReader, run: int) -> bool:
    made = _ends(reader, [run], Direction.EFFECTS, EdgeKind.GENERATED_BY)
    return any(node.kind is NodeKind.MODEL for node in reader.nodes(made))


# ---------------------------------------------------------------- one evaluation


def _evaluation(reader: GraphReader, run: int, model: int) -> Evaluation | None:
    account = account_for(reader, run)
    if account.said("reproduction"):
        return None
    metrics = {
        name: (float(value), max(int(told.get("count") or 1), 1))
        for name, told in account.said("metrics").items()
        if isinstance(told, Mapping)
        and isinstance(value := told.get("value"), int | float)
        and not isinstance(value, bool)
    }
    if not metrics:
        return None
    at = str(account.said("outcome").get("started_at") or "")
    ground = _ground(reader, account)
    return Evaluation(run, account.node.name, model, at, run, ground, metrics)


def _ground(reader: GraphReader, account: Account) -> Ground:
    """What a run measured on: as its steps tell, else all data that it read."""
    links = reader.links([account.handle], Direction.ORIGINS)
    used = [link.target for link in links if link.kind is EdgeKind.USED]
    known = {
        node.name: "" if node.digest is None else node.digest.sha256
        for node in reader.nodes(used)
        if node.kind in _DATA
    }
    names, rows = _measured(account)
    told = sorted(names or known)
    return Ground(tuple(told), tuple(known.get(name, "") for name in told), rows)


def _measured(account: Account) -> tuple[set[str], int | None]:
    """The files from which what was measured against came, and how many rows of them."""
    names: set[str] = set()
    rows: set[int] = set()
    for step in account.said("steps").get("steps") or ():
        if step.get("kind") != "evaluate":
            continue
        for each in step.get("inputs") or ():
            if each.get("role") in _LABELS:
                names |= {str(name) for name in each.get("of") or ()}
                shape = each.get("shape") or [None]
                if isinstance(shape[0], int):
                    rows.add(shape[0])
    return names, rows.pop() if len(rows) == 1 else None
