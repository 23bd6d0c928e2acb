"""Ids: 128 bits, written as 32 hexadecimal characters, given once and never reused."""

import hashlib
import os
import re
from functools import lru_cache
from typing import NewType

NodeId = NewType("NodeId", str)
"""The name of a node for good: 32 lower-case hexadecimal characters."""

_PATTERN = re.compile(r"[0-9a-f]{32}\Z")


def new_id() -> NodeId:
    """A random id, for what happens once: a run, the appearance of an artifact, a record."""
    return NodeId(os.urandom(16).hex())


@lru_cache(maxsize=16_384)  # the same jobs, people and places are named over and over
def derived_id(*parts: str) -> NodeId:
    """The id that follows from a name, for what is the same wherever it is named.

    A job called ``train`` is one job on a laptop and on a server; so its id is computed, as the
    first 128 bits of SHA-256 over the parts, each preceded by its length so that no two lists of
    parts read alike.
    """
    told = hashlib.sha256()
    for part in parts:
        raw = part.encode("utf-8", "surrogateescape")
        told.update(len(raw).to_bytes(8, "big"))
        told.update(raw)
    return NodeId(told.hexdigest()[:32])


def is_id(text: str) -> bool:
    """Whether a text has the form of an id."""
    return _PATTERN.match(text) is not None
