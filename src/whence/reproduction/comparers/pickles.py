"""pickle and joblib: read by their opcodes; a model's predictions are asked for in the sandbox."""

import bz2
import gzip
import lzma
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

from whence.reproduction.comparers.loading import LARGEST, read_whole, too_large
from whence.reproduction.comparers.pickle_reading import read_pickle
from whence.reproduction.comparers.prediction import judge
from whence.reproduction.comparers.trees import liken
from whence.reproduction.interface import Comparison, Pair

_ENDINGS = (".pkl", ".pickle", ".joblib", ".sav", ".dill", ".cloudpickle", ".p")


class PickleComparer:
    """Never unpickled here: what it would make is read from its opcodes."""

    name = "pickle"

    def takes(self, name: str, head: bytes) -> bool:
        """By the end of the name, or by the opcodes that begin and protocol 2 and later."""
        stem = name.lower()
        for packing in (".gz", ".bz2", ".xz", ".lzma", ".z"):
            stem = stem.removesuffix(packing)
        return stem.endswith(_ENDINGS) or (head[:1] == b"\x80" and 2 <= head[1] <= 5)

    def compare(self, pair: Pair) -> Comparison:
        """By what the two would make, then by what these predict."""
        found = liken(read_packed_pickle(pair.recorded), read_packed_pickle(pair.again))
        if found.exact and not found.harmless:
            found.harmless.add("sharing")
        return judge(self.name, "pickle", pair, found)


def read_packed_pickle(path: Path) -> Any:
    """What a pickle, maybe packed as joblib packs, would make.

    Raises:
        ValueError: it is none.
    """
    return read_pickle(BytesIO(_plain(read_whole(path))))


def _plain(data: bytes) -> bytes:
    for magic, reader in _PACKINGS.items():
        if data.startswith(magic):
            return reader(data)
    if data[:1] == b"x" and data[1:2] in b"\x01\x5e\x9c\xda":
        return _inflate(data)
    return data


def _inflate(data: bytes) -> bytes:
    unpacking = zlib.decompressobj()
    found = unpacking.decompress(data, LARGEST)
    if unpacking.unconsumed_tail:
        raise too_large()
    return found


def _through(opening: Callable[[BytesIO], Any]) -> Callable[[bytes], bytes]:
    def read(data: bytes) -> bytes:
        with opening(BytesIO(data)) as file:
            found: bytes = file.read(LARGEST + 1)
        if len(found) > LARGEST:
            raise too_large()
        return found

    return read


_PACKINGS = {
    b"\x1f\x8b": _through(lambda data: gzip.GzipFile(fileobj=data)),
    b"BZh": _through(bz2.BZ2File),
    b"\xfd7zXZ": _through(lzma.LZMAFile),
    b"]\x00\x00": _through(lzma.LZMAFile),
}
