"""Lightning: what the Trainer fits and tests, what modules log, hyperparameters, checkpoints."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


_LOADERS = ("train_dataloaders", "val_dataloaders", "dataloaders")
_COORDINATES = frozenset({"epoch", "step"})
_FIT = "fit"
_ROLES = {"train_dataloaders": "train", "val_dataloaders": "validation", "dataloaders": "X"}


def hooks(watch: Any) -> Any:
    """Modules to be told of, each with what is called right after it was executed."""
    found = {}
    for root in ("lightning.pytorch", "pytorch_lightning"):
        library = _Lightning(watch)
        found[root + ".trainer.trainer"] = library.on_trainer
        found[root + ".trainer.connectors.logger_connector.logger_connector"] = library.on_logging
        found[root + ".core.module"] = library.on_module
    for root in ("lightning.fabric", "lightning_fabric"):
        library = _Lightning(watch)
        found[root + ".utilities.seed"] = library.on_seeds
    return found


class _Lightning:
    """What this process does with Lightning."""

    def __init__(self, watch: Any) -> None:
        self.watch = watch
        self.models = watch.load("torch_models").networks(watch)
        self.settings = watch.load("torch_settings")

    # ----------------------------------------------------------------- trainer

    def on_trainer(self, module: Any) -> None:
        kind = module.Trainer
        wrap = self.watch.wrap
        original = kind.__init__

        def after_made(_token: Any, args: Any, kwargs: Any, _result: Any) -> None:
            values = {name: each for name, each in kwargs.items() if _is_setting(each)}
            usual = self.settings.signature_defaults(original)
            same = [name for name in values if name in usual and usual[name] == values[name]]
            self.watch.parameters("Trainer", values, same, source="lightning")
            self.tell_rank(args[0])

        wrap(kind, "__init__", after=after_made, outermost=True)
        for name in ("fit", "validate", "test", "predict"):
            wrap(kind, name, before=self.before(name), after=self.after, failed=self.after)
        wrap(kind, "save_checkpoint", after=self.after_checkpoint)

    def tell_rank(self, trainer: Any) -> None:
        if trainer.world_size > 1:
            self.watch.part(
                "rank",
                rank=trainer.global_rank,
                world_size=trainer.world_size,
                local_rank=trainer.local_rank,
            )

    def before(self, name: Any) -> Any:
        kind = {"fit": "fit", "predict": "predict"}.get(name, "evaluate")

        def before(args: Any, kwargs: Any) -> Any:
            trainer = args[0]
            model = args[1] if len(args) > 1 else kwargs.get("model")
            model = model if model is not None else getattr(trainer, "lightning_module", None)
            inputs = self.inputs(name, args, kwargs)
            if model is not None:
                self.tell_model(model)
            if name == "fit":
                self.models.suppressed += 1
                self.settings.tell_switches(self.watch)
            outputs = {"model": model} if name == "fit" else {}
            path = kwargs.get("ckpt_path")
            facts = {"checkpoint": str(path)} if path else {}
            self.watch.step(kind, "Trainer.%s" % name, inputs, outputs, model, **facts)
            return name

        return before

    def inputs(self, name: Any, args: Any, kwargs: Any) -> Any:
        """Loaders by role: given to the call, or by a data module."""
        given = dict(kwargs)
        order = (
            ("train_dataloaders", "val_dataloaders", "datamodule")
            if name == "fit"
            else ("dataloaders",)
        )
        given.update(zip(order, args[2:]))
        found = {}
        for key in _LOADERS:
            value = given.get(key)
            several = value if isinstance(value, (list, tuple)) else [value]
            for number, each in enumerate(several):
                if each is not None and self.watch.known(each) is not None:
                    role = _ROLES[key]
                    found[role if not number else "%s%d" % (role, number + 1)] = each
        return found

    def after(self, token: Any, args: Any, kwargs: Any, _result: Any) -> None:
        if token == _FIT:
            self.models.suppressed -= 1
            trainer = args[0]
            model = args[1] if len(args) > 1 else kwargs.get("model")
            if model is not None:
                self.models.story(model).fitted = True
                self.models.tell(model)
            if trainer.world_size > 1:
                self.tell_rank(trainer)

    def tell_model(self, model: Any) -> None:
        self.models.tell(model)
        self.models.story(model).fitted = True
        try:
            values = dict(model.hparams)
        except Exception:  # it keeps none
            return
        values = {name: each for name, each in values.items() if _is_setting(each)}
        if values:
            self.watch.parameters(type(model).__name__, values, source="lightning")

    def after_checkpoint(self, _token: Any, args: Any, kwargs: Any, _result: Any) -> None:
        trainer = args[0]
        path = args[1] if len(args) > 1 else kwargs.get("filepath")
        model = trainer.lightning_module
        if model is not None and trainer.is_global_zero:
            self.models.tell_wrote(model, os.fspath(path), "Trainer.save_checkpoint")

    # ----------------------------------------------------------------- metrics

    def on_logging(self, module: Any) -> None:
        kind = module._LoggerConnector
        self.watch.wrap(kind, "log_metrics", before=self.before_metrics)

    def before_metrics(self, args: Any, kwargs: Any) -> None:
        connector = args[0]
        values = args[1] if len(args) > 1 else kwargs.get("metrics")
        step = args[2] if len(args) > 2 else kwargs.get("step")
        trainer = connector.trainer
        if step is None:
            step = trainer.fit_loop.epoch_loop._batches_that_stepped
        self.tell_metrics(trainer, values, step)

    def tell_metrics(self, trainer: Any, values: Any, step: Any) -> None:
        if not trainer.is_global_zero or trainer.sanity_checking:
            return
        for name, value in dict(values or {}).items():
            number = self.number(value, waits=bool(trainer.loggers))
            if name not in _COORDINATES and isinstance(number, (int, float)):
                self.watch.metric(name, number, step, source="lightning")

    def number(self, value: Any, *, waits: bool) -> Any:
        """A logged value as a number, unless the program would have to wait for it."""
        if not self.models.is_tensor(value):
            return value
        # Loggers make the program wait for a device anyway; without them nothing may.
        return value.item() if value.numel() == 1 and (value.is_cpu or waits) else None

    # ---------------------------------------------------------------- the rest

    def on_module(self, module: Any) -> None:
        def after(_token: Any, args: Any, kwargs: Any, result: Any) -> None:
            path = args[1] if len(args) > 1 else kwargs.get("checkpoint_path")
            if isinstance(path, (str, os.PathLike)) and self.models.is_module(result):
                by = "%s.load_from_checkpoint" % type(result).__name__
                self.models.tell_read(result, os.fspath(path), by)

        # A class method that refuses to be called on an instance keeps its function as ``method``.
        restricted = vars(module.LightningModule)["load_from_checkpoint"]
        if hasattr(restricted, "method"):
            self.watch.wrap(restricted, "method", after=after)
        else:
            self.watch.wrap(module.LightningModule, "load_from_checkpoint", after=after)

    def on_seeds(self, module: Any) -> None:
        def after(_token: Any, _args: Any, _kwargs: Any, _result: Any) -> None:
            self.models.seeded = True  # each generator's own seed is told where it is set

        self.watch.wrap(module, "seed_everything", after=after)


def _is_setting(value: Any) -> Any:
    return isinstance(value, (str, int, float, bool, list, tuple, dict)) or value is None
