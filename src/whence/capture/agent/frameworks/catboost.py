"""CatBoost: its core trains without a word to Python, and is asked afterwards."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

_SOURCE = "catboost"
_FIT = ("early_stopping_rounds", "use_best_model", "cat_features", "text_features")
_CV = (
    "iterations num_boost_round fold_count nfold inverted partition_random_seed seed shuffle "
    "stratified early_stopping_rounds type"
).split()
_SAME = (
    {"iterations", "n_estimators", "num_boost_round", "num_trees"},
    {"learning_rate", "eta"},
    {"depth", "max_depth"},
    {"l2_leaf_reg", "reg_lambda"},
    {"random_seed", "random_state"},
    {"loss_function", "objective"},
    {"border_count", "max_bin"},
    {"rsm", "colsample_bylevel"},
    {"min_data_in_leaf", "min_child_samples"},
    {"max_leaves", "num_leaves"},
    {"eval_metric", "custom_metric"},
)
"""Names of one and the same parameter."""

_CHOSEN = frozenset(
    "bootstrap_type iterations learning_rate depth l2_leaf_reg random_strength bagging_temperature "
    "subsample sampling_frequency grow_policy leaf_estimation_method leaf_estimation_iterations "
    "score_function loss_function eval_metric border_count feature_border_type rsm "
    "min_data_in_leaf max_leaves model_shrink_rate model_shrink_mode use_best_model nan_mode "
    "boosting_type boost_from_average task_type auto_class_weights od_type od_wait od_pval "
    "one_hot_max_size".split()
)
"""What is told of the library's own choices; the rest is about files and printing."""

_SCHEMES = ("quantized://", "dsv://", "libsvm://")


def hooks(watch: Any) -> dict[str, Callable[[Any], None]]:
    """Modules to be told of, each with what is called right after it was executed."""
    told = _Catboost(watch, watch.load("boosting"))
    return {"catboost.core": told.on_core}


