"""pickle, and cloudpickle and dill that are used like it: what goes into open files and out."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

_NAMES = {"dump": "dump", "load": "load"}


def hooks(watch: Any) -> dict[str, Callable[[Any], None]]:
    """Modules to be told of, each with what is called right after it was executed."""
    return {
        "pickle": lambda module: _on_pickle(watch, module),
        "cloudpickle.cloudpickle": lambda module: _on_other(watch, module),
        "dill._dill": lambda module: _on_other(watch, module),
    }


def _on_pickle(watch: Any, module: Any) -> None:
    watch.load("stored").hook(watch, module, _NAMES, users=True)
    for name in _NAMES:
        # The originals say that they are of ``_pickle``, where a pickle would not find the wrapper.
        getattr(module, name).__module__ = "pickle"


def _on_other(watch: Any, module: Any) -> None:
    names = {name: what for name, what in _NAMES.items() if name in vars(module)}
    own = {name for name in names if getattr(module, name).__module__ == module.__name__}
    found = {name: what for name, what in names.items() if name in own}
    watch.load("stored").hook(watch, module, found, users=True)
