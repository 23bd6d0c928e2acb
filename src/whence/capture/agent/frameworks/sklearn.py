"""scikit-learn and what has its form: fits, predictions, transformations and scores of estimators.

Every class made from its base classes, in the library, in others and in the program, has its
methods wrapped as it is made; what happens inside the outermost of them is not told. Classes of
``__main__`` are pickled by value, wrappers would go with them: they get ``_Method`` instead.
"""

from __future__ import annotations

import sys
import time
import weakref
from types import FunctionType, GeneratorType, MethodType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

_METHODS = {
    "fit": "fit",
    "partial_fit": "fit",
    "fit_predict": "fit_predict",
    "fit_transform": "fit_transform",
    "fit_resample": "fit_resample",
    "predict": "predict",
    "predict_proba": "predict",
    "predict_log_proba": "predict",
    "decision_function": "predict",
    "score_samples": "predict",
    "transform": "transform",
    "inverse_transform": "transform",
    "score": "evaluate",
    "split": "split",
}
"""Method → what it does."""

_OTHERS = {"xgboost", "lightgbm", "catboost", "builtins", "abc"}
"""Packages with hooks of their own, and those without estimators."""

_OFTEN = 200
_THEN_EVERY = 50
"""Of the same call at the same place the first so many are told, and then each fiftieth."""

_USER = 2
_WRAPPERS = ("sklearn/utils/_set_output.py", "sklearn/utils/_available_if.py")
_PARALLEL = ("sklearn/utils/parallel.py", "sklearn/utils/fixes.py")


def hooks(watch: Any) -> dict[str, Callable[[Any], None]]:
    """Modules to be told of, each with what is called right after it was executed."""
    estimators = _Estimators(watch)
    found: dict[str, Callable[[Any], None]] = {
        "sklearn.utils._metadata_requests": estimators.on_requests,
        "sklearn.utils._set_output": estimators.on_output,
    }
    functions = watch.load("sklearn_functions").Functions(watch, estimators)
    found.update(functions.hooks())
    return found


