"""How one model may come from another."""

from collections.abc import Mapping
from types import MappingProxyType

MODEL_RELATIONS: Mapping[str, str] = MappingProxyType(
    {
        "fine-tuned": "trained further from",
        "quantized": "the weights, with fewer bits, of",
        "adapter": "an adapter of",
        "merged": "merged from",
        "distilled": "trained to answer as",
        "pruned": "the weights, without some, of",
        "converted": "the same weights, in another form, as",
    }
)
"""Roles of ``derived_from`` between models → in words."""
