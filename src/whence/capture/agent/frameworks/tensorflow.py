"""TensorFlow: seeds, determinism, and what its data sets are made of; Keras has its own file."""

from __future__ import annotations

from functools import partial

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

_READERS = {
    "tensorflow.python.data.ops.readers": (
        "TextLineDatasetV2",
        "TFRecordDatasetV2",
        "FixedLengthRecordDatasetV2",
    ),
    "tensorflow.python.data.experimental.ops.readers": ("CsvDatasetV2",),
}
"""Module → classes that read files, which come first among their arguments."""


def hooks(watch: Any) -> dict[str, Callable[[Any], None]]:
    """Modules to be told of, each with what is called right after it was executed."""
    shared = watch.load("boosting")
    found: dict[str, Callable[[Any], None]] = {
        "tensorflow.python.framework.random_seed": lambda module: _on_seed(watch, module),
        "tensorflow.python.framework.config": lambda module: _on_config(watch, module),
        "tensorflow.python.data.ops.dataset_ops": lambda module: _on_dataset(watch, module),
    }
    for name, kinds in _READERS.items():
        found[name] = partial(_on_readers, watch, shared, kinds)
    return found


def _on_seed(watch: Any, module: Any) -> None:
    def after(_: Any, args: Any, kwargs: Any, __: Any) -> None:
        if watch.caller() is not None:
            value = args[0] if args else kwargs.get("seed")
            watch.seed("tensorflow", value, "tensorflow.random.set_seed")

    watch.wrap(module, "set_seed", after=after)
    watch.wrap(module, "set_random_seed", after=after)


def _on_config(watch: Any, module: Any) -> None:
    def on_determinism(_: Any, __: Any, ___: Any, ____: Any) -> None:
        watch.parameters("tensorflow", {"op_determinism": True}, source="tensorflow")

    def on_threads(name: str) -> Callable[..., None]:
        def after(_: Any, args: Any, kwargs: Any, __: Any) -> None:
            value = args[0] if args else kwargs.get("num_threads")
            watch.parameters("tensorflow", {name: value}, source="tensorflow")

        return after

    watch.wrap(module, "enable_op_determinism", after=on_determinism)
    for name in ("set_inter_op_parallelism_threads", "set_intra_op_parallelism_threads"):
        watch.wrap(module, name, after=on_threads(name[4:]))


def _on_dataset(watch: Any, module: Any) -> None:
    def after(_: Any, args: Any, kwargs: Any, result: Any) -> None:
        data = args[0] if args else next(iter(kwargs.values()), None)
        parts: list[Any] = []
        if isinstance(data, dict):
            parts = list(data.values())
        elif isinstance(data, (tuple, list)):
            parts = list(data)
        watch.derived(result, [*parts, data], "from_tensor_slices")

    for name in ("from_tensor_slices", "from_tensors"):
        watch.wrap(module.DatasetV2, name, after=after)


def _on_readers(watch: Any, shared: Any, kinds: Any, module: Any) -> None:
    def after(_: Any, args: Any, kwargs: Any, __: Any) -> None:
        names = args[1] if len(args) > 1 else next(iter(kwargs.values()), None)
        several = names if isinstance(names, (list, tuple)) else [names]
        for each in several:
            location = shared.path_of(each)
            if location is not None:
                watch.read(args[0], location, type(args[0]).__name__.replace("V2", ""))

    for name in kinds:
        kind = getattr(module, name, None)
        if kind is not None:
            watch.wrap(kind, "__init__", after=after, outermost=True)
