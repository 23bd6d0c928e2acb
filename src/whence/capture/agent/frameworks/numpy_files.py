"""numpy: arrays in files."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

_READERS = "load loadtxt genfromtxt fromregex".split()
_WRITERS = {"save": ".npy", "savez": ".npz", "savez_compressed": ".npz", "savetxt": ""}
"""Function → the suffix that a name without it gets."""

_MANY = 50


def hooks(watch: Any) -> dict[str, Callable[[Any], None]]:
    """Modules to be told of, each with what is called right after it was executed."""
    files = _Files(watch)
    return {
        "numpy.lib._npyio_impl": files.on_module,
        "numpy.lib.npyio": files.on_module,  # before numpy 2
        "numpy._core.memmap": files.on_memmap,
        "numpy.core.memmap": files.on_memmap,
    }


class _Files:
    def __init__(self, watch: Any) -> None:
        self.watch = watch
        self.places = watch.load("places")
        self.tables = watch.load("tables")

    def on_module(self, module: Any) -> None:
        """The module in which they are all defined."""
        if module.__name__ == "numpy.lib.npyio" and not hasattr(module, "zipfile_factory"):
            return
        for name in _READERS:
            if hasattr(module, name):
                self._wrap_reader(module, name)
        for name, suffix in _WRITERS.items():
            self._wrap_writer(module, name, suffix)
        self._wrap_archive(module.NpzFile)

    def on_memmap(self, module: Any) -> None:
        """Arrays that are files."""

        def after(_: Any, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any) -> None:
            mode = kwargs.get("mode", args[3] if len(args) > 3 else "r+")
            place = self.places.location(args[1] if len(args) > 1 else kwargs.get("filename"))
            if place is None or self.watch.caller() is None:
                return
            self.tables.meet(self.watch, result)
            if mode in ("w+", "write"):
                self.watch.wrote(result, place, "numpy.memmap")
            else:
                self.watch.read(result, place, "numpy.memmap")

        self.watch.wrap(module.memmap, "__new__", after=after, outermost=True)

    def _wrap_reader(self, module: Any, name: str) -> None:
        def after(_: Any, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any) -> None:
            place = self.places.location(args[0] if args else next(iter(kwargs.values()), None))
            if place is None or type(result).__name__ == "NpzFile":
                return
            facts = {"columns": kwargs["usecols"]} if kwargs.get("usecols") is not None else {}
            if kwargs.get("max_rows") is not None:
                facts["rows"] = kwargs["max_rows"]
            several = result if isinstance(result, (list, tuple)) else (result,)
            for each in several[:_MANY]:
                self.tables.meet(self.watch, each)
                self.watch.read(each, place, "numpy." + name, **facts)

        self.watch.wrap(module, name, after=after, outermost=True)

    def _wrap_archive(self, archive: Any) -> None:
        def after(_: Any, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any) -> None:
            place = self.places.location(getattr(args[0], "zip", None))
            if place is not None and hasattr(result, "dtype"):
                self.tables.meet(self.watch, result)
                self.watch.read(result, place, "numpy.load", array=str(args[1]))

        self.watch.wrap(archive, "__getitem__", after=after, outermost=True)

    def _wrap_writer(self, module: Any, name: str, suffix: str) -> None:
        def after(_: Any, args: tuple[Any, ...], kwargs: dict[str, Any], __: Any) -> None:
            place = self.places.location(args[0] if args else kwargs.get("fname"))
            if place is None:
                return
            if suffix and isinstance(args[0], (str, os.PathLike)) and not place.endswith(suffix):
                place += suffix
            arrays = list(args[1:2])
            if suffix == ".npz":
                arrays = list(args[1:]) + list(kwargs.values())
            elif len(args) < 2:
                arrays = [kwargs.get("arr", kwargs.get("X"))]
            for each in arrays[:_MANY]:
                if hasattr(each, "dtype") or self.tables.is_data(each):
                    self.tables.meet(self.watch, each, self.watch.user())
                    self.watch.wrote(each, place, "numpy." + name)

        original = getattr(module, name, None)
        if original is None:
            return
        holder = _Holder()
        holder.function = original
        self.watch.wrap(holder, "function", after=after, outermost=True)
        made = _stand_in(original, holder.function)
        self.watch.swap(module, name, lambda _: made)


class _Holder:
    """Something to wrap a function on."""

    function: Any


def _stand_in(original: Any, call: Any) -> Any:
    """What calls a function, and equals it.

    Other libraries keep tables by numpy's functions, and are asked with the originals: see
    ``__array_function__`` (NEP 18).
    """

    class Function:
        """A function of numpy."""

        __call__ = staticmethod(call)

        def __getattr__(self, name: str) -> Any:
            return getattr(original, name)

        def __eq__(self, other: object) -> bool:
            return other is self or other is original

        def __hash__(self) -> int:
            return hash(original)

        def __repr__(self) -> str:
            return repr(original)

        def __reduce__(self) -> str:
            return str(original.__qualname__)

    made = Function()
    made.__dict__.update(
        {
            "__doc__": original.__doc__,
            "__module__": original.__module__,
            "__name__": original.__name__,
            "__qualname__": original.__qualname__,
            "__wrapped__": original,
        }
    )
    return made
