"""DVCLive: what a ``Live`` is told."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable


def hooks(watch: Any) -> dict[str, Callable[[Any], None]]:
    """Modules to be told of, each with what is called right after it was executed."""
    return {"dvclive.live": lambda module: _on_live(watch, module)}


def _on_live(watch: Any, module: Any) -> None:
    shared = watch.load("trackers")
    tracker, get = shared.Tracker(watch, "dvclive"), shared.argument

    def run_of(live: Any) -> str:
        return str(getattr(live, "_exp_name", None) or os.path.abspath(live.dir))

    def on_begin(_: Any, args: Any, kwargs: Any, result: Any) -> None:
        folder = os.path.abspath(args[0].dir)
        tracker.link(run_of(args[0]), "file://" + folder, name=os.path.basename(folder))

    def on_metric(_: Any, args: Any, kwargs: Any, result: Any) -> None:
        name, value = get(args, kwargs, 1, "name"), get(args, kwargs, 2, "val")
        tracker.metrics({name: value}, args[0].step, run_of(args[0]))

    def on_params(_: Any, args: Any, kwargs: Any, result: Any) -> None:
        values = watch.flat(dict(get(args, kwargs, 1, "params") or {}))
        tracker.values("parameters", values, run_of(args[0]))

    def on_artifact(_: Any, args: Any, kwargs: Any, result: Any) -> None:
        place, kind = get(args, kwargs, 1, "path"), get(args, kwargs, 2, "type")
        name = get(args, kwargs, 3, "name") or os.path.basename(os.fspath(place))
        tracker.thing("artifact", place, run_of(args[0]), name=name, type=kind)

    owner = module.Live
    watch.wrap(owner, "__init__", after=on_begin)
    watch.wrap(owner, "log_metric", after=on_metric)
    watch.wrap(owner, "log_params", after=on_params)
    watch.wrap(owner, "log_artifact", after=on_artifact)
