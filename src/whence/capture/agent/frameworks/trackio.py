"""Trackio: what a run is told."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable


def hooks(watch: Any) -> dict[str, Callable[[Any], None]]:
    """Modules to be told of, each with what is called right after it was executed."""
    return {"trackio.run": lambda module: _on_run(watch, module)}


def _on_run(watch: Any, module: Any) -> None:
    shared = watch.load("trackers")
    tracker, get = shared.Tracker(watch, "trackio"), shared.argument

    def run_of(run: Any) -> str:
        return str(getattr(run, "id", None) or run.name)

    def on_begin(_: Any, args: Any, kwargs: Any, result: Any) -> None:
        run = args[0]
        tracker.link(run_of(run), run.url or "", name=run.name, project=run.project)
        config = {name: each for name, each in (run.config or {}).items() if name[:1] != "_"}
        if config:
            tracker.values("parameters", watch.flat(config), run_of(run))

    def before_log(args: Any, kwargs: Any) -> Any:
        step = get(args, kwargs, 2, "step")
        return getattr(args[0], "_next_step", None) if step is None else step

    def on_log(step: Any, args: Any, kwargs: Any, result: Any) -> None:
        values = get(args, kwargs, 1, "metrics")
        if any(isinstance(each, dict) for each in values.values()):
            values = watch.flat(values)
        tracker.metrics(values, step, run_of(args[0]))

    def on_artifact(_: Any, args: Any, kwargs: Any, result: Any) -> None:
        thing = get(args, kwargs, 1, "artifact_or_path")
        name = get(args, kwargs, 2, "name") or getattr(thing, "name", None)
        kind = get(args, kwargs, 3, "type") or getattr(thing, "type", None)
        place = thing if isinstance(thing, str) or hasattr(thing, "__fspath__") else None
        tracker.thing("artifact", place, run_of(args[0]), name=name, type=kind, mode="generated")

    owner = module.Run
    watch.wrap(owner, "__init__", after=on_begin)
    watch.wrap(owner, "log", before=before_log, after=on_log)
    if hasattr(owner, "log_artifact"):
        watch.wrap(owner, "log_artifact", after=on_artifact)
