"""XGBoost's own model files: JSON, and the same as Universal Binary JSON."""

from typing import Any

from whence.reproduction.comparers.embedded import as_single
from whence.reproduction.comparers.loading import read_whole
from whence.reproduction.comparers.plain_json import read_json
from whence.reproduction.comparers.prediction import judge
from whence.reproduction.comparers.trees import liken
from whence.reproduction.comparers.ubjson import read_ubjson
from whence.reproduction.interface import Comparison, Pair


class XGBoostComparer:
    """Tree by tree; what a model predicts, in the sandbox."""

    name = "xgboost"

    def takes(self, name: str, head: bytes) -> bool:
        """An object whose first key is that of a model."""
        if name.lower().endswith(".ubj"):
            return head.startswith(b"{")
        start = head.lstrip()[:40]
        as_json = start.replace(b" ", b"").replace(b"\n", b"").startswith(b'{"learner":')
        as_binary = start.startswith(b"{L") and start[10:17] == b"learner"
        return as_json or as_binary

    def compare(self, pair: Pair) -> Comparison:
        """As two trees, JSON or not."""
        one, other = (read_model(read_whole(path)) for path in (pair.recorded, pair.again))
        found = liken(one, other)
        if found.exact and not found.harmless:
            found.harmless.add("spelling")
        return judge(self.name, "xgboost", pair, found)


def read_model(data: bytes) -> Any:
    """A model as a tree; numbers in arrays are float32, as XGBoost keeps them.

    Raises:
        ValueError: it is none.
    """
    as_json = data[:1] == b"{" and data[1:2] in b'" \n\r\t'
    return as_single(read_json(data) if as_json else read_ubjson(data))
