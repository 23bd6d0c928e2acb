"""npy and npz: numpy's own files."""

import ast
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from whence.reproduction.comparers.blocks import Block, Dtype, fields_of, width_of
from whence.reproduction.comparers.loading import LARGEST, read_whole, too_large
from whence.reproduction.comparers.pickle_reading import read_pickle
from whence.reproduction.comparers.trees import liken
from whence.reproduction.interface import Comparison, Pair

_MAGIC = b"\x93NUMPY"
_LONGEST_HEADER = 1 << 20


class NpyComparer:
    """An array, or arrays by name; objects in them are read as pickles are, without running."""

    name = "npy"

    def takes(self, name: str, head: bytes) -> bool:
        """By the first bytes; an npz is a zip of arrays."""
        return head.startswith(_MAGIC) or (
            head.startswith(b"PK\3\4") and (name.lower().endswith(".npz") or _is_array(head))
        )

    def compare(self, pair: Pair) -> Comparison:
        """Shape, dtype and every number."""
        found = liken(read_arrays(pair.recorded), read_arrays(pair.again))
        if found.exact and not found.harmless:
            found.harmless.add("archive-times")
        return found.comparison(self.name)


def _is_array(head: bytes) -> bool:
    """Whether the first member of a zip is called like an array."""
    return head[30 : 30 + int.from_bytes(head[26:28], "little")].endswith(b".npy")


def read_arrays(path: Path) -> Any:
    """The array of an npy, or an npz's by name.

    Raises:
        ValueError: neither.
    """
    data = read_whole(path)
    if data.startswith(_MAGIC):
        return read_npy(BytesIO(data))
    left, found = LARGEST, {}
    with zipfile.ZipFile(BytesIO(data)) as archive:
        for member in archive.infolist():
            left -= member.file_size
            if left < 0:
                raise too_large()
            content = archive.read(member)
            name = member.filename.removesuffix(".npy")
            is_array = content.startswith(_MAGIC)
            found[name] = read_npy(BytesIO(content)) if is_array else content
    return found


def read_npy(file: BinaryIO) -> Any:
    """An array (numpy, NEP 1: version 1 to 3).

    Raises:
        ValueError: it is none, or cut short.
    """
    if file.read(6) != _MAGIC:
        raise ValueError("not an npy file")
    major = file.read(2)[0]
    size = int.from_bytes(file.read(2 if major == 1 else 4), "little")
    if size > _LONGEST_HEADER:
        raise ValueError("an npy file with an endless header")
    header = ast.literal_eval(file.read(size).decode("latin1" if major < 3 else "utf-8").strip())
    shape, descr = tuple(header["shape"]), header["descr"]
    dtype: Dtype = fields_of(descr) if isinstance(descr, list) else str(descr)
    data = file.read()
    if dtype == "|O":
        return read_pickle(BytesIO(data))
    wide = _width(descr)
    block = Block(dtype, shape, data, wide, fortran=bool(header["fortran_order"]))
    count = 1
    for each in shape:
        count *= each
    if len(data) != count * wide:
        raise ValueError(f"an npy file of {len(data):,} bytes for {count:,} elements")
    return block


def _width(descr: Any) -> int:
    """Bytes of an element as an npy header spells it, nameless padding included."""
    if not isinstance(descr, list):
        return width_of(str(descr))
    total = 0
    for _, dtype, *shape in descr:
        repeated = 1
        for each in shape[0] if shape else ():
            repeated *= each
        total += _width(dtype) * repeated
    return total
