"""PEFT: adapters put onto a network, saved beside it, loaded again, and merged into it."""

from __future__ import annotations

import os
import weakref

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


_FILES = (".safetensors", ".bin")


def hooks(watch: Any) -> Any:
    """Modules to be told of, each with what is called right after it was executed."""
    adapters = _Adapters(watch)
    return {
        "peft": adapters.on_package,
        "peft.mapping_func": adapters.on_mapping,
        "peft.peft_model": adapters.on_models,
        "peft.tuners.tuners_utils": adapters.on_tuners,
    }


class _Adapters:
    """Adapters of this process."""

    def __init__(self, watch: Any) -> None:
        self.watch = watch
        self.torch = watch.load("torch_models")
        self.models = self.torch.networks(watch)
        self.given: dict[int, Any] = {}

    def on_package(self, module: Any) -> None:
        """Note which settings a configuration was given by hand."""

        def before(args: Any, kwargs: Any) -> None:
            self.given[id(args[0])] = (weakref.ref(args[0]), set(kwargs))

        for kind in list(vars(module).values()):
            named = isinstance(kind, type) and kind.__name__.endswith("Config")
            if named and "__init__" in vars(kind):
                self.watch.wrap(kind, "__init__", before=before)

    def on_mapping(self, module: Any) -> None:
        self.watch.wrap(module, "get_peft_model", before=self.before_made, after=self.after_made)

    def before_made(self, args: Any, kwargs: Any) -> Any:
        model = args[0] if args else kwargs.get("model")
        self.models.tell(model)
        return model

    def after_made(self, model: Any, args: Any, kwargs: Any, result: Any) -> None:
        config = args[1] if len(args) > 1 else kwargs.get("peft_config")
        self.tell_config(config)
        self.models.tell_derived(result, model, "get_peft_model", "adapter")
        self.share(result)

    def share(self, model: Any) -> None:
        """Let the tuner inside an adapted network stand for it: it may be all that is kept."""
        tuner = model.__dict__.get("_modules", {}).get("base_model")
        if tuner is not None and self.models.is_module(tuner):
            self.watch.same(tuner, model)
            self.models.share(tuner, model)

    def tell_config(self, config: Any) -> None:
        """Settings of an adapter, those that the class would have chosen flagged."""
        import dataclasses

        made, by_hand = self.given.get(id(config), (None, ()))
        if made is None or made() is not config:
            by_hand = ()
        values, usual = {}, []
        for each in dataclasses.fields(config):
            value = getattr(config, each.name)
            values[each.name] = value
            default = each.default
            if default is dataclasses.MISSING and each.default_factory is not dataclasses.MISSING:
                default = each.default_factory()
            usually = type(default) is type(value) and default == value
            if each.name not in by_hand and (by_hand or usually):
                usual.append(each.name)
        self.watch.parameters(type(config).__name__, values, usual, source="peft")

    def on_models(self, module: Any) -> None:
        kind = module.PeftModel
        self.watch.wrap(kind, "save_pretrained", after=self.after_save, outermost=True)
        self.watch.wrap(kind, "from_pretrained", after=self.after_load, outermost=True)

    def after_save(self, _token: Any, args: Any, kwargs: Any, _result: Any) -> None:
        model = args[0]
        folder = os.fspath(args[1] if len(args) > 1 else kwargs["save_directory"])
        self.models.story(model).relation = "adapter"
        inner = [os.path.join(folder, name) for name in model.peft_config if name != "default"]
        for place in [folder] + inner:
            for each in self.torch.files_in(place, _FILES, ("adapter_model",)):
                self.models.tell_wrote(model, each, "PeftModel.save_pretrained")

    def after_load(self, _token: Any, args: Any, kwargs: Any, result: Any) -> None:
        base = args[1] if len(args) > 1 else kwargs.get("model")
        name = os.fspath(args[2] if len(args) > 2 else kwargs.get("model_id"))
        if self.models.is_module(base):
            self.models.tell_derived(result, base, "PeftModel.from_pretrained", "adapter")
            self.share(result)
        places = self.torch.files_in(name, _FILES, ("adapter_model",))
        facts = {} if places else {"repo": name}
        for each in places or ["hf://%s" % name]:
            self.watch.read(result, each, "PeftModel.from_pretrained", relation="adapter", **facts)

    def on_tuners(self, module: Any) -> None:
        def after(_token: Any, args: Any, _kwargs: Any, result: Any) -> None:
            tuner = args[0]
            if not self.models.is_module(result):
                return
            self.models.tell_derived(result, tuner, "merge_and_unload", "merged")

        self.watch.wrap(module.BaseTuner, "merge_and_unload", after=after)
