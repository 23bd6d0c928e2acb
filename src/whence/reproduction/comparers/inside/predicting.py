"""What two models predict, and how far apart that is."""

from importlib import import_module
from typing import Any, Callable, Dict, Iterator, List, Optional, Tuple

from . import evaluating
from .distances import apart

_METHODS = ("predict_proba", "decision_function", "predict", "score_samples", "transform")
_DEEP = 3


def predictor_in(found: Any, deep: int = _DEEP) -> Any:
    """What predicts in what was loaded: itself, or a part of a dictionary or list."""
    if kind_of(found):
        return found
    parts: List[Any] = []
    if isinstance(found, dict):
        parts = list(found.values())
    elif isinstance(found, (list, tuple)):
        parts = list(found)
    for part in parts if deep else []:
        inner = predictor_in(part, deep - 1)
        if inner is not None:
            return inner
    return None


def kind_of(found: Any) -> str:
    """Which way of predicting fits; empty where none does."""
    if isinstance(found, type):
        return ""
    modules = [base.__module__.partition(".")[0] for base in type(found).__mro__]
    name = type(found).__name__
    if "torch" in modules and hasattr(found, "forward"):
        return "torch"
    if "xgboost" in modules and name == "Booster":
        return "xgboost"
    if "onnxruntime" in modules:
        return "onnx"
    if "keras" in modules and hasattr(found, "predict"):
        return "keras"
    if any(callable(getattr(found, method, None)) for method in _METHODS):
        return "estimator"
    return ""


def compare(one: Any, other: Any, table: Any) -> Tuple[Optional[Dict[str, Any]], str]:
    """How the predictions of two models on a table compare; or ``None`` and why there are none."""
    refused = "no columns of it fit"
    for model in (one, other):
        calm(model)
    for rows in evaluating.candidates(table, names_of(one), width_of(one)):
        try:
            method, left = predict(one, rows)
            _, right = predict(other, rows)
        except Exception as error:
            refused = f"{type(error).__name__}: {str(error)[:200]}"
            continue
        return dict(compare_arrays(left, right), method=method, rows=len(rows)), ""
    return None, refused


def calm(model: Any) -> None:
    """One thread: sums of several come in any order."""
    try:
        own = [name for name in model.get_params() if name.rpartition("__")[2] == "n_jobs"]
        model.set_params(**dict.fromkeys(own, 1))
    except Exception:
        return


def names_of(model: Any) -> Optional[List[str]]:
    """What a model calls its features; ``None`` where it does not, or only counts them."""
    for attribute in ("feature_names_in_", "feature_names", "feature_name", "feature_names_"):
        try:
            found = getattr(model, attribute, None)
            found = found() if callable(found) else found
            if found is not None and len(found):
                return [str(name) for name in found]
        except Exception:
            continue
    return None


def width_of(model: Any) -> Optional[int]:
    """How many features a model takes; ``None`` where it does not say."""
    for width in _widths(model):
        try:
            found = width()
            if found is not None:
                return int(found)
        except Exception:
            continue
    return None


def _widths(model: Any) -> Iterator[Callable[[], Any]]:
    yield lambda: model.n_features_in_
    yield getattr(model, "num_features", _nothing)
    yield getattr(model, "num_feature", _nothing)
    yield lambda: len(model.feature_names_)
    yield lambda: model.input_shape[-1]
    yield lambda: model.get_inputs()[0].shape[1]
    yield lambda: next(it.in_features for it in model.modules() if hasattr(it, "in_features"))


def _nothing() -> None:
    """What a model does not say."""


def predict(model: Any, rows: Any) -> Tuple[str, Any]:
    """The method that was asked, and the predictions as an array."""
    import numpy as np

    kind = kind_of(model)
    if kind == "torch":
        return "forward", _by_torch(model, np.asarray(rows))
    if kind == "xgboost":
        xgboost = import_module("xgboost")

        names = model.feature_names
        data = xgboost.DMatrix(np.asarray(rows, dtype="f4"), feature_names=names)
        return "predict", model.predict(data)
    if kind == "onnx":
        return "run", _by_onnx(model, np.asarray(rows))
    if kind == "keras":
        return "predict", np.asarray(model.predict(np.asarray(rows, dtype="f4"), verbose=0))
    refused = None
    for method in _METHODS:
        if callable(getattr(model, method, None)):
            try:
                return method, _dense(getattr(model, method)(rows))
            except AttributeError as error:  # one that this model has only in some settings
                refused = error
    raise refused or AttributeError("nothing predicts")


def _dense(found: Any) -> Any:
    import numpy as np

    return np.asarray(found.toarray() if hasattr(found, "toarray") else found)


def _by_torch(model: Any, rows: Any) -> Any:
    torch = import_module("torch")

    model.eval()
    whole = rows.dtype.kind in "iu" and any(
        "Embedding" in type(it).__name__ for it in model.modules()
    )
    first = next((each for each in model.parameters()), None)
    wanted = torch.long if whole else (first.dtype if first is not None else torch.float32)
    with torch.no_grad():
        found = model(torch.as_tensor(rows).to(wanted))
    found = found[0] if isinstance(found, (tuple, list)) else found
    return found.to(torch.float32).numpy() if found.dtype == torch.bfloat16 else found.numpy()


def _by_onnx(session: Any, rows: Any) -> Any:
    import numpy as np

    wanted = session.get_inputs()[0]
    kinds = {"tensor(float)": "f4", "tensor(double)": "f8", "tensor(int64)": "i8"}
    found = session.run(None, {wanted.name: rows.astype(kinds[wanted.type])})
    for each in reversed(found):
        if isinstance(each, list):  # a dictionary a row, as converters of classifiers make it
            return np.asarray([list(row.values()) for row in each])
        if each.dtype.kind == "f":
            return each
    return found[0]


def compare_arrays(left: Any, right: Any) -> Dict[str, Any]:
    """How far apart two lots of predictions are, row by row."""
    import numpy as np

    told: Dict[str, Any] = {"kind": str(left.dtype), "identical": False, "decisions": False}
    if left.shape != right.shape or left.dtype.kind != right.dtype.kind:
        return dict(told, differing=len(left), largest=None)
    if left.dtype.kind not in "fc":
        same = np.asarray(left == right).reshape(len(left), -1).all(axis=1)
        told.update(identical=bool(same.all()), decisions=bool(same.all()))
        return dict(told, differing=int((~same).sum()), largest=0.0 if same.all() else None)
    same, found = apart(left, right)
    if same.all():
        told.update(identical=True, decisions=True)
        return dict(told, differing=0, largest=0.0)
    rows = same.reshape(len(left), -1).all(axis=1)
    told.update(differing=int((~rows).sum()), largest=float(found.max()))
    return dict(told, decisions=_same_decisions(left, right))


def _same_decisions(left: Any, right: Any) -> bool:
    """The same class for each row; of one number a row, the same ranking."""
    import numpy as np

    if left.ndim == 2 and left.shape[1] > 1:
        return bool((left.argmax(axis=1) == right.argmax(axis=1)).all())
    one, other = np.ravel(left), np.ravel(right)
    order = np.argsort(one, kind="stable")
    return bool((np.diff(other[order]) >= 0).all())
