"""multiprocessing: pools of processes."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable


def hooks(watch: Any) -> dict[str, Callable[[Any], None]]:
    """Modules to be told of, each with what is called right after it was executed."""
    return {"multiprocessing.pool": lambda module: on_pool(watch, module)}


def on_pool(watch: Any, module: Any) -> None:
    """Tasks that are handed to a pool, one by one or many at once."""
    kept = watch.load("pools").pools(watch)

    def add(pool: Any, tasks: int) -> None:
        if not isinstance(pool, module.ThreadPool):
            kept.add("multiprocessing", getattr(pool, "_processes", 0), tasks)

    def after_map(_token: Any, args: Any, _kwargs: Any, result: Any) -> None:
        add(args[0], len(getattr(result, "_value", None) or ()))

    def after_apply(_token: Any, args: Any, _kwargs: Any, _result: Any) -> None:
        add(args[0], 1)

    def after_lazy(_token: Any, args: Any, _kwargs: Any, _result: Any) -> None:
        add(args[0], 0)

    watch.swap(module, "worker", lambda original: _worker(watch, original))
    watch.wrap(module.Pool, "_map_async", after=after_map)
    watch.wrap(module.Pool, "apply_async", after=after_apply)
    for name in ("imap", "imap_unordered"):
        watch.wrap(module.Pool, name, after=after_lazy)


def _worker(watch: Any, original: Any) -> Any:
    """What a worker does, with a word after each task: a pool kills its workers at the end."""
    tell = watch.guarded(watch.agent.tell_task, "multiprocessing")

    class Results:
        """The queue of results, as the worker sees it."""

        def __init__(self, queue: Any) -> None:
            self.queue = queue

        def put(self, result: Any) -> None:
            tell()
            self.queue.put(result)

        def __getattr__(self, name: str) -> Any:
            return getattr(self.queue, name)

    def worker(inqueue: Any, outqueue: Any, *more: Any, **named: Any) -> Any:
        return original(inqueue, Results(outqueue), *more, **named)

    return worker
