"""PyTorch's files: what went into a saved file and what a loaded one became."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def hooks(watch: Any, models: Any) -> Any:
    """Modules to be told of, each with what is called right after it was executed."""
    seen = _Files(watch, models)
    return {
        "torch.serialization": seen.on_serialization,
        "torch.nn.modules.module": seen.on_module,
        "torch.jit._serialization": seen.on_jit,
        "torch.jit._script": seen.on_script,
        "torch.jit._trace": seen.on_trace,
        "torch.onnx": seen.on_onnx,
        "torch.export": seen.on_export,
        "torch.ao.quantization.quantize": seen.on_quantize,
        "torch.nn.utils.prune": seen.on_prune,
    }


class _Files:
    """Saving and loading."""

    def __init__(self, watch: Any, models: Any) -> None:
        self.watch = watch
        self.models = models
        self.where = watch.load("torch_models").location_of

    # ------------------------------------------------------------ save and load

    def on_serialization(self, module: Any) -> None:
        self.watch.wrap(module, "save", after=self.after_save, outermost=True)
        self.watch.wrap(module, "load", after=self.after_load, outermost=True)

    def after_save(self, _token: Any, args: Any, kwargs: Any, _result: Any) -> None:
        value = args[0] if args else kwargs.get("obj")
        place = self.where(args[1] if len(args) > 1 else kwargs.get("f"))
        if not place:
            return
        held = self.models.inside(value)
        facts = {}
        if isinstance(value, dict):
            facts["contents"] = [str(key) for key in list(value)[:20]]
        for each in held:
            if self.models.is_module(each):
                self.models.tell_wrote(each, place, "torch.save", **facts)
            else:
                self.watch.wrote(each, place, "torch.save", **facts)
        if not held:
            self.watch.wrote(None, place, "torch.save", **facts)

    def after_load(self, _token: Any, args: Any, kwargs: Any, result: Any) -> None:
        place = self.where(args[0] if args else kwargs.get("f"))
        if place:
            self.tell_loaded(result, place, "torch.load")

    def tell_loaded(self, value: Any, place: Any, by: Any, deep: Any = 0) -> None:
        """Everything in a loaded value by which it may be known again."""
        if self.models.is_module(value):
            self.models.tell_read(value, place, by)
        elif self.models.is_tensor(value):
            self.models.tell_tensor(value)
            self.watch.read(value, place, by)
        elif isinstance(value, dict):
            tensors = [each for each in value.values() if self.models.is_tensor(each)]
            if tensors:
                self.models.loaded(tensors, place)
                weights = deep > 1 or len(tensors) > 8 or any("." in str(name) for name in value)
                for each in tensors[:1] if weights else tensors:
                    self.tell_loaded(each, place, by)
            elif deep < 3:
                for each in list(value.values())[:100]:
                    self.tell_loaded(each, place, by, deep + 1)
        elif isinstance(value, (list, tuple)) and deep < 3:
            for each in value[:100]:
                self.tell_loaded(each, place, by, deep + 1)
        elif deep == 0 and hasattr(value, "__dict__"):
            self.watch.read(value, place, by)

    # ------------------------------------------------------------- state dicts

    def on_module(self, module: Any) -> None:
        self.watch.wrap(module.Module, "load_state_dict", after=self.after_state, outermost=True)
        self.watch.wrap(module.Module, "state_dict", after=self.after_taken, outermost=True)

    def after_taken(self, _token: Any, args: Any, _kwargs: Any, result: Any) -> None:
        if args and self.models.is_module(args[0]):
            self.models.took(args[0], result)

    def after_state(self, _token: Any, args: Any, kwargs: Any, _result: Any) -> None:
        state = args[1] if len(args) > 1 else kwargs.get("state_dict")
        module = args[0]
        self.models.story(module)
        tensors = [each for each in state.values() if self.models.is_tensor(each)]
        for each in tensors:
            place = self.models.place_of(each)
            if place:
                self.models.tell_read(module, place, "load_state_dict")
                return
        other = self.models.of_state(state, besides=module)
        if other is not None:
            self.models.tell_derived(module, other, "load_state_dict")

    # ----------------------------------------------------------- other formats

    def on_jit(self, module: Any) -> None:
        def after_save(_token: Any, args: Any, kwargs: Any, _result: Any) -> None:
            place = self.where(args[1] if len(args) > 1 else kwargs.get("f"))
            if place:
                self.models.tell_wrote(args[0] if args else kwargs["m"], place, "torch.jit.save")

        def after_load(_token: Any, args: Any, kwargs: Any, result: Any) -> None:
            place = self.where(args[0] if args else kwargs.get("f"))
            if place:
                self.models.tell_read(result, place, "torch.jit.load")

        self.watch.wrap(module, "save", after=after_save, outermost=True)
        self.watch.wrap(module, "load", after=after_load, outermost=True)

    def on_script(self, module: Any) -> None:
        self.watch.wrap(module, "script", after=self.after_made("torch.jit.script"), outermost=True)
        if hasattr(module, "RecursiveScriptModule"):

            def after_save(_token: Any, args: Any, kwargs: Any, _result: Any) -> None:
                place = self.where(args[1] if len(args) > 1 else kwargs.get("f"))
                if place:
                    self.models.tell_wrote(args[0], place, "ScriptModule.save")

            self.watch.wrap(module.RecursiveScriptModule, "save", after=after_save, outermost=True)

    def on_trace(self, module: Any) -> None:
        self.watch.wrap(module, "trace", after=self.after_made("torch.jit.trace"), outermost=True)

    def on_quantize(self, module: Any) -> None:
        for name in ("quantize_dynamic", "convert", "quantize"):
            if hasattr(module, name):
                made = self.after_made("torch.ao.quantization.%s" % name, "quantized")
                self.watch.wrap(module, name, after=made, outermost=True)

    def on_prune(self, module: Any) -> None:
        """Every way of pruning goes through this one method."""

        def after(_token: Any, args: Any, kwargs: Any, _result: Any) -> None:
            layer = args[1] if len(args) > 1 else kwargs.get("module")
            if self.models.is_module(layer):
                self.models.prune(layer)

        self.watch.wrap(module.BasePruningMethod, "apply", after=after)

    def after_made(self, how: Any, relation: Any = "") -> Any:
        def after(_token: Any, args: Any, _kwargs: Any, result: Any) -> None:
            if args and self.models.is_module(args[0]) and self.models.is_module(result):
                self.models.tell_derived(result, args[0], how, relation)

        return after

    def on_onnx(self, module: Any) -> None:
        def after(_token: Any, args: Any, kwargs: Any, _result: Any) -> None:
            place = self.where(args[2] if len(args) > 2 else kwargs.get("f"))
            if place and args and self.models.is_module(args[0]):
                self.models.tell_wrote(args[0], place, "torch.onnx.export", relation="converted")

        self.watch.wrap(module, "export", after=after, outermost=True)

    def on_export(self, module: Any) -> None:
        def after_export(_token: Any, args: Any, _kwargs: Any, result: Any) -> None:
            if args and self.models.is_module(args[0]):
                self.watch.object(result, "model", type="torch.export.ExportedProgram")
                self.models.tell(args[0])
                self.watch.derived(result, [args[0]], "torch.export.export")

        def after_save(_token: Any, args: Any, kwargs: Any, _result: Any) -> None:
            place = self.where(args[1] if len(args) > 1 else kwargs.get("f"))
            if place:
                self.watch.wrote(args[0], place, "torch.export.save")

        self.watch.wrap(module, "export", after=after_export, outermost=True)
        self.watch.wrap(module, "save", after=after_save, outermost=True)
