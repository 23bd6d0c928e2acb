"""What the hooks of gradient boosting libraries share: arguments by name, and what is told of them.

Loaded by those hooks; it has none of its own.
"""

from __future__ import annotations

import math
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Iterable, Mapping, Sequence

_FEATURES = 200
_PREDICTIONS = 200
"""So many predictions of one model are told; those from data that is known, always ten times."""

_COUNTS = ("num_boost_round", "nfold")
_LARGEST = 1e30
_SAID = (bool, int, float, str)


def arguments(
    function: Any, args: Sequence[Any], kwargs: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Arguments that were given, by name, and the defaults of those that were not."""
    while hasattr(function, "__wrapped__"):
        function = function.__wrapped__
    code = function.__code__
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    given = dict(zip(names, args))
    given.update(kwargs)
    values = function.__defaults__ or ()
    positional = names[: code.co_argcount]
    defaults = dict(zip(positional[len(positional) - len(values) :], values))
    defaults.update(function.__kwdefaults__ or {})
    return given, {name: value for name, value in defaults.items() if name not in given}


def settings(params: Any) -> dict[str, Any]:
    """Parameters as a mapping: some libraries take pairs too, and the same name twice."""
    if isinstance(params, dict):
        return dict(params)
    found: dict[str, Any] = {}
    for name, value in params or ():
        if name in found:
            kept = found[name]
            found[name] = [*kept, value] if isinstance(kept, list) else [kept, value]
        else:
            found[name] = value
    return found


def plain_arguments(given: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Those of the named arguments that say how, not on what; functions by their names."""
    found: dict[str, Any] = {}
    for name in names:
        value = given.get(name)
        if isinstance(value, _SAID):
            found[name] = value
        elif isinstance(value, (list, tuple)) and value and _say(value[0]) is not None:
            said = [_say(each) for each in value]
            if None not in said:
                found[name] = said
        elif callable(value) and hasattr(value, "__name__"):
            found[name] = _say(value)
    return found


def call_arguments(
    given: Mapping[str, Any], others: Mapping[str, Any], names: Sequence[str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a training or cross-validation was told beside its parameters, and its defaults."""
    values = plain_arguments(given, names)
    defaults = plain_arguments(others, [each for each in names if each in _COUNTS])
    if "seed" in values:  # of the folds, and not of what is fitted to them
        values["folds.seed"] = values.pop("seed")
    return values, defaults


def _say(value: Any) -> Any:
    if isinstance(value, _SAID):
        return value
    return getattr(value, "__name__", None) if callable(value) else None


def number(text: Any) -> Any:
    """A value that a library's core prints: a float of four bytes as it was written."""
    if not isinstance(text, str):
        return text
    try:
        return int(text)
    except ValueError:
        pass
    try:
        value = float(text)
    except ValueError:
        return text
    return shortest(value)


def shortest(value: float) -> float:
    """The shortest number that is the same one in four bytes, if it was kept in four bytes."""
    numpy = sys.modules.get("numpy")
    if numpy is None or math.isnan(value) or abs(value) > _LARGEST:
        return value
    narrow = numpy.float32(value)
    return float(str(narrow)) if "%.9g" % narrow == "%.9g" % value else value


def path_of(value: Any) -> str | None:
    """A path or URI that was given, without what XGBoost lets stand behind it."""
    if isinstance(value, os.PathLike):
        value = os.fspath(value)
    if isinstance(value, bytes):
        value = os.fsdecode(value)
    return value if isinstance(value, str) and value else None


def names_of(features: Any) -> list[str] | None:
    """Names of features, not too many of them."""
    if features is None:
        return None
    return [str(each) for each in list(features)[:_FEATURES]]


def estimator_arguments(estimator: Any) -> tuple[dict[str, Any], list[str]]:
    """What an estimator was made with, and which of it is as its class has it by default."""
    values = estimator.get_params(deep=False)
    defaults: dict[str, Any] = {}
    for kind in reversed(type(estimator).__mro__):
        made = vars(kind).get("__init__")
        if made is not None and hasattr(made, "__code__"):
            defaults.update(arguments(made, (), {})[1])
    told = {name: value for name, value in values.items() if value is not None}
    same = [name for name, value in told.items() if _equal(value, defaults.get(name))]
    return told, same


def _equal(one: Any, other: Any) -> bool:
    if type(one) is not type(other) or not isinstance(one, _SAID):
        return one is other
    if isinstance(one, float) and math.isnan(one):
        return math.isnan(other)
    return bool(one == other)


def sets_of(pairs: Any) -> list[Any]:
    """The data of ``(X, y)`` pairs, or of ``(data, name)`` ones; nothing of what is no list."""
    if not isinstance(pairs, (list, tuple)):
        return []
    if isinstance(pairs, tuple) and len(pairs) == 2 and not isinstance(pairs[0], (list, tuple)):
        pairs = [pairs]
    return [each for each in pairs if isinstance(each, (list, tuple)) and len(each) >= 2]


def validations(things: Iterable[Any], train: Any) -> dict[str, Any]:
    """Roles for what a model was watched on while it was fitted, but not fitted to."""
    found: dict[str, Any] = {}
    for thing in things:
        if thing is train or any(each is thing for each in found.values()):
            continue
        found["validation" if not found else "validation_%d" % (len(found) + 1)] = thing
    return found


class Predictions:
    """Tells what was predicted from what, until it is clear that it is done in a loop."""

    def __init__(self, watch: Any) -> None:
        self._watch = watch
        self._counts: dict[int, int] = {}

    def wrap(self, owner: Any, name: str, by: str = "") -> None:
        """Have a method tell of itself: ``predict(self, X)``."""
        if not hasattr(owner, name):
            return

        def after(_: Any, args: Any, kwargs: Any, result: Any) -> None:
            data = args[1] if len(args) > 1 else next(iter(kwargs.values()), None)
            self.tell(args[0], data, result, by or "%s.%s" % (type(args[0]).__name__, name))

        self._watch.wrap(owner, name, after=after, outermost=True)

    def tell(self, model: Any, data: Any, result: Any, by: str) -> None:
        """One prediction."""
        watch = self._watch
        count = self._counts[id(model)] = self._counts.get(id(model), 0) + 1
        most = _PREDICTIONS * 10 if watch.known(data) is not None else _PREDICTIONS
        if count > most:
            return
        location = path_of(data)
        if location is not None:
            watch.read(result, location, by)
            data = None
        watch.step("predict", by, {"X": data}, {"y_pred": result}, model)


def sketch(watch: Any, data: Any) -> Any:
    """The rows of what goes into a fit, sketched where the run asks for it."""
    rows: Callable[[Any], Any] | None = getattr(watch, "rows", None)
    if rows is None or data is None or path_of(data) is not None:
        return None
    return rows(data)


def tell_rows(watch: Any, things: Mapping[str, Any]) -> None:
    """Sketches of the tables among the inputs of a fit."""
    for role, thing in things.items():
        rows = None if role == "y" else sketch(watch, thing)
        if rows is not None:
            watch.object(thing, "table", rows=rows)
