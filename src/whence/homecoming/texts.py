"""Source and configuration files as they ran, secrets taken out, by the digest of the original."""

import zlib
from pathlib import Path

from whence.errors import StoreCorruptError
from whence.recording.redact import redact_text
from whence.store.shelf import Shelf

LARGEST = 256 * 1024
"""Bytes; larger files are not kept."""


class TextShelf:
    """Texts in a folder; see decision record 10."""

    def __init__(self, folder: Path) -> None:
        self._shelf = Shelf(folder, ".text")

    def put(self, sha256: str, data: bytes) -> None:
        """Keep a file's text under the file's own digest, unless it is kept already or no text.

        Raises:
            StoreError: the folder cannot be written.
        """
        if len(data) > LARGEST or b"\0" in data or self._shelf.has(sha256):
            return
        text = redact_text(data.decode("utf-8", "replace"))
        self._shelf.put(sha256, zlib.compress(text.encode("utf-8"), 6))

    def get(self, sha256: str) -> str | None:
        """The text of a file; ``None`` if it is not kept.

        Raises:
            StoreError: it is damaged or cannot be read.
        """
        content = self._shelf.get(sha256)
        if content is None:
            return None
        try:
            return zlib.decompress(content).decode("utf-8")
        except (zlib.error, UnicodeDecodeError) as error:
            raise StoreCorruptError(f"the kept text of {sha256[:12]}… is damaged") from error
