"""Networks and tokenizers of Transformers in and out of folders and the hub's cache."""

from __future__ import annotations

import os
import sys
import weakref

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_WEIGHTS = (".safetensors", ".bin", ".h5", ".msgpack", ".pt")
_NAMES = ("model", "pytorch_model", "adapter_model", "tf_model", "flax_model", "diffusion_pytorch")
_IDENTITY = frozenset({"transformers_version", "model_type", "_name_or_path", "torch_dtype"})
_ACCESS = frozenset(
    {
        "token",
        "use_auth_token",
        "cache_dir",
        "local_files_only",
        "force_download",
        "trust_remote_code",
        "pretrained_model_name_or_path",
        "_from_auto",
        "adapter_kwargs",
    }
)


def hooks(watch: Any) -> dict[str, Any]:
    """Modules to be told of, each with what is called right after it was executed."""
    seen = _Files(watch)
    return {
        "transformers.modeling_utils": seen.on_modeling,
        "transformers.models.auto.auto_factory": seen.on_auto,
        "transformers.tokenization_utils_base": seen.on_tokenizers,
        "transformers.utils.hub": seen.on_hub,
        "sentence_transformers.base.model": seen.on_sentence_models,
        "sentence_transformers.SentenceTransformer": seen.on_sentence_models,
    }


