"""Functions of scikit-learn: metrics, splits, validation, and the data sets that it brings."""

from __future__ import annotations

import os
import sys
from types import FunctionType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

_METRICS = (
    "_classification _regression _ranking cluster._supervised cluster._unsupervised "
    "cluster._bicluster"
).split()
_PARTS = ("precision", "recall", "fscore", "support")
_MOST = 300
"""How many numbers of one result are metrics."""

_LONGEST = 4_000
_SOURCE = "sklearn"


class Functions:
    """Wraps the functions of modules, and tells what they give to the program's own code."""

    def __init__(self, watch: Any, estimators: Any) -> None:
        self.watch = watch
        self.estimators = estimators
        self.models = estimators.models
        self.tables = estimators.tables

    def hooks(self) -> dict[str, Callable[[Any], None]]:
        """Modules, each with what is called right after it was executed."""
        found: dict[str, Callable[[Any], None]] = {
            "sklearn.metrics." + name: self._wrapping(self._on_metric) for name in _METRICS
        }
        found["sklearn.metrics._scorer"] = self._on_scorers
        found["sklearn.model_selection._validation"] = self._wrapping(self._on_validation)
        found["sklearn.model_selection._split"] = self._wrapping(
            self._on_split, {"train_test_split"}
        )
        found["sklearn.utils._indexing"] = self._wrapping(self._on_sample, {"resample", "shuffle"})
        found["sklearn.utils"] = self._wrapping(self._on_sample, {"resample", "shuffle"})
        found["sklearn.inspection._permutation_importance"] = self._wrapping(self._on_validation)
        found["sklearn.datasets._samples_generator"] = self._wrapping(self._on_made)
        found["sklearn.datasets._base"] = self._wrapping(self._on_loaded, prefix="load_")
        for name in ("openml", "california_housing", "covtype", "lfw", "olivetti_faces", "rcv1"):
            found["sklearn.datasets._" + name] = self._wrapping(self._on_loaded, prefix="fetch_")
        for name in ("twenty_newsgroups", "kddcup99", "species_distributions"):
            found["sklearn.datasets._" + name] = self._wrapping(self._on_loaded, prefix="fetch_")
        return found

    def _wrapping(
        self, told: Callable[..., None], names: Any = None, prefix: str = ""
    ) -> Callable[[Any], None]:
        """Wraps the public functions that a module defines."""

        def on_module(module: Any) -> None:
            for name, function in list(vars(module).items()):
                if name.startswith("_") or not isinstance(function, FunctionType):
                    continue
                if function.__module__ != module.__name__ or not name.startswith(prefix):
                    continue
                if names is None or name in names:
                    self._wrap(module, name, function, told)

        return on_module

    def _wrap(self, module: Any, name: str, function: Any, told: Callable[..., None]) -> None:
        call = _Call(self, name, function, told)
        self.watch.wrap_often(module, name, call, call.places)

    def _data(self, given: dict[str, Any]) -> dict[str, Any]:
        return {
            role: value
            for role, value in given.items()
            if self.tables.is_data(value) and self.watch.known(value) is not None
        }

    def _others(self, given: dict[str, Any]) -> dict[str, Any]:
        """What was given that is no data: parameters."""
        return {
            name: value
            for name, value in given.items()
            if not self.tables.is_data(value) and not self.models.is_estimator(value)
        }

    # ----------------------------------------------------------------- metrics

    def _on_metric(self, name: str, given: dict[str, Any], result: Any, frame: Any) -> None:
        inputs = self._data(given)
        first = next(iter(given.values()), None)
        on = self.estimators.called(first, frame)
        self._tell_values(name, result, on)
        facts: dict[str, Any] = {}
        shown = self._value(result)
        if shown is not None:
            facts["value"] = shown
        parameters = self._others(given)
        if parameters:
            facts["parameters"] = self.models.shown(self.watch, parameters)
        self.estimators.tell("evaluate", name, inputs, {}, None, self.watch.where(frame), **facts)

    def _tell_values(self, name: str, result: Any, on: str) -> None:
        for at, (called, value) in enumerate(_numbers(name, result)):
            if at < _MOST:
                self.watch.metric(called, value, None, on, _SOURCE)

    def _value(self, result: Any) -> Any:
        """A result as a step tells it; ``None`` where it is long."""
        if isinstance(result, str):
            return result[:_LONGEST]
        if isinstance(result, tuple):
            told = [self._value(each) for each in result]
            return told if any(each is not None for each in told) else None
        if getattr(result, "size", 0) > 400:
            return None
        if isinstance(result, dict):
            return {str(name): self._value(value) for name, value in list(result.items())[:_MOST]}
        if hasattr(result, "tolist"):
            return self.watch.plain(result.tolist())
        return self.watch.plain(result)

    def _on_scorers(self, module: Any) -> None:
        """What ``make_scorer`` and ``get_scorer`` give is called with an estimator."""
        watch = self.watch

        def after(_: Any, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any) -> None:
            frame = watch.caller()
            if frame is None or not _is_number(result):
                return
            scorer = args[0]
            name = getattr(getattr(scorer, "_score_func", None), "__name__", "") or "score"
            given = dict(zip(("estimator", "X", "y_true"), args[1:]))
            given.update(kwargs)
            inputs = {role: given[role] for role in ("X", "y_true") if given.get(role) is not None}
            for role, value in inputs.items():
                self.tables.meet(watch, value, frame, sketch=role == "X")
            on = self.estimators.called(inputs.get("X"), frame)
            watch.metric(name, result, None, on, _SOURCE)
            self.estimators.tell(
                "evaluate",
                name,
                inputs,
                {},
                given.get("estimator"),
                watch.where(frame),
                value=watch.plain(result),
            )

        watch.wrap(module._BaseScorer, "__call__", after=after, outermost=True)

    # -------------------------------------------------------------- validation

    def _on_validation(self, name: str, given: dict[str, Any], result: Any, frame: Any) -> None:
        watch = self.watch
        inputs = self._data(given)
        self.models.tell_given(watch, name, self._others(given))
        splitter = given.get("cv")
        if hasattr(splitter, "get_n_splits"):
            self.models.tell_attributes(watch, splitter)
        on = self.estimators.called(given.get("X"), frame)
        facts: dict[str, Any] = {}
        outputs: dict[str, Any] = {}
        kind = "evaluate"
        scores = _scores(name, result)
        if name == "cross_val_predict":
            kind, outputs = "predict", {"y_pred": result}
        for called, values in scores.items():
            told = [float(value) for value in values]
            for step, value in enumerate(told):
                watch.metric(called, value, step, on, _SOURCE)
            mean = sum(told) / len(told)
            watch.metric(called + ".mean", mean, None, on, _SOURCE)
            facts.setdefault("value", {})[called] = told
        if not scores and kind == "evaluate":
            facts["value"] = self._value(result)
        estimator = given.get("estimator")
        if estimator is not None and watch.known(estimator) is None:
            self.models.tell_model(watch, estimator, frame)
        self.estimators.tell(kind, name, inputs, outputs, estimator, watch.where(frame), **facts)

    # ------------------------------------------------------------------ splits

    def _on_split(self, name: str, given: dict[str, Any], result: Any, frame: Any) -> None:
        """``train_test_split``: two of each array, in their order."""
        watch = self.watch
        arrays, parameters = _apart(given)
        stratify = parameters.get("stratify")
        if stratify is not None:
            parameters["stratify"] = watch.name_of(stratify, frame) or "given"
        self.models.tell_given(watch, name, parameters)
        outputs = {}
        for at, made in enumerate(result):
            split = "test" if at % 2 else "train"
            source = arrays[at // 2]
            self.tables.meet(watch, source, frame)
            watch.derived(made, [source], "%s[%d]" % (name, at), split=split)
            number = watch.known(made)
            if number is not None:
                self.estimators.splits[number] = split
            outputs["%s[%d]" % (split, at // 2)] = made
        inputs = {"[%d]" % at: each for at, each in enumerate(arrays)}
        self.estimators.tell("split", name, inputs, outputs, None, watch.where(frame))

    def _on_sample(self, name: str, given: dict[str, Any], result: Any, frame: Any) -> None:
        arrays, parameters = _apart(given)
        self.models.tell_given(self.watch, name, parameters)
        made = result if isinstance(result, list) and len(arrays) > 1 else [result]
        for source, each in zip(arrays, made):
            self.tables.meet(self.watch, source, frame)
            self.watch.derived(each, [source], name)

    # --------------------------------------------------------------- data sets

    def _on_made(self, name: str, given: dict[str, Any], result: Any, frame: Any) -> None:
        """Data that was drawn, such as by ``make_classification``."""
        if not name.startswith("make_"):
            return
        self.models.tell_given(self.watch, name, self._others(given))
        made = result if isinstance(result, tuple) else (result,)
        outputs = {}
        for role, each in zip(("X", "y", "centers"), made):
            if self.tables.is_data(each):
                self.tables.meet(self.watch, each)
                outputs[role] = each
        self.estimators.tell("generate", name, {}, outputs, None, self.watch.where(frame))

    def _on_loaded(self, name: str, given: dict[str, Any], result: Any, frame: Any) -> None:
        """A data set that the library brings, or has fetched."""
        watch = self.watch
        bunch = result if hasattr(result, "keys") else {}
        location = _location(name, given, bunch)
        if name.startswith("fetch_"):
            self.models.tell_given(watch, name, self._others(given))
            watch.remote("read", location, "openml" if "openml" in name else _SOURCE, name=name)
        things = [bunch.get(key) for key in ("data", "frame", "target")] if bunch else result
        for each in things if isinstance(things, (list, tuple)) else (things,):
            if self.tables.is_data(each):
                self.tables.meet(watch, each, frame)
                watch.read(each, location, name)


class _Call:
    """One function: what is told of a call of it."""

    __slots__ = ("function", "functions", "name", "names", "places", "told")
    outermost = True

    def __init__(
        self, functions: Functions, name: str, function: Any, told: Callable[..., None]
    ) -> None:
        self.functions, self.name, self.function, self.told = functions, name, function, told
        self.names: list[str] = []
        self.places: dict[tuple[int, int], Any] = {}

    def before(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Number what goes in, and tell the parameters of what is validated."""
        functions = self.functions
        watch, tables, models = functions.watch, functions.tables, functions.models
        frame = watch.caller()
        if frame is None:
            return None
        if functions.estimators.often(self.name, watch.where(frame)):
            metric = self.name if self.told == functions._on_metric else ""
            data = args[0] if args else next(iter(kwargs.values()), None)
            brief = functions.estimators.brief(metric, 0, data, frame)
            functions.estimators.pass_by(self.places, args, frame, brief)
            return brief
        if not self.names:
            self.names = _arguments(self.function)
        given = dict(zip(self.names, args))
        given.update(kwargs)
        estimator = given.get("estimator")
        if models.is_estimator(estimator):
            models.tell_parameters(watch, estimator)
        for role, value in given.items():
            if role not in ("labels", "param_range") and tables.is_data(value):
                tables.meet(watch, value, frame, sketch=role == "X")
        return given, frame

    def after(self, token: Any, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any) -> None:
        """Tell what it gave."""
        if type(token) is not tuple:
            if token is not None:
                token(args, kwargs, result)
        else:
            given, frame = token
            self.told(self.name, given, result, frame)


def _location(name: str, given: dict[str, Any], bunch: Any) -> str:
    package = os.path.dirname(getattr(sys.modules.get("sklearn.datasets"), "__file__", "") or "")
    short = name.partition("_")[2]
    if name.startswith("load_"):
        for file in (
            bunch.get("filename"),
            short + ".csv",
            short + ".csv.gz",
            short + "_data.csv.gz",
        ):
            for folder in ("", os.path.join(package, "data")):
                path = os.path.join(folder, file or "")
                if file and os.path.isabs(path) and os.path.isfile(path):
                    return path
        return "sklearn://%s" % short
    if name == "fetch_openml":
        url = bunch.get("url")
        number = bunch.get("details", {}).get("id") or given.get("data_id") or given.get("name")
        return url or "https://www.openml.org/d/%s" % number
    module = sys.modules.get("sklearn.datasets._" + short)
    archive = getattr(module, "ARCHIVE", None)
    return getattr(archive, "url", None) or "sklearn://%s" % short


def _arguments(function: Any) -> list[str]:
    """Names of positional arguments; those of ``*arrays`` are numbered."""
    while hasattr(function, "__wrapped__"):
        function = function.__wrapped__
    code = function.__code__
    names = list(code.co_varnames[: code.co_argcount])
    if code.co_flags & 0x04:  # it takes any number of them
        names += ["*%d" % at for at in range(50)]
    return names or ["*0"]


def _apart(given: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    """The arrays that a function was given one after the other, and its parameters."""
    arrays = [value for name, value in given.items() if name.startswith("*")]
    return arrays, {name: value for name, value in given.items() if not name.startswith("*")}


def _is_number(value: Any) -> bool:
    if isinstance(value, (bool, str, bytes)):
        return False
    return isinstance(value, (int, float)) or getattr(value, "shape", None) == ()


def _numbers(name: str, result: Any) -> list[tuple[str, float]]:
    """The metrics that a result is: one number, or a mapping of numbers."""
    if _is_number(result):
        return [(name, float(result))]
    if isinstance(result, dict):
        found = []
        for key, value in result.items():
            found += _numbers("%s.%s" % (name, key), value)
        return found
    if name == "precision_recall_fscore_support" and isinstance(result, tuple):
        given = [(part, value) for part, value in zip(_PARTS, result) if _is_number(value)]
        return [("%s.%s" % (name, part), float(value)) for part, value in given]
    return []


def _scores(name: str, result: Any) -> dict[str, Any]:
    """Scores of each fold, by metric."""
    if name == "cross_val_score":
        return {name: result.tolist()}
    if name == "cross_validate":
        return {
            key: value.tolist()
            for key, value in result.items()
            if key.startswith(("test_", "train_")) and hasattr(value, "tolist") and len(value)
        }
    return {}
