"""XGBoost, both its own interface and the one of scikit-learn.

Rounds are told as the library collects them for its own callbacks, so that none is added. What the
library chose by itself is read from the configuration that it keeps, after the training.
"""

from __future__ import annotations

import json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

_HOW = (
    "num_boost_round early_stopping_rounds maximize custom_metric obj nfold stratified seed "
    "metrics shuffle"
).split()
_SOURCE = "xgboost"
_ALIASES = {
    "learning_rate": "eta",
    "min_split_loss": "gamma",
    "reg_alpha": "alpha",
    "reg_lambda": "lambda",
    "random_state": "seed",
    "n_jobs": "nthread",
    "n_estimators": "num_boost_round",
}
"""Names of scikit-learn's interface → the library's own for the same."""

_OWN = {own: alias for alias, own in _ALIASES.items()}

_CHOSEN = ("generic_param", "learner_train_param")
_UNSAID = frozenset(
    "fail_on_invalid_gpu_id validate_parameters updater_seq disable_default_eval_metric "
    "sparse_threshold refresh_leaf seed_per_iteration process_type updater num_trees seed "
    "random_state".split()
)
"""What is not told of the library's own choices; a seed that nobody set is none of theirs."""


def hooks(watch: Any) -> dict[str, Callable[[Any], None]]:
    """Modules to be told of, each with what is called right after it was executed."""
    shared = watch.load("boosting")
    told = _Xgboost(watch, shared)
    return {
        "xgboost.core": told.on_core,
        "xgboost.callback": told.on_callback,
        "xgboost.training": told.on_training,
        "xgboost.sklearn": told.on_sklearn,
    }


def _known_as(name: str) -> set[str]:
    """Both names of a parameter that has two."""
    return {name, _ALIASES.get(name, name), _OWN.get(name, name)}


