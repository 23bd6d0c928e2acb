"""Comet: what an experiment is told, online or offline, by the program or by Comet itself."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

_ITSELF = "comet"
"""The framework of what Comet logs of its own accord."""
_DURATION = "process duration"


def hooks(watch: Any) -> dict[str, Callable[[Any], None]]:
    """Modules to be told of, each with what is called right after it was executed."""
    return {"comet_ml.experiment": lambda module: _on_experiment(watch, module)}


def _on_experiment(watch: Any, module: Any) -> None:
    shared = watch.load("trackers")
    tracker, get = shared.Tracker(watch, "comet_ml"), shared.argument

    def run_of(experiment: Any) -> str:
        return str(getattr(experiment, "id", None) or "")

    def on_begin(_: Any, args: Any, kwargs: Any, result: Any) -> None:
        tracker.link(run_of(args[0]), project=getattr(args[0], "project_name", None))

    def on_metric(_: Any, args: Any, kwargs: Any, result: Any) -> None:
        name, value = get(args, kwargs, 1, "name"), get(args, kwargs, 2, "value")
        step = get(args, kwargs, 3, "step")
        if name != _DURATION and kwargs.get("framework") != _ITSELF:
            tracker.metrics({name: value}, step, run_of(args[0]))

    def on_parameter(_: Any, args: Any, kwargs: Any, result: Any) -> None:
        name, value = get(args, kwargs, 1, "name"), get(args, kwargs, 2, "value")
        if name and kwargs.get("framework") != _ITSELF:
            tracker.values("parameters", {name: value}, run_of(args[0]))

    def on_asset(_: Any, args: Any, kwargs: Any, result: Any) -> None:
        place, name = get(args, kwargs, 1, "file_data"), get(args, kwargs, 2, "file_name")
        if isinstance(place, (str, os.PathLike)) and os.path.exists(place):
            kind = kwargs.get("asset_type")
            run = run_of(args[0])
            tracker.thing("artifact", place, run, name=name, type=_KINDS.get(str(kind)))

    def on_tags(_: Any, args: Any, kwargs: Any, result: Any) -> None:
        tags = args[1] if len(args) > 1 else kwargs.get("tag", kwargs.get("tags"))
        told = [tags] if isinstance(tags, str) else list(tags or ())
        tracker.values("tags", {str(each): "" for each in told}, run_of(args[0]))

    owner = getattr(module, "CometExperiment", None) or module.BaseExperiment
    watch.wrap(owner, "_start", after=on_begin)
    watch.wrap(owner, "_log_metric", after=on_metric)
    watch.wrap(owner, "_log_parameter", after=on_parameter)
    watch.wrap(owner, "_log_asset", after=on_asset)
    watch.wrap(owner, "add_tag", after=on_tags)
    watch.wrap(owner, "add_tags", after=on_tags)


_KINDS = {"model-element": "model", "dataset": "dataset"}