class _Catboost:
    def __init__(self, watch: Any, shared: Any) -> None:
        self.watch = watch
        self.shared = shared
        self.predictions = shared.Predictions(watch)

    def on_core(self, module: Any) -> None:
        watch = self.watch
        self._on_pool(module.Pool)
        for kind in list(vars(module).values()):
            if isinstance(kind, type) and issubclass(kind, module.CatBoost):
                if "fit" in vars(kind):
                    self._on_fit(kind)
                for name in ("predict", "predict_proba", "predict_log_proba"):
                    if name in vars(kind):
                        self.predictions.wrap(kind, name)
        watch.wrap(module.CatBoost, "save_model", after=self._on_saved, outermost=True)
        watch.wrap(module.CatBoost, "load_model", after=self._on_loaded, outermost=True)
        self._on_cv(module)

    def _on_pool(self, kind: Any) -> None:
        watch, shared, made = self.watch, self.shared, vars(kind)["__init__"]

        def after(_: Any, args: Any, kwargs: Any, __: Any) -> None:
            given, ___ = shared.arguments(made, args, kwargs)
            pool, data, label = args[0], given.get("data"), given.get("label")
            facts: dict[str, Any] = {
                "shape": [pool.num_row(), pool.num_col()],
                "columns": shared.names_of(pool.get_feature_names()),
            }
            location = self._path_of(data)
            if location is None:
                watch.derived(pool, [data, label], "Pool")
                if label is not None:
                    facts["rows"] = shared.sketch(watch, data)
            watch.object(pool, "table", **facts)
            if location is not None:
                watch.read(pool, location, "Pool", shape=facts["shape"])

        watch.wrap(kind, "__init__", after=after, outermost=True)

    def _path_of(self, value: Any) -> str | None:
        location: str | None = self.shared.path_of(value)
        for each in _SCHEMES if location is not None else ():
            if location is not None and location.startswith(each):
                location = location[len(each) :]
        return location

    def _tell_model(self, model: Any, **facts: Any) -> dict[str, Any]:
        """Facts of a model; all parameters that it was trained with are given back."""
        chosen: dict[str, Any] = model.get_all_params()
        classes = getattr(model, "classes_", None)
        self.watch.object(
            model,
            "model",
            **{"class": type(model).__name__},
            framework=_SOURCE,
            objective=chosen.get("loss_function"),
            trees=model.tree_count_,
            n_features=len(model.feature_names_ or ()),
            features=self.shared.names_of(model.feature_names_),
            classes=len(classes) if classes is not None and len(classes) else None,
            **facts,
        )
        return chosen

    def _on_saved(self, _: Any, args: Any, kwargs: Any, __: Any) -> None:
        location = self.shared.path_of(args[1] if len(args) > 1 else kwargs.get("fname"))
        if location is not None:
            self.watch.wrote(args[0], location, "%s.save_model" % type(args[0]).__name__)

    def _on_loaded(self, _: Any, args: Any, kwargs: Any, __: Any) -> None:
        location = self.shared.path_of(args[1] if len(args) > 1 else kwargs.get("fname"))
        self._tell_model(args[0])
        if location is not None:
            self.watch.read(args[0], location, "%s.load_model" % type(args[0]).__name__)

    # ---------------------------------------------------------------- training

    def _on_fit(self, kind: Any) -> None:
        watch, shared, function = self.watch, self.shared, vars(kind)["fit"]

        def before(args: Any, kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
            given, _ = shared.arguments(function, args, kwargs)
            values = {name: each for name, each in args[0].get_params().items() if each is not None}
            values.update(shared.plain_arguments(given, _FIT))
            watch.parameters(type(args[0]).__name__, values, (), _SOURCE)
            return given, values

        def after(token: Any, args: Any, kwargs: Any, result: Any) -> None:
            given, values = token
            model = args[0]
            by = type(model).__name__
            inputs = self._inputs(given)
            location = self._path_of(given.get("X"))
            if location is not None:  # it reads the file by itself
                watch.object(model, "model")
                watch.read(model, location, by + ".fit", relation="trained")
                del inputs["X"]
            shared.tell_rows(
                watch, {role: each for role, each in inputs.items() if role != "train"}
            )
            best = {}
            if model.get_best_iteration() is not None:
                best = {"best_iteration": model.get_best_iteration()}
                best["best_score"] = model.get_best_score()
            chosen = self._tell_model(model, **best)
            self._tell_rounds(model)
            earlier = given.get("init_model")
            location = shared.path_of(earlier)
            if location is not None:
                watch.read(model, location, "init_model")
            elif earlier is not None:
                inputs["base_model"] = earlier
            watch.step("fit", by + ".fit", inputs, model=model, rounds=model.tree_count_, **best)
            known = set(values)
            for names in _SAME:
                if names & known:
                    known |= names
            number = shared.shortest
            told = {
                name: number(value) if type(value) is float else value
                for name, value in chosen.items()
                if name in _CHOSEN and name not in known
            }
            watch.parameters(by, {**values, **told}, told, _SOURCE)

        def failed(token: Any, args: Any, kwargs: Any, error: Any) -> None:
            if token is not None:
                by = type(args[0]).__name__ + ".fit"
                watch.step("fit", by, self._inputs(token[0]), failed=type(error).__name__)

        watch.wrap(kind, "fit", before=before, after=after, failed=failed, outermost=True)

    def _inputs(self, given: dict[str, Any]) -> dict[str, Any]:
        train, held = given.get("X"), given.get("eval_set")
        if isinstance(held, tuple) and len(held) == 2 and not isinstance(held[0], tuple):
            held = [held]
        held = held if isinstance(held, (list, tuple)) else [held]
        sets = [each[0] if isinstance(each, (list, tuple)) else each for each in held]
        role = "train" if type(train).__name__ == "Pool" else "X"
        inputs = {role: train, "y": given.get("y")}
        sets = [each for each in sets if each is not None and self._path_of(each) is None]
        inputs.update(self.shared.validations(sets, train))
        frame = self.watch.user()
        for thing in inputs.values():
            if type(thing).__name__ == "Pool":
                self.watch.object(thing, "table", self.watch.name_of(thing, frame))
        return inputs

    def _tell_rounds(self, model: Any) -> None:
        for on, metrics in (model.get_evals_result() or {}).items():
            for name, values in metrics.items():
                for step, value in enumerate(values):
                    self.watch.metric(name, value, step, on, _SOURCE)

    def _on_cv(self, module: Any) -> None:
        watch, shared, function = self.watch, self.shared, module.cv

        def before(args: Any, kwargs: Any) -> dict[str, Any]:
            given, others = shared.arguments(function, args, kwargs)
            values = shared.settings(given.get("params"))
            values.update(shared.plain_arguments(given, _CV))
            defaults = shared.plain_arguments(others, ("shuffle",))
            watch.parameters("catboost.cv", {**defaults, **values}, defaults, _SOURCE)
            return dict(given)

        def after(given: Any, args: Any, kwargs: Any, result: Any) -> None:
            pool = given.get("pool", given.get("dtrain"))
            table = result[0] if isinstance(result, tuple) else result
            for column in list(table):
                on, dash, name = str(column).partition("-")
                for step, value in enumerate(table[column] if dash else ()):
                    watch.metric(name, value, step, on, _SOURCE)
            watch.step("evaluate", "catboost.cv", {"train": pool}, rounds=len(table))

        watch.wrap(module, "cv", before=before, after=after, outermost=True)
