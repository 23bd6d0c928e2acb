"""The keys under which inputs are digested: one for each deployment, kept beside its receipts.

Whoever has receipts alone cannot try out which inputs they are of; whoever has the input and may
read the key can confirm that this input gave this receipt.
"""

import hashlib
import hmac
import os
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from whence.store.keyfile import write_once

_FOLDER = "keys"
_LENGTH = 32
_SHOWN = 16
_LONGEST = 180


class Key:
    """One key.

    Args:
        secret: 32 bytes.
    """

    __slots__ = ("_secret", "id")

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self.id = hashlib.sha256(b"whence receipt key\0" + secret).hexdigest()[:_SHOWN]
        """What names it in receipts."""

    def digest(self, form: str, data: bytes) -> str:
        """HMAC-SHA256 (RFC 2104) of a value's form, 64 hexadecimal characters."""
        return hmac.digest(self._secret, form.encode() + b"\0" + data, "sha256").hex()

    def stream(self) -> "Stream":
        """The digest of bytes that come piece by piece."""
        return Stream(hmac.new(self._secret, b"bytes\0", "sha256"))


class Stream:
    """The digest of bytes that come piece by piece; the same as that of all at once."""

    __slots__ = ("_told",)

    def __init__(self, told: hmac.HMAC) -> None:
        self._told = told

    def add(self, piece: bytes) -> None:
        """The next bytes."""
        self._told.update(piece)

    def digest(self) -> str:
        """The digest of all bytes so far."""
        return self._told.hexdigest()


def open_key(folder: Path, model: str, environment: str) -> Key:
    """The key of a deployment; made on first use, whole or not at all, and only once.

    Raises:
        OSError: it can be neither read nor made.
        ValueError: the file holds no key.
    """
    keys = folder / _FOLDER
    path = keys / f"{file_name(f'{environment} {model}' if environment else model)}.key"
    if not path.exists():
        write_once(path, os.urandom(_LENGTH).hex())
    return _read(path)


def file_name(text: str) -> str:
    """A name as that of a file: legible where it is short, and never the same for two."""
    quoted = quote(text, safe="@ ")
    if len(quoted) <= _LONGEST and not quoted.startswith("."):
        return quoted
    return f"~{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}"


def all_keys(folder: Path) -> dict[str, Key]:
    """Every key of a folder that can be read, by what names it in receipts."""
    found = {}
    for path in sorted((folder / _FOLDER).glob("*.key")):
        with suppress(OSError, ValueError):
            key = _read(path)
            found[key.id] = key
    return found


def _read(path: Path) -> Key:
    secret = bytes.fromhex(path.read_text(encoding="ascii").strip())
    if len(secret) != _LENGTH:
        msg = f"{path} holds no key"
        raise ValueError(msg)
    return Key(secret)
