"""LightGBM's text models: sections of ``key=value``, a tree each."""

from typing import Any

from whence.reproduction.comparers.loading import read_whole
from whence.reproduction.comparers.prediction import judge
from whence.reproduction.comparers.trees import liken
from whence.reproduction.interface import Comparison, Pair

_BEGIN, _END = "parameters:", "end of parameters"


class LightGBMComparer:
    """Tree by tree; what a model predicts, in the sandbox."""

    name = "lightgbm"

    def takes(self, name: str, head: bytes) -> bool:
        """By the first lines, which name the version of the format."""
        del name
        return head.startswith(b"tree\nversion=")

    def compare(self, pair: Pair) -> Comparison:
        """Trees alone; that the parameters after them differ is noted."""
        texts = [read_whole(path).decode(errors="replace") for path in (pair.recorded, pair.again)]
        (one, said), (other, said_again) = map(read_model, texts)
        found = liken(one, other)
        if said != said_again:
            found.harmless.add("parameters-section")
        elif found.exact:
            found.harmless.add("spelling")
        return judge(self.name, "lightgbm", pair, found)


def read_model(text: str) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """The sections of a model by name, and the lines of its parameters.

    Sizes of trees in bytes are left out: they follow from how numbers are spelled.
    """
    body, _, rest = text.partition(f"\n{_BEGIN}")
    parameters, _, after = rest.partition(_END)
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
