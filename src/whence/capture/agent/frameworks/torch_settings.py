"""Settings of PyTorch's optimizers, schedulers and switches, as parameters."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


_OWN = frozenset({"self", "optimizer", "params", "last_epoch", "verbose"})


_OLD = frozenset({"self", "size_average", "reduce"})
_BY_HAND: dict[int, tuple[Any, ...]] = {}


def on_optimizers(watch: Any, module: Any) -> None:
    """Note which settings an optimizer of the library was given by hand."""

    def noting(original: Any) -> Any:
        def before(args: Any, kwargs: Any) -> None:
            names = original.__code__.co_varnames[1 : len(args)]
            given = (*names, *kwargs) if watch.caller() is not None else ()
            _BY_HAND[id(args[0])] = given

        return before

    for kind in list(vars(module).values()):
        original = vars(kind).get("__init__") if isinstance(kind, type) else None
        if hasattr(original, "__code__") and kind.__mro__[-2].__name__ == "Optimizer":
            watch.wrap(kind, "__init__", before=noting(original), outermost=True)


def tell_optimizer(watch: Any, optimizer: Any, groups: Any) -> None:
    """Settings of an optimizer, and of those of its groups that differ."""
    by_hand = _BY_HAND.pop(id(optimizer), None)
    kind = type(optimizer).__name__
    values = {name: value for name, value in optimizer.defaults.items() if name not in _OWN}
    if len(groups) == 1:
        values = {name: groups[0].get(name, value) for name, value in values.items()}
    usual = signature_defaults(type(optimizer).__init__)
    same = _same(values, usual)
    if by_hand is not None:  # a class of the library: what nobody gave is its own, or a trainer's
        same = [name for name in values if name not in by_hand]
    watch.parameters(kind, _plain(watch, values), same, source="torch")
    if len(groups) > 1:
        odd = {}
        for number, group in enumerate(groups):
            for name, value in group.items():
                if name in values and not _equal(value, values[name]):
                    odd["param_groups.%d.%s" % (number, name)] = value
        if odd:
            watch.parameters(kind, _plain(watch, odd), () if by_hand else odd, source="torch")


def on_schedulers(watch: Any, module: Any) -> None:
    """Tell each learning-rate scheduler with the arguments it was made with."""
    kinds = {"LRScheduler", "_LRScheduler", "ReduceLROnPlateau"}
    for name, kind in list(vars(module).items()):
        if (
            isinstance(kind, type)
            and "__init__" in vars(kind)
            and (name in kinds or issubclass(kind, module.LRScheduler))
        ):
            watch.wrap(
                kind,
                "__init__",
                after=_scheduler_teller(watch, vars(kind)["__init__"]),
                outermost=True,
            )


def _scheduler_teller(watch: Any, original: Any) -> Any:
    def after(_token: Any, args: Any, kwargs: Any, _result: Any) -> None:
        values = bound(original, args, kwargs)
        usual = signature_defaults(original)
        values = {
            name: [type(each).__name__ for each in value] if name == "schedulers" else value
            for name, value in values.items()
            if name not in _OWN
        }
        watch.parameters(
            type(args[0]).__name__, _plain(watch, values), _same(values, usual), source="torch"
        )

    return after


def on_losses(watch: Any, module: Any) -> None:
    """Tell what the program's own losses were made with, where it chose anything."""

    def telling(original: Any) -> Any:
        def after(_token: Any, args: Any, kwargs: Any, _result: Any) -> None:
            by_hand = {*original.__code__.co_varnames[1 : len(args)], *kwargs}
            if not by_hand or watch.caller() is None:
                return
            values = bound(original, args, kwargs)
            values = {name: value for name, value in values.items() if name not in _OLD}
            same = [name for name in values if name not in by_hand]
            watch.parameters(type(args[0]).__name__, _plain(watch, values), same, source="torch")

        return after

    for kind in list(vars(module).values()):
        original = vars(kind).get("__init__") if isinstance(kind, type) else None
        if hasattr(original, "__code__") and kind.__module__ == module.__name__:
            watch.wrap(kind, "__init__", after=telling(original), outermost=True)


def signature_defaults(function: Any) -> Any:
    """Defaults of a function's parameters, by name."""
    import inspect

    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return {}
    return {each.name: each.default for each in parameters if each.default is not each.empty}


def field_defaults(kind: Any) -> dict[str, Any]:
    """Defaults of a data class's fields, by name; none where it is no such class."""
    import dataclasses

    if not dataclasses.is_dataclass(kind):
        return {}
    return {
        each.name: each.default
        for each in dataclasses.fields(kind)
        if each.default is not dataclasses.MISSING
    }


def bound(function: Any, args: Any, kwargs: Any) -> Any:
    """Arguments of a call by name, defaults filled in."""
    import inspect

    try:
        found = inspect.signature(function).bind(*args, **kwargs)
    except (TypeError, ValueError):
        return dict(kwargs)
    found.apply_defaults()
    values = dict(found.arguments)
    values.update(values.pop("kwargs", {}))
    return values


def _plain(watch: Any, values: Any) -> Any:
    return {name: watch.plain(value) for name, value in values.items()}


def _same(values: Any, usual: Any) -> Any:
    return [name for name in values if name in usual and _equal(values[name], usual[name])]


def _equal(one: Any, other: Any) -> Any:
    try:
        return type(one) is type(other) and bool(one == other)
    except Exception:  # a tensor with many elements, or what cannot be compared
        return False


def tell_switches(watch: Any) -> None:
    """Flags that are set by assignment, as they stand when a training begins."""
    torch = sys.modules["torch"]
    flags = torch.backends.cudnn
    values = {"cudnn.deterministic": flags.deterministic, "cudnn.benchmark": flags.benchmark}
    usual = [name for name, value in values.items() if not value]
    values["num_threads"] = torch.get_num_threads()
    values["use_deterministic_algorithms"] = torch.are_deterministic_algorithms_enabled()
    usual.append("num_threads")
    if not values["use_deterministic_algorithms"]:
        usual.append("use_deterministic_algorithms")
    watch.parameters("torch", values, usual, source="torch")
