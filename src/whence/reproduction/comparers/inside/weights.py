"""The numbers that a model is, asked of its own library."""

import json
import os
import tempfile
from typing import Any, Callable, Dict, Iterator, List, Optional, Tuple

from .distances import apart

Leaves = List[Tuple[str, Any]]
"""Name and value: an array, a number or a text."""

_VOLATILE = ("model_info", "Config", "version")
"""Sections of a model's JSON that tell of its making, not of what it predicts."""


def compare(one: Any, other: Any) -> Optional[Dict[str, Any]]:
    """How far apart the numbers of two models are; ``None`` where nobody knows how to ask."""
    left, right = leaves_of(one), leaves_of(other)
    if left is None or right is None:
        return None
    return compare_leaves(left, right)


def leaves_of(model: Any) -> Optional[Leaves]:
    """A model's numbers; ``None`` where it is of no kind that is known here."""
    for base in type(model).__mro__:
        ask = _ASKED.get("{}.{}".format(base.__module__.partition(".")[0], base.__name__))
        if ask is not None:
            return ask(model)
    if isinstance(model, dict) and model and all(hasattr(it, "shape") for it in model.values()):
        return sorted((str(name), _array_of(each)) for name, each in model.items())
    return None


def _array_of(value: Any) -> Any:
    """An array; of a tensor, which may be of a kind that numpy does not have, its numbers."""
    if not hasattr(value, "detach"):
        return value
    value = value.detach().cpu()
    return (value.float() if value.is_floating_point() else value).numpy()


def _of_booster(model: Any) -> Leaves:
    return list(flat(json.loads(model.save_raw("json").decode())))


def _of_xgboost(model: Any) -> Leaves:
    return _of_booster(model.get_booster())


def _of_lightgbm_text(model: Any) -> Leaves:
    text = model.model_to_string().partition("\nparameters:")[0]
    return list(
        flat([line.partition("=")[2] for line in text.splitlines() if "_sizes" not in line])
    )


def _of_lightgbm(model: Any) -> Leaves:
    return _of_lightgbm_text(model.booster_)


def _of_catboost(model: Any) -> Leaves:
    path = os.path.join(tempfile.mkdtemp(), "model.json")  # noqa: PTH118  a joined text
    model.save_model(path, format="json")
    with open(path) as file:
        return list(flat(json.load(file)))


def _of_keras(model: Any) -> Leaves:
    return [(each.path, each.numpy()) for each in model.weights]


def _of_module(model: Any) -> Leaves:
    return [
        (name, each.detach().cpu().float().numpy()) for name, each in model.state_dict().items()
    ]


_ASKED: Dict[str, Callable[[Any], Leaves]] = {
    "xgboost.Booster": _of_booster,
    "xgboost.XGBModel": _of_xgboost,
    "lightgbm.Booster": _of_lightgbm_text,
    "lightgbm.LGBMModel": _of_lightgbm,
    "catboost.CatBoost": _of_catboost,
    "keras.Model": _of_keras,
    "torch.Module": _of_module,
}


def flat(node: Any, name: str = "") -> Iterator[Tuple[str, Any]]:
    """The leaves of JSON, without what tells of a model's making; lists of numbers as arrays."""
    import numpy as np

    if isinstance(node, dict):
        for key in sorted(node):
            if key not in _VOLATILE:
                yield from flat(node[key], f"{name}.{key}")
    elif isinstance(node, str) and " " in node:
        try:
            yield name, np.array([float(word) for word in node.split(" ")])
        except ValueError:
            yield name, node
    elif isinstance(node, list) and node and all(isinstance(it, (int, float)) for it in node):
        yield name, np.asarray(node)
    elif isinstance(node, list):
        for at, each in enumerate(node):
            yield from flat(each, f"{name}[{at}]")
    else:
        yield name, node


def compare_leaves(left: Leaves, right: Leaves) -> Dict[str, Any]:
    """How far apart two lots of leaves are."""
    import numpy as np

    told: Dict[str, Any] = {
        "exact": True,
        "largest": 0.0,
        "count": 0,
        "differing": 0,
        "kind": "float64",
    }
    if [name for name, _ in left] != [name for name, _ in right]:
        return dict(told, exact=False, different="the models are not built alike")
    for (name, one), (_, other) in zip(left, right):
        was, now = np.asarray(one), np.asarray(other)
        told["count"] += int(was.size)
        if was.shape == now.shape and was.dtype == now.dtype and was.tobytes() == now.tobytes():
            continue
        if was.shape != now.shape or was.dtype.kind not in "fc" or now.dtype.kind not in "fc":
            return dict(told, exact=False, different=f"{name} differs")
        if was.dtype == np.float32 or _are_single(was):
            told["kind"] = "float32"
        same, found = apart(was, now)
        told["exact"] = told["exact"] and bool(same.all())
        told["differing"] += int((~same).sum())
        told["largest"] = max(told["largest"], float(found.max(initial=0.0)))
    return told


def _are_single(array: Any) -> bool:
    return bool((array.astype("f4").astype("f8") == array).all())