class _Files:
    """What this process loads and saves."""

    def __init__(self, watch: Any) -> None:
        self.watch = watch
        self.torch = watch.load("torch_models")
        self.settings = watch.load("torch_settings")
        self.models = self.torch.networks(watch)
        self.configured: dict[int, Any] = {}

    def on_modeling(self, module: Any) -> None:
        wrap = self.watch.wrap
        kind = module.PreTrainedModel
        wrap(kind, "__init__", after=self.after_made, outermost=True)
        wrap(
            kind,
            "from_pretrained",
            before=self.before_load,
            after=self.after_load,
            failed=self.load_failed,
        )
        wrap(kind, "save_pretrained", after=self.after_save, outermost=True)

    def after_made(self, _token: Any, args: Any, kwargs: Any, _result: Any) -> None:
        """A network from nothing but its configuration: what differs from the class's own."""
        config = args[1] if len(args) > 1 else kwargs.get("config")
        told = self.configured.get(id(config))
        if self.models.constructing or (told is not None and told() is config):
            return  # the networks inside are made of the same one
        self.configured[id(config)] = weakref.ref(config)
        values = {
            name: value
            for name, value in config.to_diff_dict().items()
            if name not in _IDENTITY and _is_simple(value)
        }
        kind = type(config)
        usual = self.settings.signature_defaults(kind.__init__)
        usual.update(self.settings.field_defaults(kind))
        same = [name for name in values if name in usual and usual[name] == values[name]]
        if len(same) < len(values):
            self.watch.parameters(kind.__name__, values, same, source="transformers")

    def on_auto(self, module: Any) -> None:
        kind = module._BaseAutoModelClass
        self.watch.wrap(kind, "from_pretrained", before=self.before_auto)

    def before_auto(self, args: Any, kwargs: Any) -> None:
        """What a network was asked for with, where the program itself asked."""
        values = {
            name: value
            for name, value in kwargs.items()
            if name not in _ACCESS and _is_simple(value)
        }
        if values and self.watch.caller() is not None:
            self.watch.parameters(args[0].__name__, values, source="transformers")

    def before_load(self, args: Any, kwargs: Any) -> bool:
        self.before_auto(args, kwargs)
        self.models.constructing += 1
        return True

    def load_failed(self, token: Any, _args: Any, _kwargs: Any, _error: Any) -> None:
        if token:
            self.models.constructing -= 1

    def after_load(self, token: Any, args: Any, kwargs: Any, result: Any) -> None:
        if token:
            self.models.constructing -= 1
        model = result[0] if isinstance(result, tuple) else result
        name = args[1] if len(args) > 1 else kwargs.get("pretrained_model_name_or_path")
        if name is None or not self.models.is_module(model):
            return
        by = "%s.from_pretrained" % type(model).__name__
        self.tell_pretrained(model, os.fspath(name), by, kwargs.get("subfolder") or "")

    def tell_pretrained(self, model: Any, name: Any, by: Any, inner: Any = "") -> None:
        """The files that a network's weights came out of, or what names them on the hub."""
        folder = os.path.join(name, inner)
        places = self.torch.files_in(folder, _WEIGHTS, _NAMES) if os.path.isdir(folder) else []
        facts = {}
        if not os.path.isdir(folder):
            commit = getattr(getattr(model, "config", None), "_commit_hash", None)
            facts = {"repo": name, "revision": commit}
            places = self.cached(name, commit, inner)
        if len(places) > 1 and any(each.endswith(".safetensors") for each in places):
            places = [each for each in places if each.endswith(".safetensors")]
        if not places:
            places = ["hf://%s@%s" % (name, facts.get("revision") or "main")]
        uri_of = self.watch.load("huggingface_hub").cached_uri
        for each in places:
            self.models.tell_read(model, uri_of(each), by, **facts)

    def cached(self, repo: Any, commit: Any, inner: Any) -> Any:
        constants = sys.modules.get("huggingface_hub.constants")
        if constants is None or not commit:
            return []
        folder = os.path.join(
            constants.HF_HUB_CACHE, "models--" + repo.replace("/", "--"), "snapshots", commit, inner
        )
        return self.torch.files_in(folder, _WEIGHTS, _NAMES)

    def after_save(self, _token: Any, args: Any, kwargs: Any, _result: Any) -> None:
        model = args[0]
        folder = args[1] if len(args) > 1 else kwargs.get("save_directory")
        self.tell_saved(model, os.fspath(folder), "%s.save_pretrained" % type(model).__name__)

    def tell_saved(self, model: Any, folder: Any, by: Any) -> None:
        for each in self.torch.files_in(folder, _WEIGHTS, _NAMES):
            self.models.tell_wrote(model, each, by)

    def on_tokenizers(self, module: Any) -> None:
        def after(_token: Any, args: Any, _kwargs: Any, result: Any) -> None:
            for each in result or ():
                if isinstance(each, str) and os.path.isfile(each):
                    self.watch.wrote(args[0], each, "%s.save_pretrained" % type(args[0]).__name__)

        def after_load(_token: Any, args: Any, kwargs: Any, result: Any) -> None:
            name = args[1] if len(args) > 1 else kwargs.get("pretrained_model_name_or_path")
            folder = os.fspath(name)
            if os.path.isdir(folder):
                starts = ("tokenizer", "vocab", "merges", "spiece", "sentencepiece")
                for each in self.torch.files_in(folder, (".json", ".txt", ".model"), starts):
                    self.watch.read(result, each, "%s.from_pretrained" % type(result).__name__)

        kind = module.PreTrainedTokenizerBase
        self.watch.wrap(kind, "save_pretrained", after=after, outermost=True)
        self.watch.wrap(kind, "from_pretrained", after=after_load, outermost=True)

    def on_hub(self, module: Any) -> None:
        """Files of the hub's cache that Transformers found by itself."""
        hub = self.watch.load("huggingface_hub")

        def after(_token: Any, _args: Any, _kwargs: Any, result: Any) -> None:
            found = result if isinstance(result, (list, tuple)) else [result]
            for each in found:
                if isinstance(each, str):
                    hub.tell_cached(self.watch, each)

        for name in ("cached_files", "cached_file"):
            if hasattr(module, name):
                self.watch.wrap(module, name, after=after)

    def on_sentence_models(self, module: Any) -> None:
        kind = getattr(module, "BaseModel", None) or getattr(module, "SentenceTransformer", None)
        if kind is None:
            return

        def after_made(_token: Any, args: Any, _kwargs: Any, _result: Any) -> None:
            model = args[0]
            for inner in list(model.modules())[:20]:
                if inner is not model and self.models.stories.get(id(inner)) is not None:
                    self.models.tell_derived(model, inner, type(model).__name__)
                    return
            self.models.tell(model)

        def after_save(_token: Any, args: Any, kwargs: Any, _result: Any) -> None:
            folder = os.fspath(args[1] if len(args) > 1 else kwargs["path"])
            by = "%s.save_pretrained" % type(args[0]).__name__
            self.tell_saved(args[0], folder, by)
            for each in sorted(os.listdir(folder)):
                if os.path.isdir(os.path.join(folder, each)):
                    self.tell_saved(args[0], os.path.join(folder, each), by)

        self.watch.wrap(kind, "__init__", after=after_made, outermost=True)
        for name in ("save", "save_pretrained"):
            if name in vars(kind):
                self.watch.wrap(kind, name, after=after_save, outermost=True)


def _is_simple(value: Any) -> bool:
    return isinstance(value, (str, int, float, bool)) or type(value).__name__ == "dtype"
