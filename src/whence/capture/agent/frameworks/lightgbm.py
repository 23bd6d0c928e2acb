"""LightGBM, both its own interface and the one of scikit-learn.

Rounds are told as the boosters evaluate themselves for the library's own callbacks, so that none
is added. What the library chose by itself is read from the text form of a model's first round.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

_SOURCE = "lightgbm"
_HOW = "num_boost_round feval nfold stratified shuffle metrics seed eval_train_metric".split()
_CHOSEN = frozenset(
    "boosting objective metric tree_learner device_type data_sample_strategy num_iterations "
    "learning_rate num_leaves num_threads deterministic force_col_wise force_row_wise max_depth "
    "min_data_in_leaf min_sum_hessian_in_leaf bagging_fraction bagging_freq feature_fraction "
    "feature_fraction_bynode extra_trees early_stopping_round max_delta_step lambda_l1 lambda_l2 "
    "min_gain_to_split monotone_constraints linear_tree max_bin min_data_in_bin use_missing "
    "zero_as_missing num_class is_unbalance scale_pos_weight boost_from_average "
    "use_quantized_grad".split()
)
"""What is told of the library's own choices: no seeds, since nobody set them, and nothing that is
about files, machines and printing, or about ways of boosting that were not asked for."""

_SWITCHES = frozenset(
    "deterministic force_col_wise force_row_wise extra_trees linear_tree use_missing is_unbalance "
    "zero_as_missing boost_from_average use_quantized_grad".split()
)
_SCIKIT = {
    "boosting": "boosting_type",
    "num_iterations": "n_estimators",
    "num_threads": "n_jobs",
    "min_data_in_leaf": "min_child_samples",
    "min_sum_hessian_in_leaf": "min_child_weight",
    "min_gain_to_split": "min_split_gain",
    "bagging_fraction": "subsample",
    "bagging_freq": "subsample_freq",
    "feature_fraction": "colsample_bytree",
    "lambda_l1": "reg_alpha",
    "lambda_l2": "reg_lambda",
}
"""The library's own names → those of scikit-learn's interface."""


def hooks(watch: Any) -> dict[str, Callable[[Any], None]]:
    """Modules to be told of, each with what is called right after it was executed."""
    told = _Lightgbm(watch, watch.load("boosting"))
    return {
        "lightgbm.basic": told.on_basic,
        "lightgbm.engine": told.on_engine,
        "lightgbm.sklearn": told.on_sklearn,
    }


class _Training:
    """A training or cross-validation that goes on, and its rounds so far."""

    def __init__(self, folds: int | None) -> None:
        self.folds = folds
        self.step: int | None = folds


class _Lightgbm:
    def __init__(self, watch: Any, shared: Any) -> None:
        self.watch = watch
        self.shared = shared
        self.predictions = shared.Predictions(watch)
        self.aliases: Callable[[], dict[str, Any]] = dict
        self.grown: set[Any] = set()
        self.trainings: list[_Training] = []
        """Those that go on, one within another at most."""
        self.series: dict[tuple[str, str], Callable[..., None]] = {}

    # ------------------------------------------------------------ data, models

    def on_basic(self, module: Any) -> None:
        watch = self.watch
        self.aliases = module._ConfigAliases._get_all_param_aliases
        self._on_dataset(module.Dataset)
        self._on_booster(module.Booster)
        booster = module.Booster
        self.predictions.wrap(booster, "predict")
        watch.swap(booster, "eval", self._evaluating(None))
        watch.swap(booster, "eval_train", self._evaluating(0))
        watch.swap(booster, "eval_valid", self._evaluating(1))
        watch.wrap(booster, "update", before=self._on_update, outermost=True)
        self._on_save(booster, "save_model")
        self._on_save(module.Dataset, "save_binary")

    def _on_dataset(self, kind: Any) -> None:
        watch, shared, made = self.watch, self.shared, vars(kind)["__init__"]

        def after(_: Any, args: Any, kwargs: Any, __: Any) -> None:
            given, ___ = shared.arguments(made, args, kwargs)
            dataset, data, label = args[0], given.get("data"), given.get("label")
            location = shared.path_of(data)
            if location is not None:
                watch.object(dataset, "table")
                watch.read(dataset, location, "Dataset")
                return
            watch.derived(dataset, [data, label], "Dataset")
            facts: dict[str, Any] = {"columns": shared.names_of(getattr(data, "columns", None))}
            shape = getattr(data, "shape", None)
            if isinstance(shape, tuple):
                facts["shape"] = list(shape)
            if label is not None:
                facts["rows"] = shared.sketch(watch, data)
            watch.object(dataset, "table", **facts)

        def on_subset(_: Any, args: Any, kwargs: Any, result: Any) -> None:
            watch.derived(result, [args[0]], "subset")

        watch.wrap(kind, "__init__", after=after, outermost=True)
        watch.wrap(kind, "subset", after=on_subset, outermost=True)

    def _on_booster(self, kind: Any) -> None:
        watch, shared, made = self.watch, self.shared, vars(kind)["__init__"]

        def after(_: Any, args: Any, kwargs: Any, __: Any) -> None:
            given, ___ = shared.arguments(made, args, kwargs)
            booster, location = args[0], shared.path_of(given.get("model_file"))
            if location is not None:
                self._tell_model(booster, booster)
                watch.read(booster, location, "Booster")
            elif given.get("train_set") is not None:
                values = shared.settings(given.get("params"))
                watch.parameters("lightgbm.Booster", values, source=_SOURCE)

        watch.wrap(kind, "__init__", after=after, outermost=True)

    def _on_save(self, kind: Any, name: str) -> None:
        def after(_: Any, args: Any, kwargs: Any, __: Any) -> None:
            thing = args[0]
            location = args[1] if len(args) > 1 else kwargs.get("filename")
            location = self.shared.path_of(location)
            if location is None:
                return
            if hasattr(thing, "num_trees"):  # it may have grown since it was told
                self.watch.object(thing, "model", trees=thing.num_trees())
            self.watch.wrote(thing, location, "%s.%s" % (type(thing).__name__, name))

        self.watch.wrap(kind, name, after=after, outermost=True)

    def _tell_model(self, model: Any, booster: Any, **facts: Any) -> dict[str, Any]:
        """Facts of a model; the parameters that its core keeps are given back."""
        chosen = _parameters_of(booster.model_to_string(num_iteration=1))
        classes = self.shared.number(chosen.get("num_class"))
        self.watch.object(
            model,
            "model",
            **{"class": type(model).__name__},
            framework="lightgbm",
            objective=chosen.get("objective"),
            trees=booster.num_trees(),
            n_features=booster.num_feature(),
            features=self.shared.names_of(booster.feature_name()),
            classes=classes if isinstance(classes, int) and classes > 1 else None,
            **facts,
        )
        return chosen

    # ---------------------------------------------------------------- training

    def _measured(self, result: Any, step: int | None) -> None:
        for each in result:
            key = each[0], each[1]
            tell = self.series.get(key)
            if tell is None:
                tell = self.series[key] = self.watch.series(each[1], each[0], _SOURCE)
            tell(each[2], step)

    def _evaluating(self, rounds: int | None) -> Any:
        """Says what an evaluation gives; a training evaluates what it trains on, and then the rest.

        Not by ``wrap``: a round may take a fifth of a millisecond.

        Args:
            rounds: how many rounds of a training end with it; ``None``: none has it.
        """
        trainings, watch = self.trainings, self.watch

        def make(original: Any) -> Any:
            def evaluate(*args: Any, **kwargs: Any) -> Any:
                result = original(*args, **kwargs)
                try:
                    training = trainings[-1] if trainings else None
                    if training is None:
                        self._measured(result, args[0].current_iteration() - 1)
                    elif training.folds is None and rounds is not None:
                        # Of folds the means are told.
                        if training.step is None:
                            training.step = args[0].current_iteration() - 1
                        self._measured(result, training.step)
                        training.step += rounds
                except Exception as error:
                    watch.trouble("lightgbm.Booster", error)
                return result

            return evaluate

        return make

    def on_engine(self, module: Any) -> None:
        self._on_train(module, "train", module.train)
        self._on_train(module, "cv", module.cv)

        def after(_: Any, args: Any, kwargs: Any, result: Any) -> None:
            training = self.trainings[-1]
            for each in result:
                on, name, value, spread = _aggregated(each)
                self.watch.metric(name + "-mean", value, training.step, on, _SOURCE)
                self.watch.metric(name + "-stdv", spread, training.step, on, _SOURCE)
            training.step = (training.step or 0) + 1

        self.watch.wrap(module, "_agg_cv_result", after=after)

    def _on_train(self, module: Any, name: str, function: Any) -> None:
        watch, shared = self.watch, self.shared
        owner = "lightgbm." + name

        def before(args: Any, kwargs: Any) -> tuple[Any, ...]:
            self.trainings.append(_Training(0 if name == "cv" else None))
            given, others = shared.arguments(function, args, kwargs)
            values = shared.settings(given.get("params"))
            how, defaults = shared.call_arguments(given, others, _HOW)
            values.update(how)
            values.update(_from_callbacks(given.get("callbacks")))
            if any(each in values for each in self._called("num_iterations")):
                defaults.pop("num_boost_round", None)
            defaults = {each: defaults[each] for each in defaults if each not in values}
            watch.parameters(owner, {**values, **defaults}, defaults, _SOURCE)
            return given, {**defaults, **values}, defaults

        def after(token: Any, args: Any, kwargs: Any, result: Any) -> None:
            rounds = self.trainings.pop().step
            given, values, defaults = token
            train = given.get("train_set")
            sets = given.get("valid_sets")
            sets = sets if isinstance(sets, (list, tuple)) else [sets]
            inputs = {"train": train}
            inputs.update(shared.validations([each for each in sets if each is not None], train))
            inputs.update(self._earlier(given.get("init_model"), result))
            self._name(inputs)
            if name == "cv":
                watch.step("evaluate", owner, inputs, rounds=rounds, folds=values.get("nfold"))
                return
            best = _best(result)
            chosen = self._tell_model(result, result, **best)
            rounds = result.current_iteration()
            watch.step("fit", owner, inputs, model=result, rounds=rounds, **best)
            self._tell_chosen(owner, values, chosen, defaults, {})

        def failed(token: Any, args: Any, kwargs: Any, error: Any) -> None:
            if self.trainings:
                self.trainings.pop()
            if token is not None:
                inputs = {"train": token[0].get("train_set")}
                watch.step("fit", owner, inputs, failed=type(error).__name__)

        watch.wrap(module, name, before=before, after=after, failed=failed, outermost=True)

    def _name(self, things: dict[str, Any]) -> None:
        """The program's names for what it made before, and its shape once it has one."""
        frame = self.watch.user()
        for thing in things.values():
            facts: dict[str, Any] = {}
            if getattr(thing, "_handle", None) is not None and hasattr(thing, "num_data"):
                facts["shape"] = [thing.num_data(), thing.num_feature()]
            if thing is not None and self.watch.known(thing) is not None:
                self.watch.object(thing, "table", self.watch.name_of(thing, frame), **facts)

    def _earlier(self, earlier: Any, model: Any) -> dict[str, Any]:
        """A model with which a training goes on."""
        location = self.shared.path_of(earlier)
        if location is not None:
            self.watch.object(model, "model")
            self.watch.read(model, location, "init_model")
            return {}
        return {} if earlier is None else {"base_model": getattr(earlier, "_Booster", earlier)}

    def _called(self, name: str) -> set[str]:
        """All names of a parameter, the library's own and its aliases."""
        return {name, *self.aliases().get(name, ())}

    def _tell_chosen(
        self,
        owner: str,
        values: dict[str, Any],
        chosen: dict[str, str],
        defaults: Any,
        names: dict[str, str],
    ) -> None:
        """What was not given, as the library chose it; told with what was, to be found again."""
        told = {}
        for name, text in chosen.items():
            if name not in _CHOSEN or text == "":
                continue
            if self._called(name).union([names.get(name, name)]).isdisjoint(values):
                value = self.shared.number(text)
                told[names.get(name, name)] = bool(value) if name in _SWITCHES else value
        self.watch.parameters(owner, {**values, **told}, [*defaults, *told], _SOURCE)

    def _on_update(self, args: Any, kwargs: Any) -> None:
        """A program's own loop: told once for each model and its data."""
        booster = args[0]
        if self.watch.known(booster) in self.grown:
            return
        number = self.watch.object(booster, "model", **{"class": "Booster"}, framework="lightgbm")
        self.grown.add(number)
        train = args[1] if len(args) > 1 else kwargs.get("train_set")
        inputs = {"train": booster.train_set if train is None else train}
        self._name(inputs)
        self.watch.step("fit", "Booster.update", inputs, model=booster)

    # ------------------------------------------------------------ scikit-learn

    def on_sklearn(self, module: Any) -> None:
        for kind in list(vars(module).values()):
            if not isinstance(kind, type) or not issubclass(kind, module.LGBMModel):
                continue
            if "fit" in vars(kind):
                self._on_fit(kind)
            for name in ("predict", "predict_proba"):
                if name in vars(kind):
                    self.predictions.wrap(kind, name)

    def _on_fit(self, kind: Any) -> None:
        watch, shared, function = self.watch, self.shared, vars(kind)["fit"]

        def before(args: Any, kwargs: Any) -> tuple[Any, ...]:
            self.trainings.append(_Training(None))
            given, _ = shared.arguments(function, args, kwargs)
            values, defaults = shared.estimator_arguments(args[0])
            values.update(shared.plain_arguments(given, ("eval_metric", "early_stopping_rounds")))
            values.update(_from_callbacks(given.get("callbacks")))
            watch.parameters(type(args[0]).__name__, values, defaults, _SOURCE)
            return given, values, defaults

        def after(token: Any, args: Any, kwargs: Any, result: Any) -> None:
            self.trainings.pop()
            given, values, defaults = token
            model = args[0]
            by = type(model).__name__
            booster = model._Booster
            train = given.get("X")
            sets = [each[0] for each in shared.sets_of(given.get("eval_set"))]
            if given.get("eval_X") is not None:
                held = given["eval_X"]
                sets += list(held) if isinstance(held, tuple) else [held]
            inputs = {"X": train, "y": given.get("y"), **shared.validations(sets, train)}
            shared.tell_rows(watch, inputs)
            inputs.update(self._earlier(given.get("init_model"), model))
            best = _best(booster)
            chosen = self._tell_model(model, booster, **best)
            watch.same(booster, model)
            rounds = booster.current_iteration()
            watch.step("fit", by + ".fit", inputs, model=model, rounds=rounds, **best)
            self._tell_chosen(by, values, chosen, defaults, _SCIKIT)

        def failed(token: Any, args: Any, kwargs: Any, error: Any) -> None:
            self.trainings.pop()
            if token is not None:
                inputs = {"X": token[0].get("X"), "y": token[0].get("y")}
                by = type(args[0]).__name__ + ".fit"
                watch.step("fit", by, inputs, failed=type(error).__name__)

        watch.wrap(kind, "fit", before=before, after=after, failed=failed, outermost=True)


