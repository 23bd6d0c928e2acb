"""TensorBoard's writer of PyTorch. The files of other writers are read after the run instead."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable


def hooks(watch: Any) -> dict[str, Callable[[Any], None]]:
    """Modules to be told of, each with what is called right after it was executed."""
    return {"torch.utils.tensorboard.writer": lambda module: on_writer(watch, module)}


def on_writer(watch: Any, module: Any) -> None:
    """Watch a class ``SummaryWriter``; that of tensorboardX has the same form."""
    shared = watch.load("trackers")
    tracker, get = shared.Tracker(watch, "tensorboard"), shared.argument

    folders: dict[str, str] = {}

    def folder_of(writer: Any) -> str:
        place = str(getattr(writer, "log_dir", None) or getattr(writer, "logdir", None) or "")
        found = folders.get(place)
        if found is None:
            found = folders[place] = os.path.abspath(place) if place else ""
        return found

    inside: list[Any] = []  # add_hparams makes a writer of its own

    def on_begin(_: Any, args: Any, kwargs: Any, result: Any) -> None:
        if inside:
            return
        folder = folder_of(args[0])
        tracker.link(folder, "file://" + folder, name=os.path.basename(folder))

    def on_scalar(_: Any, args: Any, kwargs: Any, result: Any) -> None:
        name, value = get(args, kwargs, 1, "tag"), get(args, kwargs, 2, "scalar_value")
        step = get(args, kwargs, 3, "global_step")
        if not inside:
            tracker.metrics({name: value}, step, folder_of(args[0]))

    def on_scalars(_: Any, args: Any, kwargs: Any, result: Any) -> None:
        name, values = get(args, kwargs, 1, "main_tag"), get(args, kwargs, 2, "tag_scalar_dict")
        step = get(args, kwargs, 3, "global_step")
        told = {"%s/%s" % (name, key): value for key, value in values.items()}
        tracker.metrics(told, step, folder_of(args[0]))

    def before_hparams(args: Any, kwargs: Any) -> None:
        inside.append(args[0])

    def failed_hparams(*_: Any) -> None:
        inside.clear()

    def on_hparams(_: Any, args: Any, kwargs: Any, result: Any) -> None:
        inside.clear()
        run = folder_of(args[0])
        tracker.values("parameters", get(args, kwargs, 1, "hparam_dict") or {}, run)
        tracker.metrics(get(args, kwargs, 2, "metric_dict") or {}, None, run)

    owner = module.SummaryWriter
    watch.wrap(owner, "__init__", after=on_begin)
    watch.wrap(owner, "add_scalar", after=on_scalar)
    watch.wrap(owner, "add_scalars", after=on_scalars)
    watch.wrap(owner, "add_hparams", before_hparams, on_hparams, failed_hparams)
