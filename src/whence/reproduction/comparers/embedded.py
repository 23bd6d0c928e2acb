"""Models within files of another format: the text or bytes that a library puts into a pickle.

Opened, they are trees; and what stands beside the model is told apart from it.
"""

from array import array
from typing import Any, ClassVar

from whence.reproduction.comparers.blocks import Block
from whence.reproduction.comparers.ubjson import read_ubjson

_PARAMETERS, _PARAMETERS_END = "parameters:", "end of parameters"


class LightGBMText:
    """A LightGBM model as text: sections of ``key=value``, a tree each, then its parameters."""

    MAGIC: ClassVar = "tree\nversion="
    beside: ClassVar = "parameters-section"
    """The harmless difference that it is if only what stands beside the model differs."""

    def __init__(self, text: str) -> None:
        self.model, self.rest = read_lightgbm(text)


class XGBoostBytes:
    """A whole XGBoost booster: its model, and the configuration of the machine it was on."""

    MAGIC: ClassVar = b"{L\0\0\0\0\0\0\0\6Config"
    beside: ClassVar = "library-packing"

    def __init__(self, data: bytes) -> None:
        told = read_ubjson(data)
        self.model, self.rest = as_single(told.get("Model")), told.get("Config")


Opened = LightGBMText | XGBoostBytes


def opened(value: Any) -> Opened | None:
    """The model that a text or bytes are; ``None``: they are none."""
    try:
        if isinstance(value, str) and value.startswith(LightGBMText.MAGIC):
            return LightGBMText(value)
        if isinstance(value, bytes | bytearray) and value.startswith(XGBoostBytes.MAGIC):
            return XGBoostBytes(bytes(value))
    except ValueError:
        return None
    return None


def as_single(node: Any) -> Any:
    """A tree of XGBoost's with its lists of numbers as arrays of float32, as XGBoost keeps them."""
    if isinstance(node, dict):
        return {key: as_single(value) for key, value in node.items()}
    if isinstance(node, list):
        if node and all(isinstance(each, float) for each in node):
            return Block("<f4", (len(node),), array("f", node).tobytes())
        return [as_single(each) for each in node]
    return node


def read_lightgbm(text: str) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """The sections of a model by name, and the lines of its parameters.

    Sizes of trees in bytes are left out: they follow from how numbers are spelled.
    """
    body, _, rest = text.partition(f"\n{_PARAMETERS}")
    parameters, _, after = rest.partition(_PARAMETERS_END)
    sections: dict[str, dict[str, Any]] = {}
    name = ""
    for line in f"{body}\n{after}".splitlines():
        key, found, value = line.strip().partition("=")
        if key == "Tree" and found:
            name = f"tree {value}"
        elif key in {"feature_importances:", "tree", "end of trees", "pandas_categorical"}:
            name = key.rstrip(":")
        if found and key not in {"Tree", "tree_sizes"}:
            sections.setdefault(name, {})[key] = _numbers(value)
    return sections, parameters.splitlines()


def _numbers(value: str) -> Any:
    words = value.split(" ")
    try:
        return [float(word) if set(word) & set(".en") else int(word) for word in words]
    except ValueError:
        return value
