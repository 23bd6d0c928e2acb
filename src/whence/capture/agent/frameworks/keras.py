"""Keras 3, on whatever backend, and ``tf.keras``, which is the same.

Epochs are told as the library hands them to the history that it keeps for itself, so that no
callback is added. Saving and loading is told where all forms of it meet, in ``saving_api``.
"""

from __future__ import annotations

import os
import sys
from functools import partial

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

_SOURCE = "keras"
_TRAINERS = {
    "keras.src.backend.tensorflow.trainer": "TensorFlowTrainer",
    "keras.src.backend.torch.trainer": "TorchTrainer",
    "keras.src.backend.jax.trainer": "JAXTrainer",
    "keras.src.backend.numpy.trainer": "NumpyTrainer",
    "keras.src.backend.openvino.trainer": "OpenVINOTrainer",
}
"""Module → the class in it that fits, one for each backend."""

_FOLDERS = {
    "keras.src.utils.image_dataset_utils": "image_dataset_from_directory",
    "keras.src.utils.text_dataset_utils": "text_dataset_from_directory",
    "keras.src.utils.audio_dataset_utils": "audio_dataset_from_directory",
    "keras.src.utils.timeseries_dataset_utils": "timeseries_dataset_from_array",
}
"""Module → the function in it that makes a data set of files, or of an array."""

_FIT = (
    "batch_size epochs validation_split shuffle class_weight initial_epoch steps_per_epoch "
    "validation_steps validation_batch_size validation_freq"
).split()
_NOT_STEERING = {"name", "verbose"}
_LAYERS = 100
_EXPORTED = 50
_LAYER_FACTS = ("units", "filters", "rate", "activation", "kernel_size", "num_heads", "output_dim")


def hooks(watch: Any) -> dict[str, Callable[[Any], None]]:
    """Modules to be told of, each with what is called right after it was executed."""
    told = _Keras(watch, watch.load("boosting"))
    found: dict[str, Callable[[Any], None]] = {
        "keras.src.trainers.trainer": told.on_trainer,
        "keras.src.callbacks.history": told.on_history,
        "keras.src.saving.saving_api": told.on_saving,
        "keras.src.models.model": told.on_model,
        "keras.src.utils.rng_utils": told.on_seeds,
        "keras.src.random.seed_generator": told.on_generator,
    }
    for module, kind in _TRAINERS.items():
        found[module] = partial(told.on_backend, kind)
    for module, name in _FOLDERS.items():
        found[module] = partial(told.on_folder, name)
    return found


