"""Made smaller, and back: Zstandard (RFC 8878), or zlib where no Zstandard is at hand.

Python has Zstandard of its own from 3.14 on; before that ``backports.zstd`` is the same module.
Before what was made smaller stands a BLAKE2b of it (RFC 7693), 16 bytes: neither format notices
every changed bit.
"""

import hashlib
import zlib
from importlib import import_module
from types import ModuleType

from whence.errors import StoreError

ZSTD, ZLIB, PLAIN = ".zst", ".zz", ""
"""What a file's name ends in tells how its content is written."""
ENDINGS = (ZSTD, PLAIN, ZLIB)
"""Most likely first."""

_LEVEL = 1
"""Keeping stands between a run's end and the next command: three times the speed, a little larger
than level 3."""
_WORTH_IT = 0.95
_CHECK_BYTES = 16
_MODULES = ("compression.zstd", "backports.zstd")


def encode(content: bytes) -> tuple[str, bytes]:
    """The content in its shortest form, with the ending that tells which."""
    zstd = _zstd()
    ending = ZLIB if zstd is None else ZSTD
    coded = zlib.compress(content, _LEVEL) if zstd is None else zstd.compress(content, _LEVEL)
    if len(coded) + _CHECK_BYTES >= len(content) * _WORTH_IT:
        return PLAIN, content
    return ending, _check(coded) + coded


def decode(ending: str, data: bytes) -> bytes:
    """What was encoded.

    Raises:
        ValueError: the data is no such thing.
        StoreError: nothing at hand can read it.
    """
    if ending == PLAIN:
        return data
    check, coded = data[:_CHECK_BYTES], data[_CHECK_BYTES:]
    if check != _check(coded):
        raise ValueError("its check does not hold")
    if ending == ZLIB:
        return zlib.decompress(coded)
    zstd = _zstd()
    if zstd is None:
        raise StoreError(
            "this content was kept with Zstandard, which this Python cannot read",
            hint="install backports.zstd beside whence",
        )
    decoded: bytes = zstd.decompress(coded)
    return decoded


def _check(coded: bytes) -> bytes:
    return hashlib.blake2b(coded, digest_size=_CHECK_BYTES).digest()


def _zstd() -> ModuleType | None:
    for name in _MODULES:
        try:
            return import_module(name)
        except ImportError:
            continue
    return None
