"""Accelerate: the loss before it is divided by the accumulation steps, and what was asked for."""

from __future__ import annotations

import weakref

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def hooks(watch: Any) -> Any:
    """Modules to be told of, each with what is called right after it was executed."""
    return {"accelerate.accelerator": lambda module: _on_accelerator(watch, module)}


def _on_accelerator(watch: Any, module: Any) -> None:
    models = watch.load("torch_models").networks(watch)
    settings = watch.load("torch_settings")

    def before_backward(args: Any, _kwargs: Any) -> Any:
        models.alias = weakref.ref(args[1])
        return True

    def after_backward(token: Any, _args: Any, _kwargs: Any, _result: Any) -> None:
        if token:
            models.alias = None

    original = module.Accelerator.__init__

    def after_made(_token: Any, args: Any, kwargs: Any, _result: Any) -> None:
        if models.suppressed or watch.caller() is None:
            return
        values = settings.bound(original, args, kwargs)
        values.pop("self", None)
        usual = settings.signature_defaults(original)
        same = [name for name in values if name in usual and usual[name] is values[name]]
        accelerator = args[0]
        values["mixed_precision"] = accelerator.mixed_precision
        values["gradient_accumulation_steps"] = accelerator.gradient_accumulation_steps
        watch.parameters("Accelerator", values, same, source="accelerate")
        if accelerator.num_processes > 1:
            watch.part(
                "rank",
                rank=accelerator.process_index,
                world_size=accelerator.num_processes,
                local_rank=accelerator.local_process_index,
            )

    watch.wrap(
        module.Accelerator,
        "backward",
        before=before_backward,
        after=after_backward,
        failed=after_backward,
    )
    watch.wrap(module.Accelerator, "__init__", after=after_made, outermost=True)
