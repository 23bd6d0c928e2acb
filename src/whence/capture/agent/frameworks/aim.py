"""Aim: what a run is given and what it tracks."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable


def hooks(watch: Any) -> dict[str, Callable[[Any], None]]:
    """Modules to be told of, each with what is called right after it was executed."""
    return {"aim.sdk.run": lambda module: _on_run(watch, module)}


def _on_run(watch: Any, module: Any) -> None:
    shared = watch.load("trackers")
    tracker, get = shared.Tracker(watch, "aim"), shared.argument

    def run_of(run: Any) -> str:
        return str(getattr(run, "hash", None) or "")

    def on_begin(_: Any, args: Any, kwargs: Any, result: Any) -> None:
        path = getattr(getattr(args[0], "repo", None), "path", "") or ""
        tracker.link(run_of(args[0]), path, experiment=kwargs.get("experiment"))

    def on_set(_: Any, args: Any, kwargs: Any, result: Any) -> None:
        name, value = get(args, kwargs, 1, "key"), get(args, kwargs, 2, "val")
        run = run_of(args[0])
        if isinstance(name, str) and not name.startswith("__"):
            values = watch.flat(value) if isinstance(value, dict) else {name: value}
            tracker.values("parameters", values, run)

    def on_track(_: Any, args: Any, kwargs: Any, result: Any) -> None:
        value, name = get(args, kwargs, 1, "value"), get(args, kwargs, 2, "name")
        step, context = get(args, kwargs, 3, "step"), kwargs.get("context")
        values = dict(value) if isinstance(value, dict) else {name: value}
        if isinstance(context, dict) and context:
            of = ".".join(str(each) for each in context.values())
            values = {"%s.%s" % (of, key): each for key, each in values.items()}
        run = run_of(args[0])
        if not any(str(key).startswith("__") for key in values):
            tracker.metrics(values, step, run)

    def on_artifact(_: Any, args: Any, kwargs: Any, result: Any) -> None:
        place, name = get(args, kwargs, 1, "path"), get(args, kwargs, 2, "name")
        tracker.thing("artifact", place, run_of(args[0]), name=name)

    owner = module.Run
    watch.wrap(owner, "__init__", after=on_begin)
    watch.wrap(owner, "__setitem__", after=on_set)
    watch.wrap(owner, "track", after=on_track)
    watch.wrap(owner, "log_artifact", after=on_artifact)
    watch.wrap(owner, "log_artifacts", after=on_artifact)
