"""Models that only their own library can read: CatBoost, Keras, HDF5, and skops' archives."""

import json
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

from whence.reproduction.comparers.loading import LARGEST, too_large
from whence.reproduction.comparers.npy import read_npy
from whence.reproduction.comparers.prediction import judge
from whence.reproduction.comparers.trees import liken
from whence.reproduction.interface import Comparison, Pair


class CatBoostComparer:
    """Trees and predictions by CatBoost, in the sandbox."""

    name = "catboost"

    def takes(self, name: str, head: bytes) -> bool:
        """By the first bytes."""
        del name
        return head.startswith(b"CBM1")

    def compare(self, pair: Pair) -> Comparison:
        """By what CatBoost tells."""
        return judge(self.name, "catboost", pair, None)


class Hdf5Comparer:
    """Arrays and attributes by h5py, a whole model by Keras, in the sandbox."""

    name = "hdf5"

    def takes(self, name: str, head: bytes) -> bool:
        """By the first bytes."""
        del name
        return head.startswith(b"\x89HDF\r\n\x1a\n")

    def compare(self, pair: Pair) -> Comparison:
        """By what h5py or Keras tells."""
        return judge(self.name, "hdf5", pair, None)


class KerasComparer:
    """The configuration is read here, the weights by Keras in the sandbox."""

    name = "keras"

    def takes(self, name: str, head: bytes) -> bool:
        """By the end of the name: an archive like others."""
        return name.lower().endswith(".keras") and head.startswith(b"PK\3\4")

    def compare(self, pair: Pair) -> Comparison:
        """Configuration, then weights and predictions."""
        found = liken(read_members(pair.recorded), read_members(pair.again))
        if found.exact and not found.harmless:
            found.harmless.add("archive-times")
        return judge(self.name, "keras", pair, found)


class SkopsComparer:
    """The tree of an object as skops keeps it, its arrays in place."""

    name = "skops"

    def takes(self, name: str, head: bytes) -> bool:
        """By the end of the name: an archive like others."""
        return name.lower().endswith(".skops") and head.startswith(b"PK\3\4")

    def compare(self, pair: Pair) -> Comparison:
        """As two trees; predictions in the sandbox."""
        found = liken(read_skops(pair.recorded), read_skops(pair.again))
        if found.exact and not found.harmless:
            found.harmless.add("archive-times")
        return judge(self.name, "skops", pair, found)


def read_members(path: Path) -> dict[str, Any]:
    """An archive's members by name, JSON as trees.

    Raises:
        ValueError: it is none.
        ReproductionError: it is too large.
    """
    found: dict[str, Any] = {}
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        if sum(each.file_size for each in members) > LARGEST:
            raise too_large()
        for each in members:
            data = archive.read(each)
            found[each.filename] = json.loads(data) if each.filename.endswith(".json") else data
    return found


def read_skops(path: Path) -> Any:
    """The schema of a skops archive, with the arrays that it refers to in their places.

    They are called by addresses in memory, so they cannot be told by name.
    """
    members = read_members(path)

    def placed(node: Any) -> Any:
        if isinstance(node, list):
            return [placed(each) for each in node]
        if not isinstance(node, dict):
            return node
        if node.get("__loader__") == "JsonNode":
            return json.loads(node["content"])
        found = {key: placed(value) for key, value in node.items()}
        file = node.get("file")
        if isinstance(file, str) and isinstance(data := members.get(file), bytes):
            found["file"] = read_npy(BytesIO(data)) if file.endswith(".npy") else data
        return found

    return placed(members["schema.json"])
