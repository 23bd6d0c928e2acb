"""The fits and evaluations of one run, each with its data, from the facet ``steps``."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from whence.query.leakage.overlap import Rows

FITTING = frozenset({"fit", "search"})

_HELD_OUT = ("valid", "eval", "test", "dev")
_NO_ROWS = frozenset(
    "y y_true y_pred y_score y_prob labels label target groups sample_weight weight weights "
    "model scores score".split()
)
"""Roles whose values repeat in every table: two columns of answers that agree mean nothing."""

_INCREMENTAL = tuple(
    ".partial_fit .train_on_batch .update .step Trainer.train Trainer.fit "
    "Sequential.fit Functional.fit Model.fit".split()
)
"""Fits that go on from what the model knows already, by how their names end."""

_FOLDED = ("cross_val", "learning_curve", "validation_curve", "permutation_test")
"""Measurements that keep folds apart by themselves, by how their names begin."""


@dataclass(frozen=True, slots=True)
class Data:
    """What a stage was given."""

    what: str = ""
    """How the program calls it."""
    files: tuple[str, ...] = ()
    """Files that it came from, as the record calls them."""
    keys: frozenset[str] = frozenset()
    """The same by content: equal keys are equal bytes."""
    split: str = ""
    object: int | None = None
    """Its number within the run."""
    count: int | None = None
    """How many rows."""
    digest: str = ""
    """Of the sketch of its rows."""
    sketched: int = 0
    """How many rows the sketch was made of."""
    is_seen: bool = True
    """Whether it was seen inside the run; otherwise it is all that the run used."""

    @property
    def is_known(self) -> bool:
        """Whether it can be told from other data at all."""
        return bool(self.digest or self.keys)

    def rows(self, hashes: Sequence[int]) -> Rows:
        """The sketch, with what is known of the table."""
        count = self.count or 0
        return Rows(hashes, count, self.sketched or count)


@dataclass(frozen=True, slots=True)
class Stage:
    """A fit or an evaluation."""

    run: str
    job: str
    at: int
    """Its place among the run's steps."""
    by: str
    where: str
    model: int | None
    """The number of the model within the run."""
    called: str
    """What the model is: its class, or how the program calls it."""
    data: tuple[Data, ...]
    is_fit: bool
    value: Any = None

    @property
    def key(self) -> tuple[str, int]:
        """What tells it from every other stage."""
        return self.run, self.at


@dataclass(slots=True)
class Stages:
    """What happened inside one run, as far as leakage asks."""

    fits: list[Stage] = field(default_factory=list)
    evaluations: list[Stage] = field(default_factory=list)
    preparing: list[Stage] = field(default_factory=list)
    """Fits of what only transforms data: scalers, encoders, imputers."""
    sources: dict[int, set[int]] = field(default_factory=dict)
    """Object → objects that it was made of."""
    read: dict[int, str] = field(default_factory=dict)
    """Object → the file that it was read from."""
    written: dict[str, int] = field(default_factory=dict)
    """File → the object that went into it."""

    def comes_from(self, made: int, origin: int) -> bool:
        """Whether one object was made of another, over any number of steps."""
        seen, pending = {made}, [made]
        while pending:
            for each in self.sources.get(pending.pop(), ()):
                if each == origin:
                    return True
                if each not in seen:
                    seen.add(each)
                    pending.append(each)
        return False

    def fits_behind(self, evaluation: Stage) -> list[Stage]:
        """What the model of an evaluation had been fitted on by then: the last fit counts.

        A model that learns bit by bit keeps what it learned before. Where the model is not known,
        the last fit of any is taken.
        """
        found: list[Stage] = []
        for fit in reversed(self.fits):
            if fit.at > evaluation.at:
                continue
            if evaluation.model is None or fit.model == evaluation.model:
                found.append(fit)
                if not fit.by.endswith(_INCREMENTAL):
                    break
        return found


