"""Calls back before and right after a module is executed for the first time; wraps nothing else."""

from __future__ import annotations

import _frozen_importlib
import _frozen_importlib_external
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

IMPORT_MACHINERY = "<frozen importlib._bootstrap>"
"""Frames of this file are left out of import tracebacks, and when warnings count their callers."""


class Finder:
    """Stands first in ``sys.meta_path`` and answers for nobody: it asks the others.

    The loader that they name is told to call us once, by an attribute that it loses as it starts.
    """

    def __init__(self) -> None:
        self.triggers: dict[str, Callable[[], None]] = {}
        """Module → what is called when its import begins, once."""
        self.wanted: dict[str, list[Callable[[Any], None]]] = {}
        """Module → what is called with it after its execution, once."""

    def want(self, name: str, call: Callable[[Any], None]) -> None:
        """Call with a module after its execution, or now if that is past.

        A module that is just being executed calls back at its end, if it was wanted before.
        """
        module = sys.modules.get(name)
        if module is None:
            self.wanted.setdefault(name, []).append(call)
        else:
            call(module)

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        """See ``importlib.abc.MetaPathFinder``."""
        trigger = self.triggers.pop(name, None)
        if trigger is not None:
            trigger()
        if name not in self.wanted:
            return None
        for finder in list(sys.meta_path):
            find = getattr(finder, "find_spec", None)
            if finder is self or find is None:
                continue
            spec = find(name, path, target)
            if spec is not None:
                calls = self.wanted.pop(name, [])
                if spec.loader is not None and calls:
                    _call_after(spec.loader, calls)
                return spec
        return None


def _call_after(loader: Any, calls: list[Callable[[Any], None]]) -> None:
    execute = getattr(loader, "exec_module", None)
    if execute is None:
        return

    def exec_module(module: Any) -> None:
        del loader.exec_module
        execute(module)
        for call in calls:
            call(module)

    exec_module.__code__ = exec_module.__code__.replace(co_filename=IMPORT_MACHINERY)
    try:
        loader.exec_module = exec_module
    except AttributeError:  # a loader with slots, or a class that stands for all its modules
        return


def load_file(name: str, path: str) -> Any:
    """A module from a file, with its bytecode cached as usual, whatever ``sys.path`` says."""
    module = sys.modules.get(name)
    if module is None:
        spec = _frozen_importlib_external.spec_from_file_location(name, path)
        module = _frozen_importlib._load(spec)  # type: ignore[attr-defined]
    return module