def _parameters_of(text: str) -> dict[str, str]:
    """The lines ``[name: value]`` at the end of a model's text form."""
    found = {}
    for line in (
        text.partition("\nparameters:\n")[2].partition("\nend of parameters")[0].split("\n")
    ):
        name, colon, value = line.strip("[]").partition(": ")
        if colon:
            found[name] = value
    return found


def _best(booster: Any) -> dict[str, Any]:
    """Where early stopping found the best round, if it did."""
    best = getattr(booster, "best_iteration", 0)
    if not isinstance(best, int) or best <= 0:
        return {}
    scores = {on: dict(each) for on, each in booster.best_score.items()}
    return {"best_iteration": best, "best_score": scores}


def _aggregated(each: Any) -> tuple[str, str, float, float]:
    """Set, metric, mean and deviation of one result over folds, in old and new versions."""
    if hasattr(each, "metric_std_dev"):
        return each.dataset_name, each.metric_name, each.metric_value, each.metric_std_dev
    on, _, name = str(each[1]).partition(" ")
    return on, name, each[2], each[4]


def _from_callbacks(callbacks: Any) -> dict[str, Any]:
    """Early stopping as it is asked for now."""
    for each in callbacks if isinstance(callbacks, (list, tuple)) else ():
        rounds = getattr(each, "stopping_rounds", None)
        if rounds is not None:
            return {"early_stopping_rounds": rounds}
    return {}
