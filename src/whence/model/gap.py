"""Places where the story stops. What is unknown is a fact too."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

WITHHELD = "withheld"
"""The kind of the gap that stands for what a server does not show to somebody."""

GAP_KINDS: Mapping[str, str] = MappingProxyType(
    {
        "observer-missing": "an observer could not be used, so what it would have seen is unknown",
        "observer-blind": "an observer was used that cannot see this",
        "content-unknown": "a file was met, but which bytes it held is unknown",
        "content-unkept": "a content that it takes to do this again could not be kept",
        "origin-unknown": "nothing is recorded of where this came from",
        "base-model-unknown": "nothing is recorded of the data that a model was trained on",
        "code-unknown": "which code ran is not, or not wholly, known",
        "environment-unknown": "which packages or system ran is not, or not wholly, known",
        "outcome-unknown": "how a run ended is unknown",
        "parameters-unknown": "a source of parameters could not be read",
        "unseeded": "randomness was used that nobody had seeded, so that it cannot be repeated",
        "table-unknown": "a table's rows could not be read",
        "columns-unknown": "which columns came of which is not told; of the tables it is",
        "actor-unknown": "who ran it is unknown",
        "contradiction": "a declared fact says otherwise than an observed one",
        "erased": "the record's body was erased on purpose",
        WITHHELD: "this exists, but whoever asks may not see it",
        "truncated": "there was more than the limit allows to keep",
    }
)
"""Every kind of gap that this version writes, with what it means."""


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing that is not known."""

    kind: str
    """One of ``GAP_KINDS``."""
    about: str
    """What it is about: a path, an observer, a package, the id of a node."""
    reason: str
    """Why it is not known."""
    remedy: str = ""
    """Who could fill it, or how; empty where nobody can."""
