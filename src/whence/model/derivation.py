"""How one model may come from another."""

from collections.abc import Mapping
from types import MappingProxyType

MODEL_RELATIONS: Mapping[str, str] = MappingProxyType(
    {
        "fine-tuned": "fine-tuned from",
        "quantized": "quantized from",
        "adapter": "an adapter of",
        "merged": "merged from",
        "distilled": "distilled from",
        "pruned": "pruned from",
        "converted": "converted from",
    }
)
"""Roles of ``derived_from`` between models → in words."""
