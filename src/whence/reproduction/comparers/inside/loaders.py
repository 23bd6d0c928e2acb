"""Loads a model of each kind by the library that wrote it."""

import pickle
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Callable, Dict


def load_pickle(path: str) -> Any:
    """Files of pickle and joblib's files; joblib reads both where it is at hand."""
    try:
        joblib = import_module("joblib")
    except ImportError:
        with open(path, "rb") as file:
            return pickle.load(file)
    return joblib.load(path)


def load_torch(path: str) -> Any:
    """A checkpoint: tensors alone where that is possible, else with its classes."""
    torch = import_module("torch")

    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except Exception:
        return torch.load(path, map_location="cpu", weights_only=False)


def load_scripted(path: str) -> Any:
    """A module of torch's own code."""
    torch = import_module("torch")

    return torch.jit.load(path, map_location="cpu")


def load_xgboost(path: str) -> Any:
    """An XGBoost model, in whatever form it was saved."""
    xgboost = import_module("xgboost")

    with open(path, "rb") as file:
        return xgboost.Booster(model_file=bytearray(file.read()))


def load_lightgbm(path: str) -> Any:
    """A LightGBM text model."""
    lightgbm = import_module("lightgbm")

    return lightgbm.Booster(model_file=path)


def load_catboost(path: str) -> Any:
    """A CatBoost model."""
    catboost = import_module("catboost")

    with open(path, "rb") as file:
        is_json = file.read(1) == b"{"
    return catboost.CatBoost().load_model(path, format="json" if is_json else "cbm")


def load_keras(path: str) -> Any:
    """A Keras model, without its optimizer; its file must have the ending that Keras wants."""
    import os
    import shutil
    import tempfile

    with open(path, "rb") as file:
        ending = ".h5" if file.read(4) == b"\x89HDF" else ".keras"
    copy = os.path.join(tempfile.mkdtemp(), "model" + ending)  # noqa: PTH118  joined texts
    shutil.copyfile(path, copy)
    engines = [name for name in ("tensorflow", "torch", "jax") if find_spec(name)]
    os.environ.setdefault("KERAS_BACKEND", engines[0] if engines else "numpy")
    try:
        keras = import_module("keras")
    except ImportError:
        keras = import_module("tensorflow.keras")
    return keras.models.load_model(copy, compile=False)


def load_hdf5(path: str) -> Any:
    """A Keras model where it is one and Keras is at hand; else arrays and attributes by name."""
    h5py = import_module("h5py")
    import numpy as np

    found: Dict[str, Any] = {}
    with h5py.File(path, "r") as file:
        if "model_config" in file.attrs:
            try:
                return load_keras(path)
            except Exception:
                found = {}

        def note(name: str, node: Any) -> None:
            for key, value in node.attrs.items():
                found[f"{name}@{key}"] = np.asarray(value)
            if hasattr(node, "shape"):
                found[name] = np.asarray(node[()])

        note("", file)
        file.visititems(note)
    return found


def load_onnx(path: str) -> Any:
    """A session that runs an ONNX model on the processor."""
    onnxruntime = import_module("onnxruntime")

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def load_skops(path: str) -> Any:
    """A model kept by skops, with every type that it names: the walls are what guards."""
    skops = import_module("skops.io")
    unknown = skops.get_untrusted_types(file=path)
    return skops.load(path, trusted=unknown)


LOADERS: Dict[str, Callable[[str], Any]] = {
    "catboost": load_catboost,
    "hdf5": load_hdf5,
    "keras": load_keras,
    "lightgbm": load_lightgbm,
    "onnx": load_onnx,
    "pickle": load_pickle,
    "scripted": load_scripted,
    "skops": load_skops,
    "torch": load_torch,
    "xgboost": load_xgboost,
}
"""Kind → how it is loaded."""
