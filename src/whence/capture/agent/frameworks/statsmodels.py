"""statsmodels: what was fitted to what, how well, and with which coefficients."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

_SOURCE = "statsmodels"
_MODULES = (
    "statsmodels.regression.linear_model",
    "statsmodels.regression.quantile_regression",
    "statsmodels.regression.mixed_linear_model",
    "statsmodels.genmod.generalized_linear_model",
    "statsmodels.genmod.generalized_estimating_equations",
    "statsmodels.gam.generalized_additive_model",
    "statsmodels.discrete.discrete_model",
    "statsmodels.discrete.count_model",
    "statsmodels.miscmodels.ordinal_model",
    "statsmodels.robust.robust_linear_model",
    "statsmodels.duration.hazard_regression",
    "statsmodels.tsa.ar_model",
    "statsmodels.tsa.arima.model",
    "statsmodels.tsa.statespace.mlemodel",
    "statsmodels.tsa.holtwinters.model",
    "statsmodels.tsa.vector_ar.var_model",
)
"""Modules whose classes fit; each class that has a way of its own to fit is wrapped."""

_FITS = ("fit", "fit_regularized", "fit_constrained")
_MEASURES = ("rsquared", "rsquared_adj", "prsquared", "aic", "bic", "llf", "deviance")
_WARNING = ("GLM", "GEE")
"""Results that warn when they are asked for their ``bic``."""

_COEFFICIENTS = 100


def hooks(watch: Any) -> dict[str, Callable[[Any], None]]:
    """Modules to be told of, each with what is called right after it was executed."""
    told = _Statsmodels(watch, watch.load("boosting"))
    found: dict[str, Callable[[Any], None]] = dict.fromkeys(_MODULES, told.on_models)
    found["statsmodels.base.model"] = told.on_base
    found["statsmodels.tools.tools"] = told.on_tools
    found["statsmodels.iolib.smpickle"] = told.on_pickles
    return found


class _Statsmodels:
    def __init__(self, watch: Any, shared: Any) -> None:
        self.watch = watch
        self.shared = shared
        self.predictions = shared.Predictions(watch)

    def on_models(self, module: Any) -> None:
        for kind in list(vars(module).values()):
            if not isinstance(kind, type) or kind.__module__ != module.__name__:
                continue
            for name in _FITS:
                if name in vars(kind) and hasattr(vars(kind)[name], "__code__"):
                    self._on_fit(kind, name)

    def on_base(self, module: Any) -> None:
        self.predictions.wrap(module.Results, "predict")

    def on_tools(self, module: Any) -> None:
        def after(_: Any, args: Any, kwargs: Any, result: Any) -> None:
            data = args[0] if args else kwargs.get("data")
            self.watch.derived(result, [data], "add_constant")

        self.watch.wrap(module, "add_constant", after=after)

    def on_pickles(self, module: Any) -> None:
        def on_saved(_: Any, args: Any, kwargs: Any, __: Any) -> None:
            thing = args[0] if args else kwargs.get("obj")
            location = self.shared.path_of(args[1] if len(args) > 1 else kwargs.get("fname"))
            if location is not None:
                self.watch.wrote(thing, location, "%s.save" % type(thing).__name__)

        def on_loaded(_: Any, args: Any, kwargs: Any, result: Any) -> None:
            location = self.shared.path_of(args[0] if args else kwargs.get("fname"))
            if location is not None:
                self._tell_model(result)
                self.watch.read(result, location, "statsmodels.load")

        self.watch.wrap(module, "save_pickle", after=on_saved, outermost=True)
        self.watch.wrap(module, "load_pickle", after=on_loaded, outermost=True)

    def _on_fit(self, kind: Any, name: str) -> None:
        watch, shared, function = self.watch, self.shared, vars(kind)[name]

        def after(_: Any, args: Any, kwargs: Any, result: Any) -> None:
            model = args[0]
            called = type(model).__name__
            given, __ = shared.arguments(function, args, kwargs)
            values, defaults = self._made_with(model)
            values.update(shared.plain_arguments(given, [each for each in given if each != "self"]))
            watch.parameters(called, values, [e for e in defaults if e not in given], _SOURCE)
            self._tell_model(result)
            inner = getattr(result, "_results", result)
            measured = self._measures(inner)
            for each, value in measured.items():
                watch.metric(each, value, None, "", _SOURCE)
            inputs = self._inputs(model)
            shared.tell_rows(watch, inputs)
            watch.step(
                "fit",
                "%s.%s" % (called, name),
                inputs,
                model=result,
                coefficients=_coefficients(inner, _columns(model)),
                **measured,
            )

        watch.wrap(kind, name, after=after, outermost=True)

    def _tell_model(self, result: Any) -> None:
        inner = getattr(result, "_results", result)
        model = getattr(inner, "model", None)
        self.watch.object(
            result,
            "model",
            **{"class": type(model if model is not None else result).__name__},
            framework=_SOURCE,
            features=self.shared.names_of(None if model is None else _columns(model)),
            size=int(getattr(getattr(inner, "params", None), "size", 0)) or None,
        )
        if inner is not result:
            self.watch.same(inner, result)

    def _made_with(self, model: Any) -> tuple[dict[str, Any], list[str]]:
        """What a model was made with, beside data; each class keeps it under the same names."""
        own: dict[str, Any] = {}
        for kind in reversed(type(model).__mro__):
            made = vars(kind).get("__init__")
            if made is not None and hasattr(made, "__code__"):
                own.update(self.shared.arguments(made, (), {})[1])
        found = {name: vars(model).get(name) for name in own}
        values = self.shared.plain_arguments(found, found)
        defaults = [name for name, value in values.items() if _listed(own[name]) == value]
        if "family" in own and found["family"] is not None:
            values["family"] = type(found["family"]).__name__
            values["link"] = type(getattr(found["family"], "link", None)).__name__
        if getattr(model, "formula", None) is not None:
            values["formula"] = str(model.formula)
        return values, defaults

    def _inputs(self, model: Any) -> dict[str, Any]:
        data = vars(model).get("data")
        frame = getattr(data, "frame", None)  # of a model that was made by a formula
        if frame is not None:
            return {"train": frame}
        inputs = {"X": getattr(data, "orig_exog", None), "y": getattr(data, "orig_endog", None)}
        if getattr(model, "_input_exog", data) is None:
            del inputs["X"]  # a constant that the model made for itself
        return inputs

    def _measures(self, inner: Any) -> dict[str, float]:
        """How well it fits; what is computed for that is not left in the result."""
        found = {}
        kept = _Kept(inner, getattr(inner, "model", None))
        with sys.modules["numpy"].errstate(all="ignore"):
            for name in _MEASURES:
                if name == "bic" and type(inner).__name__[:3] in _WARNING:
                    continue
                try:
                    found[name] = float(getattr(inner, name))
                except Exception:  # not every model has each
                    pass
        kept.restore()
        return found


class _Kept:
    """Which values objects hold and have cached, to take away what our questions add."""

    def __init__(self, *things: Any) -> None:
        held = [vars(each) for each in things if hasattr(each, "__dict__")]
        held += [each["_cache"] for each in held if isinstance(each.get("_cache"), dict)]
        self._before = [(each, set(each)) for each in held]

    def restore(self) -> None:
        for held, names in self._before:
            for name in set(held) - names:
                del held[name]


def _listed(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _coefficients(inner: Any, names: list[str] | None) -> dict[str, float] | None:
    params = getattr(inner, "params", None)
    if getattr(params, "ndim", 0) != 1 or params is None or len(params) > _COEFFICIENTS:
        return None
    if names is None or len(names) != len(params):
        names = [str(number) for number in range(len(params))]
    return {name: float(value) for name, value in zip(names, params)}


def _columns(model: Any) -> list[str] | None:
    """Names of what a model regresses on; its own properties for it would be cached in it."""
    data = vars(model).get("data")
    columns = getattr(getattr(data, "orig_exog", None), "columns", None)
    return None if columns is None else [str(each) for each in columns]