class _Estimators:
    """Wraps the methods of classes, and tells what they do."""

    def __init__(self, watch: Any) -> None:
        self.watch = watch
        self.models = watch.load("sklearn_models")
        self.tables = watch.load("tables")
        self._met: Any = weakref.WeakSet()
        self._counts: dict[tuple[str, str], int] = {}
        self.splits = self.tables.splits

    # ----------------------------------------------------------------- classes

    def on_requests(self, module: Any) -> None:
        """The module of the class that all estimators and splitters come from."""
        self.watch.wrap(module._MetadataRequester, "__init_subclass__", after=self._on_class)

    def on_output(self, module: Any) -> None:
        """What is transformed can be put in another container."""

        def after(_: Any, args: tuple[Any, ...], __: dict[str, Any], result: Any) -> None:
            data = args[1] if len(args) > 1 else None
            if result is not data and data is not None:
                self.watch.same(result, data)

        self.watch.wrap(module, "_wrap_data_with_container", after=after)

    def _on_class(self, _: Any, args: tuple[Any, ...], __: dict[str, Any], ___: Any) -> None:
        for kind in args[0].__mro__:
            if kind not in self._met:
                self._met.add(kind)
                module = getattr(kind, "__module__", "") or ""
                if module.partition(".")[0] not in _OTHERS:
                    self._dress(kind, module)

    def _dress(self, kind: Any, module: str) -> None:
        own = module == "__main__" or (not module.startswith("sklearn.") and self._is_users(module))
        for name, method in list(vars(kind).items()):
            what = _METHODS.get(name)
            if what is None:
                continue
            function = getattr(method, "fn", method)  # sklearn's ``available_if``
            if not isinstance(function, FunctionType):
                continue
            if what == "split":
                if function is method and module != "__main__":
                    self.watch.swap(kind, name, self._splitting)
                continue
            call = _Call(self, what, name, function, own)
            if module == "__main__":
                setattr(kind, name, _Method(self.watch, function, call))
            elif function is method:
                self.watch.wrap_often(kind, name, call, call.places)
            else:
                self.watch.wrap_often(method, "fn", call, call.places)

    def _splitting(self, original: Any) -> Any:
        """A splitter gives an iterator of pairs of row numbers: each is told as it comes by."""
        watch, state = self.watch, self.watch._state

        def split(*args: Any, **kwargs: Any) -> Any:
            result = original(*args, **kwargs)
            if state.quiet or state.outermost or type(result) is not GeneratorType:
                return result
            try:
                frame = watch.caller()
                if frame is not None and hasattr(args[0], "get_n_splits"):
                    with watch.quiet():
                        data = args[1] if len(args) > 1 else kwargs.get("X")
                        self._tell_splitter(args[0], data, frame)
                    result = passing(result, data, "%s.split" % type(args[0]).__name__)
            except Exception as error:
                watch.trouble("split", error)
            return result

        def passing(pairs: Any, data: Any, by: str) -> Any:
            for at, pair in enumerate(pairs):
                if at < _OFTEN:
                    self.tables.tell_pair(watch, pair, data, "%s[%d]" % (by, at))
                yield pair

        passing.__code__ = sys.modules["_whence_wraps"]._disguised(passing.__code__)
        return split

    def _tell_splitter(self, splitter: Any, data: Any, frame: Any) -> None:
        self.models.tell_attributes(self.watch, splitter)
        if self.tables.is_data(data):
            self.tables.meet(self.watch, data, frame)
            by = "%s.split" % type(splitter).__name__
            self.tell("split", by, {"X": data}, {}, None, self.watch.where(frame))

    def _is_users(self, module: str) -> bool:
        file = getattr(sys.modules.get(module), "__file__", None)
        return bool(file) and bool(self.watch.is_user(file))

    # ------------------------------------------------------------------- calls

    def caller(self, what: str) -> Any:
        """The frame for which a call is told; ``None`` where a library does it for itself."""
        watch = self.watch
        frame: Any = sys._getframe(1)
        near = True
        for _ in range(60):
            if frame is None:
                break
            name = frame.f_code.co_filename
            if watch._belongs(frame) == 2:
                return frame if near or what.startswith("fit") else None
            if near and watch._belongs(frame) and not name.endswith(_WRAPPERS):
                near = False
            if name.endswith(_PARALLEL):
                return None
            frame = frame.f_back
        # A worker of the program's own pool: no code of its is on the stack.
        return sys._getframe(1) if what.startswith("fit") and not near else None

    def often(self, by: str, where: str) -> bool:
        """Whether a call has been told so often that this one need not be."""
        count = self._counts[by, where] = self._counts.get((by, where), 0) + 1
        return count > _OFTEN and count % _THEN_EVERY != 0

    def brief(self, metric: str, data_at: int, data: Any, frame: Any) -> Callable[..., None]:
        """What is told of a call that was told so often: the number that it gives, if any.

        Args:
            metric: what the number is called; empty where there is none.
            data_at: which argument is what it was measured on.
            data: this argument of the present call.
            frame: who calls.
        """
        watch = self.watch
        name = watch.name_of(data, frame)
        fixed = name or not self.splits
        series = watch.series(metric, name, "sklearn") if metric and fixed else None

        def told(args: Any, kwargs: Any, result: Any) -> None:
            if series is not None and isinstance(result, float):
                series(result)
            elif metric and is_number(result):
                data = args[data_at] if len(args) > data_at else next(iter(kwargs.values()), None)
                watch.metric(metric, result, None, self.role(watch.known(data)), "sklearn")

        return told

    def pass_by(self, places: Any, args: Any, frame: Any, tell: Callable[..., None]) -> None:
        """Have the wrapper tell a place in brief from now on, if the user's code itself calls."""
        # Called by ``before``, by the wrapper, by the one around it that knows places.
        if args and sys._getframe(4) is frame and self.watch._belongs(frame) == _USER:
            place = sys.modules["_whence_places"].Place(frame, args[0], _THEN_EVERY, tell)
            places[id(frame.f_code), frame.f_lasti] = place

    def role(self, number: Any) -> str:
        """The split that an object is."""
        return str(self.splits.get(number, ""))

    def called(self, thing: Any, frame: Any) -> str:
        """What an object is called where it is used: a variable's name, or the split that it is."""
        name = self.watch.name_of(thing, frame)
        return name or self.role(self.watch.known(thing))

    def tell(
        self,
        kind: str,
        by: str,
        inputs: dict[str, Any],
        outputs: dict[str, Any],
        model: Any,
        where: str,
        **facts: Any,
    ) -> None:
        """A step; its facts are plain already, and may be long."""
        watch = self.watch
        watch.tell(
            "step",
            kind=kind,
            by=by,
            at=time.time_ns(),
            inputs=watch._numbered(inputs),
            outputs=watch._numbered(outputs),
            model=None if model is None else watch._meet(model, "model"),
            where=where,
            **facts,
        )


