"""Moves the seeds of a training by a fixed way, for a run that is done again with other ones.

Loaded only where ``WHENCE_RESEED`` has a number. Data must stay what they are: whatever picks rows
(splitters of scikit-learn, ``sample`` of pandas, generators that are handed to ``random_split``)
keeps its seed. A seed that nobody gave is not moved either, except for the libraries whose own
default is a fixed number. Each generator that was moved is told once, as ``reseeded``.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

_WAY = 1_000_003
"""Far enough that programs that count their seeds up do not meet the same ones again."""
_LARGEST = 2**31 - 1
"""What every generator takes."""

_PICKING = (
    os.path.join("sklearn", "model_selection", "_split.py"),
    os.path.join("sklearn", "utils", "_indexing.py"),
    os.path.join("pandas", "core", "common.py"),
)
"""Files that draw numbers to pick rows."""
_PASSING_ON = (os.path.join("sklearn", "utils", "validation.py"),)
"""Files that make a generator for whoever called them."""

_XGBOOST = ("seed", "random_state")
_LIGHTGBM = ("seed", "random_seed", "random_state")
_LIGHTGBM_PARTS = (
    "bagging_seed",
    "bagging_fraction_seed",
    "feature_fraction_seed",
    "extra_seed",
    "drop_seed",
    "objective_seed",
)
_CATBOOST = ("random_seed", "random_state")


def way() -> int:
    """By how much seeds are moved; 0 where they are not."""
    try:
        return int(os.environ.get("WHENCE_RESEED", "0"))
    except ValueError:
        return 0


def moved(seed: Any) -> Any:
    """The seed in whose place another one stands; what is no whole number stays."""
    if isinstance(seed, bool) or not hasattr(seed, "__index__"):
        return seed
    return (int(seed) + way() * _WAY) % _LARGEST


def hooks(watch: Any) -> dict[str, Callable[[Any], None]]:
    """Modules to be told of, each with what is called right after it was executed."""
    mover = _Mover(watch)
    return {
        "random": mover.on_random,
        "numpy.random": mover.on_numpy,
        "torch.random": lambda module: mover.first(module, "manual_seed", "torch"),
        "torch": lambda module: mover.first(module, "manual_seed", "torch"),
        "torch.cuda": mover.on_cuda,
        "tensorflow": mover.on_tensorflow,
        "jax.random": mover.on_jax,
        "xgboost.core": mover.on_xgboost,
        "lightgbm.basic": mover.on_lightgbm,
        "catboost.core": mover.on_catboost,
    }


class _Mover:
    def __init__(self, watch: Any) -> None:
        self.watch = watch
        self.told: set[str] = set()
        self.done: dict[int, Any] = {}

    def move(self, name: str, seed: Any) -> Any:
        other = moved(seed)
        if other is not seed and name not in self.told:
            self.told.add(name)
            self.watch.tell("reseeded", name=name)
        return other

    def first(self, owner: Any, function: str, name: str) -> None:
        """Move the first argument of a function, called by whatever name it has."""

        def make(original: Any) -> Any:
            if id(original) in self.done:
                return self.done[id(original)]

            def wrapper(*args: Any, **kwargs: Any) -> Any:
                if args:
                    args = (self.move(name, args[0]),) + args[1:]
                else:
                    kwargs = {key: self.move(name, value) for key, value in kwargs.items()}
                return original(*args, **kwargs)

            self.done[id(original)] = wrapper
            self.done[id(wrapper)] = wrapper
            return wrapper

        self.watch.swap(owner, function, make)

    # ------------------------------------------------------------ generators

    def on_random(self, module: Any) -> None:
        def make(original: Any) -> Any:
            def seed(*args: Any, **kwargs: Any) -> Any:
                # random.Random.seed is a method, random.seed a bound one: the seed comes last.
                at = 1 if args and isinstance(args[0], module.Random) else 0
                if len(args) > at and type(args[at]) is int:
                    given = self.move("random", args[at])
                    args = args[:at] + (given,) + args[at + 1 :]
                elif type(kwargs.get("a")) is int:
                    kwargs["a"] = self.move("random", kwargs["a"])
                return original(*args, **kwargs)

            return seed

        self.watch.swap(module, "seed", make)
        self.watch.swap(module.Random, "seed", make)

    def on_numpy(self, module: Any) -> None:
        self.first(module, "seed", "numpy")
        mover = self

        def make_generator(original: Any) -> Any:
            def default_rng(seed: Any = None) -> Any:
                picks = _picks(sys._getframe(1))
                return original(seed if picks else mover.move("numpy.default_rng", seed))

            return default_rng

        self.watch.swap(module, "default_rng", make_generator)
        original: Any = module.RandomState

        class _Moving(type):
            def __call__(cls, *args: Any, **kwargs: Any) -> Any:
                if not _picks(sys._getframe(1)):
                    if args:
                        args = (mover.move("numpy.RandomState", args[0]),) + args[1:]
                    elif "seed" in kwargs:
                        kwargs["seed"] = mover.move("numpy.RandomState", kwargs["seed"])
                return original(*args, **kwargs)

            def __instancecheck__(cls, thing: Any) -> bool:
                return isinstance(thing, original)

            def __subclasscheck__(cls, other: Any) -> bool:
                return issubclass(other, original)

        class RandomState(original, metaclass=_Moving):  # type: ignore[misc]
            """Makes what it stands for."""

        self.watch.swap(module, "RandomState", lambda _: RandomState)

    def on_cuda(self, module: Any) -> None:
        for name in ("manual_seed", "manual_seed_all"):
            self.first(module, name, "torch.cuda")

    def on_tensorflow(self, module: Any) -> None:
        self.first(module.random, "set_seed", "tensorflow")

    def on_jax(self, module: Any) -> None:
        for name in ("PRNGKey", "key"):
            self.first(module, name, "jax")

    # -------------------------------------------------------------- libraries

    def on_xgboost(self, module: Any) -> None:
        def make(original: Any) -> Any:
            def begin(
                booster: Any, params: Any = None, cache: Any = None, model_file: Any = None
            ) -> None:
                if model_file is None:
                    params = self.with_seed("xgboost", params, _XGBOOST)
                original(booster, params, cache, model_file)

            return begin

        self.watch.swap(module.Booster, "__init__", make)

    def on_lightgbm(self, module: Any) -> None:
        def make(original: Any) -> Any:
            def begin(
                booster: Any, params: Any = None, train_set: Any = None, *args: Any, **kwargs: Any
            ) -> None:
                if train_set is not None:
                    params = self.with_seed("lightgbm", params, _LIGHTGBM)
                    for name in _LIGHTGBM_PARTS:
                        if name in params:
                            params[name] = moved(params[name])
                original(booster, params, train_set, *args, **kwargs)

            return begin

        self.watch.swap(module.Booster, "__init__", make)

    def on_catboost(self, module: Any) -> None:
        def make(original: Any) -> Any:
            def _train(model: Any, train: Any, test: Any, params: Any, *args: Any) -> Any:
                params = self.with_seed("catboost", params, _CATBOOST)
                return original(model, train, test, params, *args)

            return _train

        self.watch.swap(module.CatBoost, "_train", make)

    def with_seed(self, name: str, params: Any, names: tuple[str, ...]) -> dict[str, Any]:
        """A library's parameters with another seed than they have, or than it takes by itself."""
        other = dict(params or {})
        known = [each for each in names if other.get(each) is not None]
        if not known:
            known, other[names[0]] = [names[0]], 0
        for each in known:
            other[each] = self.move(name, other[each])
        return other


def _picks(frame: Any) -> bool:
    """Whether a generator is made to pick rows."""
    name = frame.f_code.co_filename
    if name.endswith(_PASSING_ON) and frame.f_back is not None:
        name = frame.f_back.f_code.co_filename
    return bool(name.endswith(_PICKING))
