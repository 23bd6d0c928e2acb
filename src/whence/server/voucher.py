"""The key with which a server signs what people said to it who had proved who they are."""

import re
import socket
from pathlib import Path

from whence.ledger.signing import SigningKey
from whence.settings.keys import FILE_NAME, key_in


class Voucher:
    """A server's own key, made when it is first needed.

    Args:
        folder: The served folder, in which it lies.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME
        self._key: SigningKey | None = None

    @property
    def key(self) -> SigningKey:
        """The key.

        Raises:
            StoreError: it can be neither read nor made.
        """
        if self._key is None:
            name = re.sub(r"[\s+]", "-", socket.gethostname() or "localhost")
            self._key = key_in(self._path, f"{name}/whence")
        return self._key

    def public(self) -> bytes:
        """The public half; empty as long as nobody has needed the key."""
        if self._key is None and not self._path.exists():
            return b""
        return self.key.verifier.public