class _Call:
    """One method of one class."""

    __slots__ = ("estimators", "function", "name", "names", "outermost", "own", "places", "what")

    def __init__(
        self, estimators: _Estimators, what: str, name: str, function: Any, own: bool
    ) -> None:
        self.estimators = estimators
        self.what = what
        self.name = name
        self.function = function
        self.names: tuple[str, ...] | None = None
        self.own = own
        self.outermost = not own
        self.places: dict[tuple[int, int], Any] = {}

    def _inputs(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        """Data that was given, by roles."""
        if self.names is None:
            self.names = argument_names(self.function)[1:]
        is_data = self.estimators.tables.is_data
        given = list(zip(self.names, args[1:])) + list(kwargs.items())
        found: dict[str, Any] = {}
        for at, (name, value) in enumerate(given):
            if not is_data(value):
                continue
            role = "y" if name in ("y", "Y", "y_true") else "X" if at == 0 else name
            found.setdefault(role, value)
        return found

    def before(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Number what goes in, and tell the parameters of what is fitted."""
        estimators, what = self.estimators, self.what
        if self.own and estimators.watch._state.outermost:
            return None
        frame = estimators.caller(what)
        if frame is None:
            return None
        where = estimators.watch.where(frame)
        if estimators.often(type(args[0]).__name__ + self.name, where):
            data = args[1] if len(args) > 1 else next(iter(kwargs.values()), None)
            metric = "score" if what == "evaluate" else ""
            brief = estimators.brief(metric, 1, data, frame)
            estimators.pass_by(self.places, args, frame, brief)
            return brief
        inputs = self._inputs(args, kwargs)
        for role, value in inputs.items():
            estimators.tables.meet(estimators.watch, value, frame, sketch=role == "X")
        if what.startswith("fit"):
            estimators.models.tell_parameters(estimators.watch, args[0], frame)
        return where, inputs

    def after(self, token: Any, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any) -> None:
        """Tell what was done."""
        estimators, what = self.estimators, self.what
        watch, models = estimators.watch, estimators.models
        if token is None:
            return
        if type(token) is not tuple:
            token(args, kwargs, result)
            return
        where, inputs = token
        estimator = args[0]
        frame = watch.user()
        by = "%s.%s" % (type(estimator).__name__, self.name)
        facts: dict[str, Any] = {}
        outputs: dict[str, Any] = {}
        if what.startswith("fit"):
            models.tell_model(watch, estimator, frame)
            kind = "fit"
            if models.is_search(estimator):
                kind, facts = "search", models.tell_search(watch, estimator)
            if what == "fit_resample" and isinstance(result, tuple):
                outputs = dict(zip(("X", "y"), result))
            elif what != "fit" and estimators.tables.is_data(result):
                outputs = {"y_pred" if what == "fit_predict" else "X": result}
        else:
            kind = what
            if watch.known(estimator) is None:
                models.tell_model(watch, estimator, frame)
            else:
                models.tell_name(watch, estimator, frame)
            if what == "evaluate":
                facts["value"] = watch.plain(result)
                on = estimators.called(inputs.get("X"), frame)
                if is_number(result):
                    watch.metric("score", result, None, on, "sklearn")
            elif estimators.tables.is_data(result):
                outputs = {"y_pred" if what == "predict" else "X": result}
        for each in outputs.values():
            estimators.tables.meet(watch, each, frame)
        estimators.tell(kind, by, inputs, outputs, estimator, where, **facts)


class _Method:
    """A wrapped method of a class that is pickled by value: it is pickled as the original."""

    def __init__(self, watch: Any, function: Any, call: _Call) -> None:
        holder = type(self).Holder()
        holder.function = function
        watch.wrap(holder, "function", call.before, call.after)
        self._function = function
        self._wrapped = holder.function
        self.__doc__ = function.__doc__
        self.__name__ = function.__name__

    class Holder:
        """Something to wrap a function on."""

        function: Any

    def __get__(self, thing: Any, owner: Any = None) -> Any:
        return self._function if thing is None else MethodType(self._wrapped, thing)

    def __reduce__(self) -> tuple[Any, ...]:
        return max, ([self._function],)


def argument_names(function: Any) -> tuple[str, ...]:
    """Names of the positional arguments of a function, whatever it is wrapped in."""
    while hasattr(function, "__wrapped__"):
        function = function.__wrapped__
    code = getattr(function, "__code__", None)
    if code is None:
        return ()
    count = code.co_argcount + code.co_kwonlyargcount
    return tuple(code.co_varnames[:count])


def is_number(value: Any) -> bool:
    """Whether a result is one number."""
    if isinstance(value, (bool, str, bytes)):
        return False
    if isinstance(value, (int, float)):
        return True
    return getattr(value, "shape", None) == () and hasattr(value, "__float__")