class _Xgboost:
    def __init__(self, watch: Any, shared: Any) -> None:
        self.watch = watch
        self.shared = shared
        self.predictions = shared.Predictions(watch)
        self.updated: set[int] = set()

    # ------------------------------------------------------------ data, models

    def on_core(self, module: Any) -> None:
        watch = self.watch
        for name in ("DMatrix", "QuantileDMatrix", "ExtMemQuantileDMatrix"):
            kind = getattr(module, name, None)
            if kind is not None:
                self._on_matrix(kind)
        watch.wrap(module.DMatrix, "slice", after=self._on_slice, outermost=True)
        self._on_save(module.DMatrix, "save_binary")
        booster = module.Booster
        self._on_booster(booster)
        for name in ("predict", "inplace_predict"):
            self.predictions.wrap(booster, name)
        self._on_save(booster, "save_model")
        self._on_save(booster, "dump_model")
        watch.wrap(booster, "load_model", after=self._on_loaded, outermost=True)
        watch.wrap(booster, "update", after=self._on_update, outermost=True)
        for name in ("eval_set", "eval"):
            watch.wrap(booster, name, after=self._on_eval, outermost=True)

    def _on_matrix(self, kind: Any) -> None:
        watch, shared, made = self.watch, self.shared, vars(kind)["__init__"]

        def after(_: Any, args: Any, kwargs: Any, __: Any) -> None:
            given, ___ = shared.arguments(made, args, kwargs)
            matrix, data, label = args[0], given.get("data"), given.get("label")
            if not hasattr(matrix, "handle") or type(data).__name__ == "c_void_p":
                return
            by = type(matrix).__name__
            location = shared.path_of(data)
            facts = {
                "shape": [matrix.num_row(), matrix.num_col()],
                "columns": shared.names_of(matrix.feature_names),
            }
            if location is not None:
                watch.object(matrix, "table", **facts)
                watch.read(matrix, location.split("#")[0].split("?")[0], by, shape=facts["shape"])
                return
            watch.derived(matrix, [data, label], by)
            if label is not None:
                facts["rows"] = shared.sketch(watch, data)
            watch.object(matrix, "table", **facts)

        watch.wrap(kind, "__init__", after=after, outermost=True)

    def _on_slice(self, _: Any, args: Any, __: Any, result: Any) -> None:
        self.watch.derived(result, [args[0]], "slice")
        self.watch.object(result, "table", shape=[result.num_row(), result.num_col()])

    def _on_save(self, kind: Any, name: str) -> None:
        def after(_: Any, args: Any, kwargs: Any, __: Any) -> None:
            thing = args[0]
            location = args[1] if len(args) > 1 else next(iter(kwargs.values()), None)
            location = self.shared.path_of(location)
            if location is None:
                return
            if hasattr(thing, "num_boosted_rounds"):  # it may have grown since it was told
                self.watch.object(thing, "model", trees=thing.num_boosted_rounds())
            self.watch.wrote(thing, location, "%s.%s" % (type(thing).__name__, name))

        self.watch.wrap(kind, name, after=after, outermost=True)

    def _on_loaded(self, _: Any, args: Any, kwargs: Any, __: Any) -> None:
        booster = args[0]
        location = self.shared.path_of(args[1] if len(args) > 1 else kwargs.get("fname"))
        self._tell_model(booster, booster)
        if location is not None:
            self.watch.read(booster, location, "%s.load_model" % type(booster).__name__)

    def _on_booster(self, kind: Any) -> None:
        watch, shared, made = self.watch, self.shared, vars(kind)["__init__"]

        def after(_: Any, args: Any, kwargs: Any, __: Any) -> None:
            given, ___ = shared.arguments(made, args, kwargs)
            booster, params, source = args[0], given.get("params"), given.get("model_file")
            if params:
                watch.parameters("xgboost.Booster", shared.settings(params), source=_SOURCE)
            location = shared.path_of(source)
            if location is not None:
                self._tell_model(booster, booster)
                watch.read(booster, location, "Booster")
            elif isinstance(source, kind):
                watch.derived(booster, [source], "Booster")

        watch.wrap(kind, "__init__", after=after, outermost=True)

    def _tell_model(self, model: Any, booster: Any, **facts: Any) -> dict[str, Any]:
        """Facts of a model; the configuration that its core keeps is given back."""
        learner: dict[str, Any] = json.loads(booster.save_config())["learner"]
        classes = int(learner["learner_model_param"].get("num_class") or 0)
        self.watch.object(
            model,
            "model",
            **{"class": type(model).__name__},
            framework="xgboost",
            objective=learner["objective"]["name"],
            trees=booster.num_boosted_rounds(),
            n_features=booster.num_features(),
            features=self.shared.names_of(booster.feature_names),
            classes=classes or None,
            **facts,
        )
        return learner

    # ---------------------------------------------------------------- training

    def on_callback(self, module: Any) -> None:
        watch = self.watch
        series: dict[str, tuple[Any, Any, Any]] = {}

        def make(original: Any) -> Any:
            # Not by ``wrap``: a round may take a fifth of a millisecond.
            def update_history(*args: Any, **kwargs: Any) -> Any:
                result = original(*args, **kwargs)
                try:
                    container, scores, step = args
                    for each in scores:
                        single, mean, spread = series.get(each[0]) or begin(each[0])
                        if container.is_cv:
                            mean(each[1], step)
                            spread(each[2], step)
                        else:
                            single(each[1], step)
                except Exception as error:
                    watch.trouble("xgboost.callback", error)
                return result

            return update_history

        def begin(called: str) -> tuple[Any, Any, Any]:
            on, _, name = called.partition("-")
            found = series[called] = (
                watch.series(name, on, _SOURCE),
                watch.series(name + "-mean", on, _SOURCE),
                watch.series(name + "-std", on, _SOURCE),
            )
            return found

        watch.swap(module.CallbackContainer, "_update_history", make)

    def on_training(self, module: Any) -> None:
        self._on_train(module, "train", module.train)
        self._on_train(module, "cv", module.cv)

    def _on_train(self, module: Any, name: str, function: Any) -> None:
        watch, shared = self.watch, self.shared
        owner = "xgboost." + name

        def before(args: Any, kwargs: Any) -> tuple[Any, ...]:
            given, others = shared.arguments(function, args, kwargs)
            values = shared.settings(given.get("params"))
            how, defaults = shared.call_arguments(given, others, _HOW)
            values.update(how)
            defaults = {each: defaults[each] for each in defaults if each not in values}
            watch.parameters(owner, {**values, **defaults}, defaults, _SOURCE)
            return given, {**defaults, **values}, defaults

        def after(token: Any, args: Any, kwargs: Any, result: Any) -> None:
            given, values, defaults = token
            train = given.get("dtrain")
            pairs = shared.sets_of(given.get("evals"))
            inputs = {"train": train, **shared.validations([each[0] for each in pairs], train)}
            inputs.update(self._earlier(given.get("xgb_model"), result))
            self._name(inputs)
            if name == "cv":
                rounds = (
                    len(next(iter(result.values()), ())) if type(result) is dict else len(result)
                )
                watch.step("evaluate", owner, inputs, rounds=rounds, folds=values.get("nfold"))
                return
            learner = self._tell_model(result, result, **self._best(result))
            watch.step(
                "fit",
                owner,
                inputs,
                model=result,
                rounds=result.num_boosted_rounds(),
                sets=[str(each[1]) for each in pairs],
                **self._best(result),
            )
            self._tell_chosen(owner, values, learner, defaults, _ALIASES)

        def failed(token: Any, args: Any, kwargs: Any, error: Any) -> None:
            if token is not None:
                inputs = {"train": token[0].get("dtrain")}
                watch.step("fit", owner, inputs, failed=type(error).__name__)

        watch.wrap(module, name, before=before, after=after, failed=failed, outermost=True)

    def _name(self, things: dict[str, Any]) -> None:
        """The program's names for what it made before."""
        frame = self.watch.user()
        for thing in things.values():
            if thing is not None:
                name = self.watch.name_of(thing, frame)
                if name and self.watch.known(thing) is not None:
                    self.watch.object(thing, "table", name)

    def _earlier(self, earlier: Any, model: Any) -> dict[str, Any]:
        """A model with which a training goes on."""
        location = self.shared.path_of(earlier)
        if location is not None:
            self.watch.object(model, "model")
            self.watch.read(model, location, "xgb_model")
            return {}
        earlier = getattr(earlier, "_Booster", earlier)
        return {"base_model": earlier} if hasattr(earlier, "save_config") else {}

    def _best(self, booster: Any) -> dict[str, Any]:
        """Where early stopping found the best round, if it was asked for."""
        if booster.attr("best_iteration") is None:
            return {}
        return {"best_iteration": booster.best_iteration, "best_score": booster.best_score}

    def _tell_chosen(
        self,
        owner: str,
        values: dict[str, Any],
        learner: dict[str, Any],
        defaults: Any,
        unsaid: Any = (),
    ) -> None:
        """What was not given, as the library chose it; told with what was, to be found again."""
        grown = learner.get("gradient_booster", {})
        inner = grown.get("gbtree", {})  # DART keeps its trees one level below
        objective = learner.get("objective", {})
        groups = [learner.get(name) for name in _CHOSEN]
        groups += [*grown.values(), *inner.values(), *objective.values()]
        chosen = {}
        for group in groups:
            for name, value in group.items() if isinstance(group, dict) else ():
                said = isinstance(value, str) and value not in ("", "()") and name not in _UNSAID
                if said and name not in unsaid and not _known_as(name).intersection(values):
                    chosen[name] = self.shared.number(value)
        self.watch.parameters(owner, {**values, **chosen}, [*defaults, *chosen], _SOURCE)

    def _on_update(self, _: Any, args: Any, kwargs: Any, __: Any) -> None:
        """A program's own loop: told once for each model and its data."""
        booster, train = args[0], args[1] if len(args) > 1 else kwargs.get("dtrain")
        if self.watch.known(booster) not in self.updated:
            self._tell_model(booster, booster)
            self.updated.add(self.watch.known(booster))
            inputs = {"train": train}
            self._name(inputs)
            self.watch.step("fit", "Booster.update", inputs, model=booster)

    def _on_eval(self, _: Any, __: Any, ___: Any, result: Any) -> None:
        step, *scores = str(result).split("\t")
        for each in scores:
            name, colon, value = each.rpartition(":")
            on, metric = name.split("-", 1) if "-" in name else ("", name)
            if colon:
                at = int(step.strip("[]"))
                self.watch.metric(metric, float(value), at, on, _SOURCE)

    # ------------------------------------------------------------ scikit-learn

    def on_sklearn(self, module: Any) -> None:
        for kind in list(vars(module).values()):
            if not isinstance(kind, type) or not issubclass(kind, module.XGBModel):
                continue
            if "fit" in vars(kind):
                self._on_fit(kind)
            for name in ("predict", "predict_proba", "apply"):
                if name in vars(kind):
                    self.predictions.wrap(kind, name)
        self._on_save(module.XGBModel, "save_model")
        self.watch.wrap(module.XGBModel, "load_model", after=self._on_model, outermost=True)

    def _on_model(self, _: Any, args: Any, kwargs: Any, __: Any) -> None:
        model = args[0]
        booster = model.get_booster()
        self._tell_model(model, booster)
        self.watch.same(booster, model)
        location = self.shared.path_of(args[1] if len(args) > 1 else kwargs.get("fname"))
        if location is not None:
            self.watch.read(model, location, "%s.load_model" % type(model).__name__)

    def _on_fit(self, kind: Any) -> None:
        watch, shared, function = self.watch, self.shared, vars(kind)["fit"]

        def before(args: Any, kwargs: Any) -> tuple[Any, ...]:
            given, _ = shared.arguments(function, args, kwargs)
            values, defaults = shared.estimator_arguments(args[0])
            if "objective" in defaults:  # which may become another, for more than two classes
                del values["objective"]
            values.update(shared.plain_arguments(given, ("early_stopping_rounds", "eval_metric")))
            watch.parameters(type(args[0]).__name__, values, defaults, _SOURCE)
            return given, values, [each for each in defaults if each in values]

        def after(token: Any, args: Any, kwargs: Any, result: Any) -> None:
            given, values, defaults = token
            model = args[0]
            by = type(model).__name__
            booster = model.get_booster()
            pairs = shared.sets_of(given.get("eval_set"))
            train = given.get("X")
            inputs = {"X": train, "y": given.get("y")}
            inputs.update(shared.validations([each[0] for each in pairs], train))
            shared.tell_rows(watch, inputs)
            inputs.update(self._earlier(given.get("xgb_model"), model))
            best = self._best(booster)
            learner = self._tell_model(model, booster, **best)
            watch.same(booster, model)
            rounds = booster.num_boosted_rounds()
            watch.step("fit", by + ".fit", inputs, model=model, rounds=rounds, **best)
            if "n_estimators" not in values:
                values["n_estimators"] = model.get_num_boosting_rounds()
                defaults.append("n_estimators")
            self._tell_chosen(by, values, learner, defaults, _OWN)

        def failed(token: Any, args: Any, kwargs: Any, error: Any) -> None:
            if token is not None:
                inputs = {"X": token[0].get("X"), "y": token[0].get("y")}
                by = type(args[0]).__name__ + ".fit"
                watch.step("fit", by, inputs, failed=type(error).__name__)

        watch.wrap(kind, "fit", before=before, after=after, failed=failed, outermost=True)
