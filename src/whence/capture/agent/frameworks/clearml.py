"""ClearML: what a task is told by the program, and what it takes from other libraries itself."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

_NO_STEP = -(2**31)
"""The iteration of a value that belongs to the whole task."""
_MACHINE = ":monitor:"
"""Titles of what ClearML measures of the machine begin so."""


def hooks(watch: Any) -> dict[str, Callable[[Any], None]]:
    """Modules to be told of, each with what is called right after it was executed."""
    shared = watch.load("trackers")
    hooks = _Hooks(watch, shared, shared.Tracker(watch, "clearml"))
    return {
        "clearml.task": hooks.on_task,
        "clearml.backend_interface.metrics.reporter": hooks.on_reporter,
        "clearml.model": hooks.on_model,
    }


class _Hooks:
    def __init__(self, watch: Any, shared: Any, tracker: Any) -> None:
        self.watch = watch
        self.get = shared.argument
        self.tracker = tracker
        self.run = ""

    def on_task(self, module: Any) -> None:
        wrap, owner = self.watch.wrap, module.Task
        wrap(owner, "init", after=self.on_init)
        wrap(owner, "_connect_dictionary", after=self.on_connect)
        wrap(owner, "_connect_object", after=self.on_connect)
        wrap(owner, "set_parameters", after=self.on_parameters)
        wrap(owner, "set_parameters_as_dict", after=self.on_parameters)
        wrap(owner, "set_parameter", after=self.on_parameter)
        wrap(owner, "add_tags", after=self.on_tags)
        wrap(owner, "upload_artifact", after=self.on_artifact)

    def on_init(self, _: Any, args: Any, kwargs: Any, task: Any) -> None:
        self.run = str(task.id)
        self.tracker.link(
            self.run,
            name=self.get(args, kwargs, 2, "task_name"),
            project=self.get(args, kwargs, 1, "project_name"),
        )
        tags = self.get(args, kwargs, 4, "tags")
        if tags:
            self.tracker.values("tags", {str(each): "" for each in tags}, self.run)

    def say(self, values: Any, section: str) -> None:
        head = "" if section in ("", "General") else section + "."
        told = {
            head + name.replace("/", "."): value for name, value in self.watch.flat(values).items()
        }
        self.tracker.values("parameters", told, self.run)

    def on_connect(self, _: Any, args: Any, kwargs: Any, result: Any) -> None:
        thing, section = args[1] if len(args) > 1 else None, self.get(args, kwargs, 2, "name")
        if thing is None:
            thing = kwargs.get("dictionary", kwargs.get("an_object"))
        if not isinstance(thing, dict):
            thing = {
                name: value
                for name, value in vars(thing).items()
                if not name.startswith("_") and not callable(value)
            }
        self.say(thing, section or "")

    def on_parameters(self, _: Any, args: Any, kwargs: Any, result: Any) -> None:
        values = dict(kwargs)
        for each in args[1:]:
            values.update(each)
        values.pop("_Task__update", None)
        self.say({_section_off(name): value for name, value in values.items()}, "")

    def on_parameter(self, _: Any, args: Any, kwargs: Any, result: Any) -> None:
        name = self.get(args, kwargs, 1, "name")
        self.say({_section_off(name): self.get(args, kwargs, 2, "value")}, "")

    def on_tags(self, _: Any, args: Any, kwargs: Any, result: Any) -> None:
        tags = self.get(args, kwargs, 1, "tags")
        told = [tags] if isinstance(tags, str) else list(tags or ())
        self.tracker.values("tags", {str(each): "" for each in told}, self.run)

    def on_artifact(self, _: Any, args: Any, kwargs: Any, result: Any) -> None:
        name, thing = (
            self.get(args, kwargs, 1, "name"),
            self.get(args, kwargs, 2, "artifact_object"),
        )
        place = thing if isinstance(thing, (str, os.PathLike)) and os.path.exists(thing) else None
        self.tracker.thing("artifact", place, self.run, name=name, type=type(thing).__name__)

    def on_reporter(self, module: Any) -> None:
        self.watch.wrap(module.Reporter, "report_scalar", after=self.on_scalar)

    def on_scalar(self, _: Any, args: Any, kwargs: Any, result: Any) -> None:
        title, series = self.get(args, kwargs, 1, "title"), self.get(args, kwargs, 2, "series")
        value, step = self.get(args, kwargs, 3, "value"), self.get(args, kwargs, 4, "iter")
        if str(title).startswith(_MACHINE):
            return
        if step == _NO_STEP:
            self.tracker.metrics({series: value}, None, self.run)
        else:
            name = title if title == series else "%s/%s" % (title, series)
            self.tracker.metrics({name: value}, step, self.run)

    def on_model(self, module: Any) -> None:
        self.watch.wrap(module.OutputModel, "update_weights", after=self.on_weights)

    def on_weights(self, _: Any, args: Any, kwargs: Any, result: Any) -> None:
        place = self.get(args, kwargs, 1, "weights_filename") or kwargs.get("register_uri")
        if place:
            name = getattr(args[0], "_base_model_name", None) or os.path.basename(str(place))
            self.tracker.thing("artifact", place, self.run, name=name, type="model")


def _section_off(name: Any) -> str:
    """``lr`` of ``General/lr``, the section that ClearML takes where none is given."""
    text = str(name)
    return text[len("General/") :] if text.startswith("General/") else text
