"""concurrent.futures: pools of processes."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable


def hooks(watch: Any) -> dict[str, Callable[[Any], None]]:
    """Modules to be told of, each with what is called right after it was executed."""
    return {"concurrent.futures.process": lambda module: on_process(watch, module)}


def on_process(watch: Any, module: Any) -> None:
    """Tasks that are handed to a pool; ``map`` hands them over one by one too."""
    kept = watch.load("pools").pools(watch)

    def after(_token: Any, args: Any, _kwargs: Any, _result: Any) -> None:
        kept.add("concurrent.futures", getattr(args[0], "_max_workers", 0), 1)

    watch.wrap(module.ProcessPoolExecutor, "submit", after=after)