class _Keras:
    def __init__(self, watch: Any, shared: Any) -> None:
        self.watch = watch
        self.shared = shared
        self.predictions = shared.Predictions(watch)
        self.logs: dict[str, Any] = {}
        """What was measured last, by name, before the library leaves the names out."""
        self.steps: dict[int, int] = {}
        """Model → batches that its program trained it on by itself."""
        self.seeded = False

    # ---------------------------------------------------------------- compiling

    def on_trainer(self, module: Any) -> None:
        watch, shared, function = self.watch, self.shared, module.Trainer.compile

        def after(_: Any, args: Any, kwargs: Any, __: Any) -> None:
            given, others = shared.arguments(function, args, kwargs)
            optimizer = getattr(args[0], "optimizer", None)
            if optimizer is not None:
                self._tell_optimizer(optimizer)
            values = {}
            for name in ("loss", "metrics", "weighted_metrics", "loss_weights"):
                if given.get(name) is not None:
                    values[name] = _called(given[name])
            values.update(
                shared.plain_arguments(given, ("run_eagerly", "steps_per_execution", "jit_compile"))
            )
            if optimizer is not None:
                values["optimizer"] = type(optimizer).__name__
            defaults = shared.plain_arguments(others, ("jit_compile", "run_eagerly"))
            policy = getattr(getattr(args[0], "dtype_policy", None), "name", None)
            if policy is not None:
                values["dtype"] = policy
                if policy == "float32":
                    defaults["dtype"] = policy
            watch.parameters("keras.compile", {**defaults, **values}, defaults, _SOURCE)

        def on_logs(args: Any, kwargs: Any) -> None:
            logs = args[1] if len(args) > 1 else kwargs.get("logs")
            self.logs = dict(logs) if isinstance(logs, dict) else {}

        watch.wrap(module.Trainer, "compile", after=after, outermost=True)
        watch.wrap(module.Trainer, "_flatten_metrics_in_order", before=on_logs)

    def _tell_optimizer(self, optimizer: Any) -> None:
        kind = type(optimizer)
        config = optimizer.get_config()
        own = self.shared.arguments(kind.__init__, (), {})[1]
        values: dict[str, Any] = {}
        for name, value in config.items():
            if isinstance(value, dict) and "class_name" in value:  # a schedule, a wrapped one
                values[name] = value["class_name"]
                for inner, each in (value.get("config") or {}).items():
                    if inner not in _NOT_STEERING:
                        values["%s.%s" % (name, inner)] = each
            elif value is not None and name not in _NOT_STEERING:
                values[name] = self.shared.shortest(value) if type(value) is float else value
        defaults = [name for name, value in values.items() if name in own and own[name] == value]
        self.watch.parameters(kind.__name__, values, defaults, _SOURCE)

    # ----------------------------------------------------------------- training

    def on_history(self, module: Any) -> None:
        metric = self.watch.metric

        def after(_: Any, args: Any, kwargs: Any, __: Any) -> None:
            epoch = args[1] if len(args) > 1 else kwargs["epoch"]
            logs = args[2] if len(args) > 2 else kwargs.get("logs")
            for name, value in (logs or {}).items():
                on = "validation" if name[:4] == "val_" else "train"
                metric(name, value, epoch, on, _SOURCE)

        self.watch.wrap(module.History, "on_epoch_end", after=after)

    def on_backend(self, name: str, module: Any) -> None:
        kind = getattr(module, name)
        self._on_fit(kind)
        self._on_evaluate(kind)
        for each in ("predict", "predict_on_batch"):
            self.predictions.wrap(kind, each)
        for each, on in (("train_on_batch", "train"), ("test_on_batch", "test")):
            self._on_batch(kind, each, on)

    def _on_fit(self, kind: Any) -> None:
        watch, shared, function = self.watch, self.shared, kind.fit

        def before(args: Any, kwargs: Any) -> None:
            given, others = shared.arguments(function, args, kwargs)
            values = shared.plain_arguments(given, _FIT)
            defaults = shared.plain_arguments(others, ("epochs", "shuffle"))
            if isinstance(given.get("class_weight"), dict):
                values["class_weight"] = given["class_weight"]
            if given.get("batch_size") is None and hasattr(given.get("x"), "shape"):
                defaults["batch_size"] = 32
            called = given.get("callbacks")
            called = called if isinstance(called, (list, tuple)) else ()
            if called:
                values["callbacks"] = [type(each).__name__ for each in called]
            watch.parameters("keras.fit", {**defaults, **values}, defaults, _SOURCE)
            for each in called:
                self._tell_callback(each)
            # Told before it begins: checkpoints outlive a training that is killed.
            inputs = self._inputs(given.get("x"), given.get("y"), "train")
            rows = dict(inputs)
            held = given.get("validation_data")
            if isinstance(held, (list, tuple)) and len(held) >= 2:
                inputs["validation"], inputs["validation_y"] = held[0], held[1]
                rows["validation"] = held[0]
            elif held is not None:
                inputs["validation"] = held
            shared.tell_rows(watch, rows)
            part = given.get("validation_split") or None
            by = type(args[0]).__name__ + ".fit"
            watch.step("fit", by, inputs, model=args[0], validation_split=part)

        def after(_: Any, args: Any, kwargs: Any, result: Any) -> None:
            self._tell_model(args[0])

        watch.wrap(kind, "fit", before=before, after=after, outermost=True)

    def _inputs(self, x: Any, y: Any, role: str) -> dict[str, Any]:
        """Arrays by their roles; a data set that has both is the one of the role."""
        if isinstance(x, dict):
            found = {"X_%s" % name: each for name, each in x.items()}
        elif isinstance(x, (list, tuple)) and x and all(hasattr(each, "shape") for each in x):
            found = {"X_%d" % number: each for number, each in enumerate(x)}
        else:
            found = {"X" if y is not None or hasattr(x, "shape") else role: x}
        for each in found.values():
            self._follow(each)
        return {**found, "y": y} if y is not None else found

    def _follow(self, data: Any) -> None:
        """A data set of TensorFlow's that was made of one that is known."""
        watch, source = self.watch, data
        for _ in range(50):
            source = getattr(source, "_input_dataset", None)
            if source is None:
                return
            if watch.known(source) is not None:
                watch.derived(data, [source], "tf.data")
                return

    def _tell_callback(self, callback: Any) -> None:
        kind = type(callback)
        if not kind.__module__.startswith("keras."):
            return
        own = self.shared.arguments(kind.__init__, (), {})[1]
        values = {
            name: getattr(callback, name)
            for name in own
            if name not in _NOT_STEERING and isinstance(getattr(callback, name, None), _SAID)
        }
        defaults = [name for name, value in values.items() if own[name] == value]
        if values:
            self.watch.parameters(kind.__name__, values, defaults, _SOURCE)

    def _tell_model(self, model: Any) -> None:
        backend = sys.modules.get("keras.src.backend")
        layers = list(getattr(model, "layers", ()))
        self.watch.object(
            model,
            "model",
            **{"class": type(model).__name__},
            framework=_SOURCE,
            size=model.count_params() if model.built else None,
            backend=backend.backend() if backend is not None else None,
            dtype=getattr(getattr(model, "dtype_policy", None), "name", None),
            layers=[_layer(each) for each in layers[:_LAYERS]],
            signature=_signature(model),
        )

    def _on_batch(self, kind: Any, name: str, on: str) -> None:
        metric = self.watch.metric

        def after(_: Any, args: Any, kwargs: Any, result: Any) -> None:
            model = args[0]
            key = id(model)
            step = self.steps.get(key, 0)
            if step == 0:
                given, __ = self.shared.arguments(getattr(kind, name), args, kwargs)
                self._tell_model(model)
                by = "%s.%s" % (type(model).__name__, name)
                what = "fit" if on == "train" else "evaluate"
                inputs = self._inputs(given.get("x"), given.get("y"), on)
                self.watch.step(what, by, inputs, model=model)
            logs, self.logs = (result if isinstance(result, dict) else self.logs), {}
            for each, value in logs.items():
                metric(each, value, step, on, _SOURCE)
            if on == "train":
                self.steps[key] = step + 1

        self.watch.wrap(kind, name, after=after, outermost=True)

    def _on_evaluate(self, kind: Any) -> None:
        watch, shared, function = self.watch, self.shared, kind.evaluate

        def after(_: Any, args: Any, kwargs: Any, result: Any) -> None:
            given, __ = shared.arguments(function, args, kwargs)
            logs, self.logs = (result if isinstance(result, dict) else self.logs), {}
            x = given.get("x")
            inputs = self._inputs(x, given.get("y"), "test")
            on = watch.name_of(x, watch.user()) if x is not None else ""
            for name, value in logs.items():
                watch.metric(name, value, None, on, _SOURCE)
            shared.tell_rows(watch, inputs)
            value = {name: float(value) for name, value in logs.items()}
            by = type(args[0]).__name__ + ".evaluate"
            watch.step("evaluate", by, inputs, model=args[0], value=value)

        watch.wrap(kind, "evaluate", after=after, outermost=True)

    # ------------------------------------------------------------- files, seeds

    def on_saving(self, module: Any) -> None:
        watch, shared = self.watch, self.shared

        def on_saved(name: str) -> Callable[..., None]:
            def after(_: Any, args: Any, kwargs: Any, __: Any) -> None:
                given, ___ = shared.arguments(functions[name], args, kwargs)
                location = shared.path_of(given.get("filepath"))
                if location is not None:
                    self._tell_model(given["model"])
                    watch.wrote(given["model"], location, "keras." + name)

            return after

        def on_model(_: Any, args: Any, kwargs: Any, result: Any) -> None:
            location = shared.path_of(args[0] if args else kwargs.get("filepath"))
            if location is not None:
                self._tell_model(result)
                watch.read(result, location, "keras.load_model")

        def on_weights(_: Any, args: Any, kwargs: Any, __: Any) -> None:
            given, ___ = shared.arguments(functions["load_weights"], args, kwargs)
            location = shared.path_of(given.get("filepath"))
            if location is not None:
                self._tell_model(given["model"])
                watch.read(given["model"], location, "keras.load_weights")

        functions = {
            name: getattr(module, name) for name in ("save_model", "save_weights", "load_weights")
        }
        watch.wrap(module, "save_model", after=on_saved("save_model"))
        watch.wrap(module, "save_weights", after=on_saved("save_weights"))
        watch.wrap(module, "load_model", after=on_model, outermost=True)
        watch.wrap(module, "load_weights", after=on_weights, outermost=True)

    def on_model(self, module: Any) -> None:
        def after(_: Any, args: Any, kwargs: Any, __: Any) -> None:
            location = self.shared.path_of(args[1] if len(args) > 1 else kwargs.get("filepath"))
            if location is None:
                return
            self._tell_model(args[0])
            places = [location]
            if os.path.isdir(location):
                found = [
                    os.path.join(at, each)
                    for at, ____, files in os.walk(location)
                    for each in files
                ]
                places = found[:_EXPORTED]
            for each in places:
                self.watch.wrote(args[0], each, "keras.export", relation="converted")

        self.watch.wrap(module.Model, "export", after=after, outermost=True)

    def on_folder(self, name: str, module: Any) -> None:
        watch, shared, function = self.watch, self.shared, getattr(module, name)

        def after(_: Any, args: Any, kwargs: Any, result: Any) -> None:
            given, __ = shared.arguments(function, args, kwargs)
            first = next(iter(given.values()), None)
            location = shared.path_of(first)
            values = shared.plain_arguments(given, [each for each in given if each != "directory"])
            watch.parameters(name, values, source=_SOURCE)
            both = isinstance(result, (list, tuple))
            for number, each in enumerate(result if both else [result]):
                split = given.get("subset")
                split = ("training", "validation")[number] if both else split
                facts = {"split": "train" if split == "training" else split}
                if location is not None:
                    watch.read(each, location, name, **facts)
                else:
                    watch.derived(each, [first, given.get("targets")], name, **facts)

        watch.wrap(module, name, after=after, outermost=True)

    def on_seeds(self, module: Any) -> None:
        def after(_: Any, args: Any, kwargs: Any, __: Any) -> None:
            self.seeded = True
            value = args[0] if args else kwargs["seed"]
            names = ["keras", "random", "numpy"]
            names += [each for each in ("tensorflow", "torch") if each in sys.modules]
            for name in names:
                self.watch.seed(name, value, "keras.utils.set_random_seed")

        self.watch.wrap(module, "set_random_seed", after=after, outermost=True)

    def on_generator(self, module: Any) -> None:
        """Without a seed, layers start from Python's own generator, if that has one."""

        def on_seed(_: Any, args: Any, kwargs: Any, __: Any) -> None:
            if (args[0] if args else kwargs.get("a")) is not None:
                self.seeded = True

        def on_default(_: Any, __: Any, ___: Any, ____: Any) -> None:
            if not self.seeded:
                self.watch.random("keras", seeded=False)

        self.watch.wrap(sys.modules["random"], "seed", after=on_seed)
        self.watch.wrap(module, "make_default_seed", after=on_default)


_SAID = (bool, int, float, str)


def _called(value: Any) -> Any:
    """Losses and metrics by their names."""
    if isinstance(value, (str, int, float)):
        return value
    if isinstance(value, dict):
        return {str(name): _called(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_called(each) for each in value]
    return getattr(value, "__name__", None) or type(value).__name__


def _layer(layer: Any) -> str:
    """``Dense(units=8, activation=relu)``."""
    told = []
    for name in _LAYER_FACTS:
        value = getattr(layer, name, None)
        value = getattr(value, "__name__", value)
        if value is not None and value != "linear" and isinstance(value, (int, float, str, tuple)):
            told.append("%s=%s" % (name, value))
    return "%s(%s)" % (type(layer).__name__, ", ".join(told))


def _signature(model: Any) -> dict[str, Any] | None:
    """Shapes of what goes in and comes out, where the model knows them."""
    try:
        return {"inputs": model.input_shape, "outputs": model.output_shape}
    except Exception:  # a subclassed model that was not built
        return None
