"""Neptune: the fields that a run is given.

Every field is a path with a value, and nothing says what is a parameter and what a measurement:
what lies below a folder that is called so is a parameter, a series or a lone fraction is a metric.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

_STEERING = ("param", "hparam", "hyper", "config", "args", "setting", "option", "seed")
_ITS_OWN = ("sys", "monitoring", "source_code")
"""Folders that Neptune fills itself."""


def hooks(watch: Any) -> dict[str, Callable[[Any], None]]:
    """Modules to be told of, each with what is called right after it was executed."""
    shared = watch.load("trackers")
    hooks = _Hooks(watch, shared, shared.Tracker(watch, "neptune"))
    return {
        "neptune.metadata_containers.run": hooks.on_run_module,
        "neptune.handler": hooks.on_handler_module,
    }


class _Hooks:
    def __init__(self, watch: Any, shared: Any, tracker: Any) -> None:
        self.watch = watch
        self.shared = shared
        self.get = shared.argument
        self.tracker = tracker

    def on_run_module(self, module: Any) -> None:
        self.watch.wrap(module.Run, "__init__", after=self.on_begin)

    def on_begin(self, _: Any, args: Any, kwargs: Any, result: Any) -> None:
        run = args[0]
        self.tracker.link(self.id_of(run), name=kwargs.get("name"), project=kwargs.get("project"))

    def id_of(self, run: Any) -> str:
        return str(getattr(run, "_id", None) or "")

    def on_handler_module(self, module: Any) -> None:
        wrap, owner = self.watch.wrap, module.Handler
        wrap(owner, "assign", after=self.on_assign)
        wrap(owner, "extend", after=self.on_extend)
        wrap(owner, "add", after=self.on_add)
        wrap(owner, "upload", after=self.on_upload)
        wrap(owner, "upload_files", after=self.on_upload)
        wrap(owner, "track_files", after=self.on_track)

    def on_assign(self, _: Any, args: Any, kwargs: Any, result: Any) -> None:
        value, path = self.get(args, kwargs, 1, "value"), args[0]._path
        run = self.id_of(args[0]._container)
        steering: dict[str, Any] = {}
        measured: dict[str, Any] = {}
        values = self.watch.flat(value) if isinstance(value, dict) else {"": value}
        for name, each in values.items():
            parts = [part for part in path.split("/") + name.split(".") if part]
            if parts[0] in _ITS_OWN:
                continue
            if parts[0].lower().startswith(_STEERING):
                steering[".".join(parts[1:] if len(parts) > 1 else parts)] = each
            elif isinstance(each, float):
                measured["/".join(parts)] = each
            else:
                steering[".".join(parts)] = each
        self.tracker.values("parameters", steering, run)
        self.tracker.metrics(measured, None, run)

    def on_extend(self, _: Any, args: Any, kwargs: Any, result: Any) -> None:
        values, steps = self.get(args, kwargs, 1, "values"), kwargs.get("steps")
        run = self.id_of(args[0]._container)
        if isinstance(values, dict) or args[0]._path.partition("/")[0] in _ITS_OWN:
            return
        for at, value in enumerate(values):
            step = int(steps[at]) if steps is not None else None
            self.tracker.metrics({args[0]._path: value}, step, run)

    def on_add(self, _: Any, args: Any, kwargs: Any, result: Any) -> None:
        values = self.get(args, kwargs, 1, "values")
        if args[0]._path.startswith("sys/") and args[0]._path.endswith("tags"):
            tags = [values] if isinstance(values, str) else list(values)
            run = self.id_of(args[0]._container)
            self.tracker.values("tags", {str(each): "" for each in tags}, run)

    def on_upload(self, _: Any, args: Any, kwargs: Any, result: Any) -> None:
        if args[0]._path.partition("/")[0] in _ITS_OWN:
            return
        value = self.get(args, kwargs, 1, "value")
        places = value if isinstance(value, (list, tuple, set)) else [value]
        for each in places:
            if isinstance(each, str) or hasattr(each, "__fspath__"):
                run = self.id_of(args[0]._container)
                self.tracker.thing("artifact", each, run, name=args[0]._path)

    def on_track(self, _: Any, args: Any, kwargs: Any, result: Any) -> None:
        place = self.get(args, kwargs, 1, "path")
        if place:
            run = self.id_of(args[0]._container)
            self.tracker.thing("artifact", place, run, name=args[0]._path)
