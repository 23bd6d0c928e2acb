"""JSON: metrics, configurations, reports; also one value per line."""

import json
from typing import Any

from whence.reproduction.comparers.loading import read_whole
from whence.reproduction.comparers.trees import liken
from whence.reproduction.interface import Comparison, Pair


class JsonComparer:
    """Key order, spaces and the spelling of numbers say nothing; numbers have a tolerance."""

    name = "json"

    def takes(self, name: str, head: bytes) -> bool:
        """By the end of the name: what begins with a brace may be anything."""
        del head
        return name.lower().endswith((".json", ".geojson", ".ipynb", ".webmanifest"))

    def compare(self, pair: Pair) -> Comparison:
        """As two trees."""
        found = liken(read_json(read_whole(pair.recorded)), read_json(read_whole(pair.again)))
        if found.exact and not found.harmless:
            found.harmless.add("spelling")
        return found.comparison(self.name)


def read_json(data: bytes) -> Any:
    """A JSON text as a tree, NaN and the infinities allowed, as Python writes them.

    Raises:
        ValueError: it is none.
    """
    try:
        return json.loads(data)
    except RecursionError as error:
        raise ValueError("JSON nested too deep") from error
