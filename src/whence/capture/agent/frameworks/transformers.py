"""Hugging Face Transformers: the Trainer, pretrained networks, generation."""

from __future__ import annotations

import weakref

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


_COORDINATES = frozenset({"epoch", "step"})
_SCHEDULES = (
    "get_linear_schedule_with_warmup",
    "get_cosine_schedule_with_warmup",
    "get_constant_schedule",
    "get_constant_schedule_with_warmup",
    "get_polynomial_decay_schedule_with_warmup",
    "get_cosine_with_hard_restarts_schedule_with_warmup",
    "get_scheduler",
)


def hooks(watch: Any) -> Any:
    """Modules to be told of, each with what is called right after it was executed."""
    library = _Transformers(watch)
    told = watch.load("transformers_files").hooks(watch)
    told.update(
        {
            "transformers.trainer": library.on_trainer,
            "transformers.training_args": library.on_arguments,
            "transformers.training_args_seq2seq": library.on_arguments,
            "transformers.generation.utils": library.on_generation,
            "transformers.pipelines.base": library.on_pipelines,
            "transformers.optimization": library.on_schedules,
            "transformers.trainer_utils": library.on_seeds,
        }
    )
    return told


class _Transformers:
    """What this process does with Transformers."""

    def __init__(self, watch: Any) -> None:
        self.watch = watch
        self.torch = watch.load("torch_models")
        self.settings = watch.load("torch_settings")
        self.models = self.torch.networks(watch)
        self.given: dict[int, Any] = {}
        self.generated: set[int] = set()

    # ---------------------------------------------------------------- training

    def on_trainer(self, module: Any) -> None:
        wrap = self.watch.wrap
        kind = module.Trainer
        wrap(
            kind, "train", before=self.before_train, after=self.after_train, failed=self.after_train
        )
        wrap(kind, "log", before=self.before_log)
        for name in ("evaluate", "predict"):
            after = self.after_use(name)
            wrap(kind, name, before=self.before_use, after=after, failed=self.use_failed)

    def before_train(self, args: Any, kwargs: Any) -> Any:
        trainer = args[0]
        self.models.suppressed += 1
        self.tell_arguments(trainer.args)
        model = trainer.model
        inputs = {"train": self.table(trainer.train_dataset)}
        inputs.update(self.tables(trainer.eval_dataset))
        resumed = kwargs.get("resume_from_checkpoint", args[1] if len(args) > 1 else None)
        facts = {"resumed": str(resumed)} if resumed else {}
        if model is not None:
            self.models.tell(model)
            self.models.story(model).fitted = True
        by = "%s.train" % type(trainer).__name__
        self.settings.tell_switches(self.watch)
        self.models.seeded = True
        self.watch.step("fit", by, inputs=inputs, outputs={"model": model}, model=model, **facts)
        return True

    def after_train(self, token: Any, args: Any, _kwargs: Any, _result: Any) -> None:
        if token:
            self.models.suppressed -= 1
            if args[0].model is not None:
                self.models.story(args[0].model).fitted = True

    def tell_arguments(self, given: Any) -> None:
        values = given.to_dict()
        usual = self.settings.field_defaults(type(given))
        made, by_hand = self.given.get(id(given), (None, ()))
        if made is None or made() is not given or len(by_hand) > len(usual) // 2:
            by_hand = ()  # not seen, or made by a parser of command lines, which gives them all
        defaults = [
            name
            for name, value in values.items()
            if name not in by_hand
            and (by_hand or self.watch.plain(usual.get(name)) == self.watch.plain(value))
        ]
        values = {name: value for name, value in values.items() if not name.endswith("_token")}
        self.watch.parameters(type(given).__name__, values, defaults, source="transformers")

    def on_arguments(self, module: Any) -> None:
        def before(args: Any, kwargs: Any) -> None:
            names = set(kwargs)
            if len(args) > 1:
                names.add("output_dir")
            self.given[id(args[0])] = (weakref.ref(args[0]), names)

        for name in ("TrainingArguments", "Seq2SeqTrainingArguments"):
            kind = getattr(module, name, None)
            if kind is not None and "__init__" in vars(kind):
                self.watch.wrap(kind, "__init__", before=before)

    def table(self, dataset: Any) -> Any:
        if dataset is None or isinstance(dataset, (str, dict)):
            return None
        if self.watch.known(dataset) is None:
            kind = type(dataset)
            facts: dict[str, Any] = {"type": "%s.%s" % (kind.__module__, kind.__qualname__)}
            if hasattr(dataset, "__len__"):
                facts["shape"] = [len(dataset)]
            self.watch.object(dataset, "table", **facts)
        return dataset

    def tables(self, given: Any) -> Any:
        """Validation sets by role: one, or several by name."""
        if isinstance(given, dict):
            named = {"validation %s" % name: self.table(each) for name, each in given.items()}
            return {role: each for role, each in named.items() if each is not None}
        found = self.table(given)
        return {} if found is None else {"validation": found}

    def before_log(self, args: Any, kwargs: Any) -> None:
        trainer = args[0]
        logs = args[1] if len(args) > 1 else kwargs.get("logs")
        step = trainer.state.global_step
        if not trainer.is_world_process_zero():
            return
        for name, value in dict(logs).items():
            if name not in _COORDINATES and isinstance(value, (int, float)):
                self.watch.metric(name, value, step, source="transformers")

    def before_use(self, _args: Any, _kwargs: Any) -> Any:
        self.models.suppressed += 1
        return self.models.suppressed

    def use_failed(self, token: Any, _args: Any, _kwargs: Any, _error: Any) -> None:
        if token:
            self.models.suppressed -= 1

    def after_use(self, name: Any) -> Any:
        key = "eval_dataset" if name == "evaluate" else "test_dataset"

        def after(token: Any, args: Any, kwargs: Any, result: Any) -> None:
            self.use_failed(token, args, kwargs, None)
            trainer = args[0]
            given = kwargs.get(key, args[1] if len(args) > 1 else None)
            given = trainer.eval_dataset if given is None else given
            if isinstance(given, dict) or self.models.suppressed:
                return  # each of several comes by a call of its own; those in a fit belong to it
            metrics = result if isinstance(result, dict) else getattr(result, "metrics", None)
            by = "%s.%s" % (type(trainer).__name__, name)
            inputs = {"X": self.table(given)}
            self.watch.step(name, by, inputs=inputs, model=trainer.model, value=metrics)

        return after

    def on_schedules(self, module: Any) -> None:
        for name in _SCHEDULES:
            original = getattr(module, name, None)
            if original is not None:
                self.watch.wrap(
                    module, name, after=self.after_schedule(name, original), outermost=True
                )

    def after_schedule(self, name: Any, original: Any) -> Any:
        def after(_token: Any, args: Any, kwargs: Any, _result: Any) -> None:
            if self.models.suppressed:
                return
            values = self.settings.bound(original, args, kwargs)
            usual = self.settings.signature_defaults(original)
            values.pop("optimizer", None)
            values.pop("last_epoch", None)
            owner = name.replace("get_", "", 1)
            same = [each for each in values if each in usual and usual[each] == values[each]]
            self.watch.parameters(owner, values, same, source="transformers")

        return after

    def on_seeds(self, module: Any) -> None:
        def after(_token: Any, _args: Any, _kwargs: Any, _result: Any) -> None:
            self.models.seeded = True  # each generator's own seed is told where it is set

        self.watch.wrap(module, "set_seed", after=after, outermost=True)

    # ------------------------------------------------------------------ using

    def on_generation(self, module: Any) -> None:
        def before(args: Any, kwargs: Any) -> None:
            key = id(args[0])
            if key not in self.generated and not self.models.suppressed:
                self.generated.add(key)
                self.models.tell(args[0])
                names = (
                    "max_new_tokens",
                    "max_length",
                    "do_sample",
                    "temperature",
                    "top_k",
                    "top_p",
                    "num_beams",
                    "repetition_penalty",
                )
                chosen = {name: kwargs[name] for name in names if kwargs.get(name) is not None}
                if chosen:
                    self.watch.parameters("generate", chosen, source="transformers")
                if chosen.get("do_sample"):
                    self.watch.random("torch", self.models.seeded)
                by = "%s.generate" % type(args[0]).__name__
                self.watch.step("generate", by, model=args[0])

        self.watch.wrap(module.GenerationMixin, "generate", before=before, outermost=True)

    def on_pipelines(self, module: Any) -> None:
        def before(args: Any, _kwargs: Any) -> None:
            key = id(args[0])
            if key not in self.generated and self.models.is_module(args[0].model):
                self.generated.add(key)
                self.models.tell(args[0].model)
                by = "%s.__call__" % type(args[0]).__name__
                self.watch.step(
                    "predict", by, model=args[0].model, task=getattr(args[0], "task", "")
                )

        self.watch.wrap(module.Pipeline, "__call__", before=before, outermost=True)
