"""Data on its way into PyTorch: tensors made of arrays, data sets, splits and loaders."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


_SPLITS = (
    ("validation", ("val", "valid", "validation", "dev")),
    ("test", ("test", "eval", "holdout", "heldout")),
    ("train", ("train", "training", "trn")),
)
_IN_ORDER = {
    2: ("train", "validation"),
    3: ("train", "validation", "test"),
}
_LOADER = (
    "batch_size",
    "shuffle",
    "num_workers",
    "drop_last",
    "pin_memory",
    "prefetch_factor",
    "persistent_workers",
    "timeout",
)
_SAMPLERS = ("RandomSampler", "WeightedRandomSampler", "DistributedSampler")
_SAMPLED = frozenset({"replacement", "num_samples", "shuffle", "seed", "drop_last"})
_IN_CALL = ("dataset", "batch_size", "shuffle", "sampler", "batch_sampler", "num_workers")
_DERIVED = "prefetch_factor"
_LOADER_DEFAULTS = {
    "batch_size": 1,
    "shuffle": False,
    "num_workers": 0,
    "drop_last": False,
    "pin_memory": False,
    "prefetch_factor": None,
    "persistent_workers": False,
    "timeout": 0,
}


def hooks(watch: Any, models: Any, training: Any) -> Any:
    """Modules to be told of, each with what is called right after it was executed."""
    seen = _Data(watch, models, training)
    return {
        "torch.utils.data.dataset": seen.on_dataset,
        "torch.utils.data.dataloader": seen.on_dataloader,
        "torch.utils.data.sampler": seen.on_samplers,
        "torch.utils.data.distributed": seen.on_samplers,
        "torchvision.datasets.vision": seen.on_vision,
    }


class _Data:
    """Data sets and loaders of this process."""

    def __init__(self, watch: Any, models: Any, training: Any) -> None:
        self.watch = watch
        self.models = models
        self.training = training

    # -------------------------------------------------------------- data sets

    def on_dataset(self, module: Any) -> None:
        wrap = self.watch.wrap
        wrap(module.TensorDataset, "__init__", after=self.after_tensors)
        wrap(module.ConcatDataset, "__init__", after=self.after_concat)
        wrap(module.Subset, "__init__", after=self.after_subset, outermost=True)
        wrap(module, "random_split", after=self.after_split, outermost=True)

    def after_tensors(self, _token: Any, args: Any, _kwargs: Any, _result: Any) -> None:
        sources = [self.origin(each) for each in args[1:]]
        sources = [each for each in sources if each is not None]
        dataset = args[0]
        self.watch.object(dataset, "table", type="TensorDataset", **_length(dataset))
        if sources:
            self.watch.derived(dataset, sources, "TensorDataset")

    def origin(self, value: Any) -> Any:
        if self.models.is_tensor(value):
            return self.models.tensors.origin(self.watch, value)
        return value if self.watch.known(value) is not None else None

    def after_concat(self, _token: Any, args: Any, _kwargs: Any, _result: Any) -> None:
        dataset = args[0]
        sources = [each for each in dataset.datasets if self.tell(each)]
        self.watch.object(dataset, "table", type="ConcatDataset", **_length(dataset))
        self.watch.derived(dataset, sources, "ConcatDataset")

    def after_subset(self, _token: Any, args: Any, _kwargs: Any, _result: Any) -> None:
        subset = args[0]
        whole = subset.dataset
        if self.tell(whole):
            self.watch.object(subset, "table", type="Subset", **_length(subset))
            self.watch.derived(subset, [whole], "Subset", **_rows(subset))

    def after_split(self, _token: Any, args: Any, kwargs: Any, result: Any) -> None:
        whole = args[0] if args else kwargs.get("dataset")
        generator = kwargs.get("generator") or (args[2] if len(args) > 2 else None)
        lengths = args[1] if len(args) > 1 else kwargs.get("lengths")
        self.tell_generator(generator, "random_split")
        self.watch.parameters(
            "random_split", {"lengths": self.watch.plain(list(lengths))}, source="torch"
        )
        self.tell(whole)
        names = _IN_ORDER.get(len(result), ())
        outputs = {}
        for number, part in enumerate(result):
            facts = _rows(part)
            if names:
                facts["split"] = names[number]
            self.watch.object(part, "table", type="Subset", **_length(part))
            self.watch.derived(part, [whole], "random_split[%d]" % number, **facts)
            outputs[names[number] if names else "part%d" % number] = part
        self.watch.step("split", "random_split", inputs={"data": whole}, outputs=outputs)

    def tell(self, dataset: Any) -> Any:
        """Give a data set a number, and say which objects of known origin it holds."""
        if self.watch.known(dataset) is not None:
            return True
        kind = type(dataset)
        number = self.watch.object(
            dataset,
            "table",
            type="%s.%s" % (kind.__module__, kind.__qualname__),
            **_length(dataset),
        )
        sources: list[Any] = []
        for value in list(getattr(dataset, "__dict__", {}).values())[:100]:
            held = value if isinstance(value, (list, tuple)) and len(value) < 100 else [value]
            for each in held:
                source = self.origin(each)
                if source is not None and all(source is not other for other in sources):
                    sources.append(source)
        if sources:
            self.watch.derived(dataset, sources, kind.__name__)
        return number is not None

    def on_vision(self, module: Any) -> None:
        def after(_token: Any, args: Any, _kwargs: Any, _result: Any) -> None:
            dataset = args[0]
            root = getattr(dataset, "root", None)
            self.tell(dataset)
            if isinstance(root, str) and root:
                self.watch.read(dataset, root, "torchvision.datasets.%s" % type(dataset).__name__)

        self.watch.wrap(module.VisionDataset, "__init__", after=after)

    # ---------------------------------------------------------------- loaders

    def on_dataloader(self, module: Any) -> None:
        self.watch.wrap(module.DataLoader, "__init__", after=self.after_loader, outermost=True)
        self.watch.wrap(module.DataLoader, "__iter__", after=self.after_iter)

    def after_iter(self, _token: Any, args: Any, _kwargs: Any, result: Any) -> None:
        self.training.iterated(args[0], result)

    def after_loader(self, _token: Any, args: Any, kwargs: Any, _result: Any) -> None:
        loader = args[0]
        dataset = loader.dataset
        frame = self.watch.caller()
        self.tell(dataset)
        name = self.watch.name_of(dataset, frame) if frame is not None else ""
        split = split_named(name)
        facts = {"split": split} if split else {}
        values = self.settings(loader, args, kwargs)
        chosen = {
            name: type(kwargs[name]).__name__
            for name in ("sampler", "batch_sampler")
            if kwargs.get(name) is not None
        }
        looks = {"type": type(loader).__name__, **_length(dataset), **chosen}
        self.watch.object(loader, "loader", **looks)
        self.watch.derived(loader, [dataset], "DataLoader", **facts)
        if not self.models.suppressed:
            by_hand = set(kwargs) | set(_IN_CALL[: len(args) - 1])
            usual = [
                each
                for each in values
                if each not in by_hand
                and (each == _DERIVED or values[each] == _LOADER_DEFAULTS.get(each, values))
            ]
            plain = {each: self.watch.plain(value) for each, value in values.items()}
            self.watch.parameters("DataLoader", plain, usual, source="torch")
        self.tell_generator(loader.generator, "DataLoader", needed=bool(values.get("shuffle")))

    def settings(self, loader: Any, args: Any, kwargs: Any) -> Any:
        values = {each: getattr(loader, each) for each in _LOADER if hasattr(loader, each)}
        shuffle = kwargs.get("shuffle", args[3] if len(args) > 3 else None)
        values["shuffle"] = bool(shuffle)
        batches = kwargs.get("batch_sampler")
        if batches is not None:
            values["batch_size"] = getattr(batches, "batch_size", None)
        return values

    def on_samplers(self, module: Any) -> None:
        settings = self.watch.load("torch_settings")

        def telling(original: Any) -> Any:
            def after(_token: Any, args: Any, kwargs: Any, _result: Any) -> None:
                if self.models.suppressed or self.watch.caller() is None:
                    return
                values = settings.bound(original, args, kwargs)
                self.tell_generator(values.pop("generator", None), type(args[0]).__name__)
                values = {name: each for name, each in values.items() if name in _SAMPLED}
                usual = settings.signature_defaults(original)
                by_hand = {*kwargs, *original.__code__.co_varnames[: len(args)]}
                same = [
                    name
                    for name in values
                    if name not in by_hand and values[name] == usual.get(name)
                ]
                self.watch.parameters(type(args[0]).__name__, values, same, source="torch")

            return after

        for name in _SAMPLERS:
            kind = getattr(module, name, None)
            if kind is not None and kind.__module__ == module.__name__:
                made = telling(vars(kind)["__init__"])
                self.watch.wrap(kind, "__init__", after=made, outermost=True)

    def tell_generator(self, generator: Any, source: Any, needed: Any = True) -> None:
        """A generator's seed; without one, the global generator is what is drawn from."""
        if generator is not None:
            self.watch.seed("torch.Generator", generator.initial_seed(), source)
        elif needed and not self.models.suppressed:
            self.watch.random("torch", self.models.seeded)


def split_named(name: Any) -> Any:
    """The split that a variable's name speaks of: ``val_ds`` is for validation."""
    words = name.lower().replace("-", "_").split("_")
    for split, spellings in _SPLITS:
        if any(word in spellings or word.startswith(spellings[-1]) for word in words):
            return split
    return ""


def _length(dataset: Any) -> Any:
    try:
        return {"shape": [len(dataset)]}
    except Exception:  # an iterable one has none
        return {}


def _rows(dataset: Any) -> Any:
    try:
        return {"rows": len(dataset)}
    except Exception:  # an iterable one has none
        return {}
