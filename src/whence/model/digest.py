"""The identity of content."""

import re
from dataclasses import dataclass

_SHA256 = re.compile(r"[0-9a-f]{64}\Z")


@dataclass(frozen=True, slots=True)
class Digest:
    """What some bytes are, by SHA-256; other names of the same bytes may stand beside it.

    Two artifacts with equal digests hold equal content. They are still two artifacts: each has a
    history of its own.
    """

    sha256: str
    """64 lower-case hexadecimal characters."""
    others: tuple[tuple[str, str], ...] = ()
    """Further names of the same bytes, such as ``("md5", "…")`` for DVC, sorted by algorithm."""

    def __post_init__(self) -> None:
        if not _SHA256.match(self.sha256):
            msg = f"not a SHA-256 in lower-case hexadecimal: {self.sha256!r}"
            raise ValueError(msg)
