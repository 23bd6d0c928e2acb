"""Dask: what a client asks of a cluster on this machine."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable


def hooks(watch: Any) -> dict[str, Callable[[Any], None]]:
    """Modules to be told of, each with what is called right after it was executed."""
    return {"distributed.client": lambda module: on_client(watch, module)}


def on_client(watch: Any, module: Any) -> None:
    """Tasks that are submitted."""
    kept = watch.load("pools").pools(watch)

    def after(_token: Any, args: Any, _kwargs: Any, result: Any) -> None:
        cluster = getattr(args[0], "cluster", None)
        workers = len(getattr(cluster, "workers", None) or ())
        kept.add("dask", workers, len(result) if isinstance(result, dict) else 0)

    watch.wrap(module.Client, "_graph_to_futures", after=after)