def read_stages(
    run: str,
    job: str,
    steps: Iterable[Mapping[str, Any]],
    keys: Mapping[str, str],
    *,
    is_measured: bool,
) -> Stages:
    """The stages of a run.

    Args:
        run: Its id.
        job: How it is called.
        steps: What happened inside, in order.
        keys: File, as the run calls it → what stands for its content.
        is_measured: Whether the run gave out measurements; then what it predicted counts as
            evaluated where no evaluation was seen.
    """
    told = [each for each in steps if isinstance(each, Mapping)]
    found = Stages()
    _follow(found, told)
    predicted = {
        _number(out): each for each in told if each.get("kind") == "predict" for out in _outs(each)
    }
    transformers = {
        _number(each.get("model")) for each in told if each.get("kind") == "transform"
    } - {None}
    evaluates = any(each.get("kind") == "evaluate" for each in told)
    guesses: list[Stage] = []
    for at, each in enumerate(told):
        kind, by = each.get("kind"), str(each.get("by", ""))
        if by.startswith(_FOLDED) or each.get("folds") or each.get("failed"):
            continue
        stage = Stage(
            run,
            job,
            at,
            by,
            str(each.get("where", "")),
            _number(each.get("model")),
            _called(each.get("model"), by if kind in FITTING else ""),
            tuple(_data(each, keys, is_fit=kind in FITTING)),
            kind in FITTING,
            each.get("value"),
        )
        if kind in FITTING:
            prepares = stage.model in transformers or by.endswith("fit_transform")
            (found.preparing if prepares else found.fits).append(stage)
        elif kind == "evaluate":
            found.evaluations.append(_completed(_with_model(stage, each, predicted), guesses))
        elif kind == "predict":
            guesses.append(stage)
            if is_measured and not evaluates:
                found.evaluations.append(stage)
    return found


def _with_model(
    stage: Stage, step: Mapping[str, Any], predicted: Mapping[int | None, Mapping[str, Any]]
) -> Stage:
    """An evaluation of predictions is one of the model that predicted them."""
    if stage.model is not None:
        return stage
    for each in _ins(step):
        source = predicted.get(_number(each))
        if source is not None:
            model = source.get("model")
            return replace(stage, model=_number(model), called=_called(model, ""))
    return stage


def _completed(stage: Stage, guesses: Sequence[Stage]) -> Stage:
    """An evaluation of answers that were lost sight of: those last predicted for as many rows."""
    if stage.model is not None or any(each.object is not None for each in stage.data):
        return stage
    counts = {each.count for each in stage.data} - {None}
    for guess in reversed(guesses):
        if counts & {each.count for each in guess.data}:
            return replace(stage, model=guess.model, called=guess.called, data=guess.data)
    return stage


def _follow(found: Stages, told: Iterable[Mapping[str, Any]]) -> None:
    for each in told:
        inputs = {number for one in _ins(each) if (number := _number(one)) is not None}
        for out in _outs(each):
            number = _number(out)
            if number is None:
                continue
            if each.get("kind") == "read":
                found.read[number] = str(each.get("of", ""))
            else:
                found.sources.setdefault(number, set()).update(inputs - {number})
        if each.get("kind") == "write":
            for number in inputs:
                found.written[str(each.get("to", ""))] = number


def _data(step: Mapping[str, Any], keys: Mapping[str, str], *, is_fit: bool) -> Iterator[Data]:
    """The tables that a step was given; of an evaluation without one, the true answers' origin."""
    told = list(_ins(step))
    tables = [
        each
        for each in told
        if _role(each) not in _NO_ROWS and not (is_fit and _role(each).startswith(_HELD_OUT))
    ]
    for each in tables:
        yield _one(each, keys)
    if not tables and not is_fit:
        for each in told:
            if _role(each) in {"y", "y_true", "labels"}:
                yield replace(_one(each, keys), digest="", object=None)


def _one(told: Mapping[str, Any], keys: Mapping[str, str]) -> Data:
    rows = told.get("rows")
    rows = rows if isinstance(rows, Mapping) else {}
    shape = told.get("shape")
    count = rows.get("count")
    if (
        not isinstance(count, int)
        and isinstance(shape, Sequence)
        and shape
        and isinstance(shape[0], int)
    ):
        count = shape[0]
    files = tuple(map(str, told.get("of") or ()))
    sketched = rows.get("of")
    return Data(
        what=str(told.get("what", "")),
        files=files,
        keys=frozenset(_key(file, keys) for file in files),
        split=str(told.get("split", "")),
        object=_number(told),
        count=count,
        digest=str(rows.get("digest", "")),
        sketched=sketched if isinstance(sketched, int) else 0,
    )


def _key(file: str, keys: Mapping[str, str]) -> str:
    """What stands for a file's content: its own, or that of the folder it is in with its place."""
    folder, rest = file, ""
    while folder not in keys:
        folder, slash, last = folder.rpartition("/")
        rest = f"/{last}{rest}"
        if not slash:
            return f"name:{file}"
    return keys[folder] + rest


def _ins(step: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [each for each in step.get("inputs") or () if isinstance(each, Mapping)]


def _outs(step: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [each for each in step.get("outputs") or () if isinstance(each, Mapping)]


def _role(told: Mapping[str, Any]) -> str:
    return str(told.get("role", ""))


def _number(told: object) -> int | None:
    number = told.get("object") if isinstance(told, Mapping) else None
    return number if isinstance(number, int) else None


def _called(model: object, by: str) -> str:
    if isinstance(model, Mapping):
        for fact in ("class", "type", "what"):
            if model.get(fact):
                return str(model[fact])
    return by.partition(".")[0]
