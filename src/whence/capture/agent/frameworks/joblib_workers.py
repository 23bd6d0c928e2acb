"""joblib: calls that are spread over processes."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

_PROCESSES = {"LokyBackend": "loky", "MultiprocessingBackend": "multiprocessing", "Dask": "dask"}
"""Backends that work in other processes → what keeps these."""


def hooks(watch: Any) -> dict[str, Callable[[Any], None]]:
    """Modules to be told of, each with what is called right after it was executed."""
    return {"joblib.parallel": lambda module: on_parallel(watch, module)}


def on_parallel(watch: Any, module: Any) -> None:
    """What ``Parallel`` has done when it is done."""
    kept = watch.load("pools").pools(watch)

    def after(_token: Any, args: Any, _kwargs: Any, _result: Any) -> None:
        parallel = args[0]
        backend = type(getattr(parallel, "_backend", None)).__name__
        of = _PROCESSES.get(backend)
        if of is not None:
            workers = getattr(parallel, "_effective_n_jobs", None)
            count = workers() if callable(workers) else 0
            kept.add(of, count, int(getattr(parallel, "n_completed_tasks", 0)))

    watch.wrap(module.Parallel, "__call__", after=after)
