"""LightGBM's text models."""

from whence.reproduction.comparers.embedded import LightGBMText
from whence.reproduction.comparers.loading import read_whole
from whence.reproduction.comparers.prediction import judge
from whence.reproduction.comparers.trees import liken
from whence.reproduction.interface import Comparison, Pair


class LightGBMComparer:
    """Tree by tree; what a model predicts, in the sandbox."""

    name = "lightgbm"

    def takes(self, name: str, head: bytes) -> bool:
        """By the first lines, which name the version of the format."""
        del name
        return head.startswith(LightGBMText.MAGIC.encode())

    def compare(self, pair: Pair) -> Comparison:
        """Trees alone; that the parameters after them differ is noted."""
        texts = [read_whole(path).decode(errors="replace") for path in (pair.recorded, pair.again)]
        found = liken(*map(LightGBMText, texts))
        if found.exact and not found.harmless:
            found.harmless.add("spelling")
        return judge(self.name, "lightgbm", pair, found)
