"""What steers estimators of scikit-learn's form, and what became of them when they were fitted."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MOST_CANDIDATES = 2_000
_SOURCE = "sklearn"

_NONE = object()
"""The default of a parameter that has none."""

_defaults: dict[type, dict[str, Any]] = {}
_told: set[str] = set()
_named: dict[Any, str] = {}


def is_estimator(thing: Any) -> bool:
    """Whether something has the form: it can be fitted, and asked for its parameters."""
    return hasattr(thing, "get_params") and hasattr(thing, "fit") and not isinstance(thing, type)


def tell_parameters(watch: Any, estimator: Any, frame: Any = None) -> None:
    """The parameters of an estimator and of all inside it, as ``get_params`` names them.

    An estimator among them is told by its class alone. A search is told apart from what it
    searches with.
    """
    kind = type(estimator)
    inner = getattr(estimator, "estimator", None)
    search = is_search(estimator) and is_estimator(inner)
    try:
        values = estimator.get_params(deep=not search)
    except Exception:  # a class of the user's own, whose attributes are not as they should be
        return
    told: dict[str, Any] = {}
    defaults = []
    for name, value in sorted(values.items()):
        owner, parameter = _owner(estimator, values, name)
        if is_estimator(value):
            if name not in _steps(owner):
                told[name] = type(value).__name__
            continue
        told[name] = shown(watch, value)
        if is_default(owner, parameter, value):
            defaults.append(name)
    _tell(watch, kind.__name__, told, defaults)
    for name, value in values.items():
        if "__" not in name and _is_splitter(value):
            tell_attributes(watch, value)
    if search:
        tell_parameters(watch, inner)


def tell_attributes(watch: Any, thing: Any) -> None:
    """The parameters of a splitter, which has no ``get_params``."""
    names = _defaults_of(type(thing))
    values = {name: getattr(thing, name) for name in names if hasattr(thing, name)}
    told = {name: shown(watch, value) for name, value in values.items()}
    defaults = [name for name in told if is_default(thing, name, values[name])]
    _tell(watch, type(thing).__name__, told, defaults)


def tell_given(watch: Any, owner: str, values: dict[str, Any]) -> None:
    """What a function was given."""
    _tell(watch, owner, {name: shown(watch, value) for name, value in values.items()}, [])


def _tell(watch: Any, owner: str, told: dict[str, Any], defaults: list[str]) -> None:
    """Tell parameters, once where they are the same."""
    key = owner + repr(told)
    if told and key not in _told:
        if len(_told) < 10_000:
            _told.add(key)
        watch.parameters(owner, told, defaults, _SOURCE)


def is_search(estimator: Any) -> bool:
    """Whether it looks for parameters, as ``GridSearchCV`` does."""
    return hasattr(estimator, "evaluate_candidates") or hasattr(estimator, "_run_search")


def _is_splitter(value: Any) -> bool:
    return hasattr(value, "get_n_splits") and hasattr(value, "split")


def _owner(estimator: Any, values: dict[str, Any], name: str) -> tuple[Any, str]:
    """The object inside that a parameter belongs to, and how it calls the parameter."""
    head, double, parameter = name.rpartition("__")
    return (values.get(head) if double else estimator), parameter


def _steps(owner: Any) -> set[str]:
    """Names of what lies in lists of steps, which are told as such."""
    found = set()
    for field in ("steps", "transformers", "transformer_list", "estimators"):
        for each in getattr(owner, field, None) or ():
            if isinstance(each, tuple) and each and isinstance(each[0], str):
                found.add(each[0])
    return found


def _defaults_of(kind: type) -> dict[str, Any]:
    found = _defaults.get(kind)
    if found is None:
        found = _defaults[kind] = {}
        function: Any = kind.__init__  # type: ignore[misc]
        while hasattr(function, "__wrapped__"):
            function = function.__wrapped__
        code = getattr(function, "__code__", None)
        if code is not None:
            names = code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount]
            found.update(dict.fromkeys(names, _NONE))
            given = function.__defaults__ or ()
            last = code.co_argcount
            found.update(zip(code.co_varnames[last - len(given) : last], given))
            found.update(function.__kwdefaults__ or {})
    return found


def is_default(owner: Any, name: str, value: Any) -> bool:
    """Whether a parameter is as its class has it."""
    default = _defaults_of(type(owner)).get(name, _NONE)
    if default is value:
        return True
    simple = (bool, int, float, str, tuple)
    return isinstance(value, simple) and type(default) is type(value) and bool(default == value)


def shown(watch: Any, value: Any, depth: int = 0) -> Any:
    """A parameter as it is told: estimators in lists by their classes, distributions as written."""
    kind = type(value).__name__
    if is_estimator(value):
        return kind
    if isinstance(value, dict) and depth < 4:
        return {str(name): shown(watch, inner, depth + 1) for name, inner in value.items()}
    if isinstance(value, (list, tuple)) and depth < 4 and len(value) <= 100:
        return [shown(watch, inner, depth + 1) for inner in value]
    if kind.endswith("_frozen"):
        words = [repr(each) for each in value.args]
        words += ["%s=%r" % each for each in value.kwds.items()]
        return "%s(%s)" % (value.dist.name, ", ".join(words))
    if _is_splitter(value):
        return kind
    if type(value).__module__.startswith("sklearn.") and hasattr(value, "_score_func"):
        return "make_scorer(%s)" % getattr(value._score_func, "__name__", "?")
    return watch.plain(value)


def tell_model(watch: Any, estimator: Any, frame: Any) -> None:
    """The facts of a fitted estimator that cost nothing to know."""
    facts: dict[str, Any] = {"class": type(estimator).__name__, "framework": "scikit-learn"}
    inner = getattr(estimator, "best_estimator_", estimator)
    steps = getattr(inner, "steps", None)
    if isinstance(steps, list) and steps and isinstance(steps[-1], tuple):
        facts["steps"] = [type(each[-1]).__name__ for each in steps]
    for name, attribute in (("n_features", "n_features_in_"), ("features", "feature_names_in_")):
        value = _attribute(estimator, attribute)
        if value is not None:
            facts[name] = int(value) if name == "n_features" else [str(each) for each in value]
    last: Any = inner
    if isinstance(steps, list) and "steps" in facts:
        last = steps[-1][-1]
    classes = _attribute(last, "classes_")
    if classes is not None and not isinstance(classes, list):
        facts["classes"] = len(classes)
    trees = _attribute(last, "estimators_")
    if trees is not None:
        facts["trees"] = int(getattr(trees, "size", 0) or len(trees))
    size = _size(last)
    if size:
        facts["size"] = size
    name = watch.name_of(estimator, frame)
    number = watch.object(estimator, "model", name, **facts)
    _named[number] = name


def tell_name(watch: Any, estimator: Any, frame: Any) -> None:
    """The variable that holds a model, which often is bound only after its fit."""
    number = watch.known(estimator)
    if not _named.get(number):
        name = watch.name_of(estimator, frame)
        if name:
            _named[number] = name
            watch.object(estimator, "model", name)


def _attribute(thing: Any, name: str) -> Any:
    """An attribute of fitted estimators; some compute it, and refuse."""
    try:
        return getattr(thing, name, None)
    except Exception:
        return None


def _size(estimator: Any) -> int:
    """How many numbers a linear model or a network has learned; 0 where that is not known."""
    found = vars(estimator) if hasattr(estimator, "__dict__") else {}
    total = 0
    for name in ("coef_", "intercept_", "coefs_", "intercepts_"):
        value = found.get(name)
        several = value if isinstance(value, list) else [value]
        total += sum(int(getattr(each, "size", 0)) for each in several)
    return total


def search_facts(watch: Any, search: Any) -> dict[str, Any]:
    """Every candidate of a search with what it scored, and the best of them."""
    results = getattr(search, "cv_results_", None)
    if not isinstance(results, dict) or "params" not in results:
        return {}
    scored = [
        name
        for name in results
        if name.startswith(("mean_test", "std_test", "rank_test", "mean_train"))
    ]
    candidates = []
    for at, params in enumerate(list(results["params"])[:MOST_CANDIDATES]):
        candidate = {"params": shown(watch, dict(params))}
        for name in scored:
            candidate[name] = watch.plain(results[name][at])
        candidates.append(candidate)
    found: dict[str, Any] = {"candidates": candidates, "count": len(results["params"])}
    best = getattr(search, "best_params_", None)
    if isinstance(best, dict):
        found["best"] = shown(watch, best)
    if getattr(search, "best_score_", None) is not None:
        found["value"] = watch.plain(search.best_score_)
    return found


def tell_search(watch: Any, search: Any) -> dict[str, Any]:
    """What a search found: parameters, its score, and for the step every candidate."""
    found = search_facts(watch, search)
    name = type(search).__name__
    if "best" in found:
        values = {"best_params_." + key: value for key, value in found["best"].items()}
        watch.parameters(name, values, (), _SOURCE)
    if isinstance(found.get("value"), (int, float)):
        watch.metric("best_score_", found["value"], None, name, _SOURCE)
    return found
