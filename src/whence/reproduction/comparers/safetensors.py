"""safetensors: a JSON header and raw tensors."""

import json
from typing import Any

from whence.reproduction.comparers.blocks import Block
from whence.reproduction.comparers.loading import read_whole
from whence.reproduction.comparers.trees import liken
from whence.reproduction.interface import Comparison, Pair

_DTYPES = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<bf2", "I64": "<i8", "I32": "<i4",
    "I16": "<i2", "I8": "|i1", "U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "|u1",
    "BOOL": "|b1", "C64": "<c8",
}  # fmt: skip
_LONGEST_HEADER = 100_000_000  # of the format's own reader


class SafetensorsComparer:
    """Tensor by tensor, whatever their order; the metadata beside them too."""

    name = "safetensors"

    def takes(self, name: str, head: bytes) -> bool:
        """By the end of the name, or by a header where one must be."""
        return name.lower().endswith(".safetensors") or (
            head[8:10] == b'{"' and int.from_bytes(head[:8], "little") < _LONGEST_HEADER
        )

    def compare(self, pair: Pair) -> Comparison:
        """As two trees of tensors."""
        found = liken(read_tensors(read_whole(pair.recorded)), read_tensors(read_whole(pair.again)))
        if found.exact and not found.harmless:
            found.harmless.add("key-order")
        return found.comparison(self.name)


def read_tensors(data: bytes) -> dict[str, Any]:
    """Name → tensor, and the metadata.

    Raises:
        ValueError: not such a file.
    """
    size = int.from_bytes(data[:8], "little")
    if size > min(_LONGEST_HEADER, len(data)):
        raise ValueError("not a safetensors file: its header is longer than it is")
    header = json.loads(data[8 : 8 + size])
    if not isinstance(header, dict):
        raise ValueError("not a safetensors file: its header is no object")  # noqa: TRY004  of what a file says
    body = memoryview(data)[8 + size :]
    found: dict[str, Any] = {}
    for name, told in header.items():
        if name == "__metadata__":
            found[name] = told
            continue
        start, end = told["data_offsets"]
        if not 0 <= start <= end <= len(body):
            raise ValueError(f"{name} lies outside of the file")
        found[name] = Block(
            _DTYPES.get(told["dtype"], told["dtype"]), tuple(told["shape"]), body[start:end]
        )
    return found
