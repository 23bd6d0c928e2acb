"""safetensors: weights into files and out of them."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def hooks(watch: Any) -> Any:
    """Modules to be told of, each with what is called right after it was executed."""
    models = watch.load("torch_models").networks(watch)

    def after_save_file(_token: Any, args: Any, kwargs: Any, _result: Any) -> None:
        tensors = args[0] if args else kwargs.get("tensors", kwargs.get("tensor_dict"))
        place = os.fspath(args[1] if len(args) > 1 else kwargs["filename"])
        module = models.of_state(tensors)
        if module is not None:
            models.tell_wrote(module, place, "safetensors.save_file")
            return
        known = [each for each in tensors.values() if watch.known(each) is not None]
        for each in known[:50] or [None]:
            watch.wrote(each, place, "safetensors.save_file", contents=list(tensors)[:20])

    def after_save_model(_token: Any, args: Any, kwargs: Any, _result: Any) -> None:
        model = args[0] if args else kwargs["model"]
        place = os.fspath(args[1] if len(args) > 1 else kwargs["filename"])
        models.tell_wrote(model, place, "safetensors.save_model")

    def after_load_file(_token: Any, args: Any, kwargs: Any, result: Any) -> None:
        place = os.fspath(args[0] if args else kwargs["filename"])
        tensors = list(result.values())
        if tensors and models.is_tensor(tensors[0]):
            models.loaded(tensors, place)
        for each in tensors if len(tensors) <= 8 else tensors[:1]:
            if models.is_tensor(each):
                models.tell_tensor(each)
            watch.read(each, place, "safetensors.load_file")

    def after_load_model(_token: Any, args: Any, kwargs: Any, _result: Any) -> None:
        model = args[0] if args else kwargs["model"]
        place = os.fspath(args[1] if len(args) > 1 else kwargs["filename"])
        models.tell_read(model, place, "safetensors.load_model")

    def on_torch(module: Any) -> None:
        watch.wrap(module, "save_model", after=after_save_model, outermost=True)
        watch.wrap(module, "load_model", after=after_load_model, outermost=True)
        on_any(module)

    def on_any(module: Any) -> None:
        watch.wrap(module, "save_file", after=after_save_file, outermost=True)
        watch.wrap(module, "load_file", after=after_load_file, outermost=True)

    return {"safetensors.torch": on_torch, "safetensors.numpy": on_any}
