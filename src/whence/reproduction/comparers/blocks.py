"""Arrays of numbers, and how far apart two of them are; with numpy where it is at hand.

A dtype is spelled as in the header of an npy file: ``<f4``, ``|b1``, or a list of fields, each
(name, dtype) or (name, dtype, shape); ``bf2`` is bfloat16, which numpy does not have.
"""

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from whence.reproduction.comparers.tolerance import TOLERANCES, distance

Dtype = str | tuple[tuple[str, "Dtype", int], ...]
"""A spelled dtype; or the fields of a record: name, dtype and offset in bytes."""

_AT_ONCE, _NUMPY_AT_ONCE = 1 << 16, 1 << 20
_FORMATS = {
    "b1": "?", "i1": "b", "u1": "B", "i2": "h", "u2": "H", "i4": "i", "u4": "I", "i8": "q",
    "u8": "Q", "f2": "e", "f4": "f", "f8": "d", "c8": "2f", "c16": "2d", "bf2": "H",
}  # fmt: skip
_KINDS = {
    "f2": "float16", "f4": "float32", "f8": "float64", "c8": "float32", "c16": "float64",
    "bf2": "bfloat16",
}  # fmt: skip


@dataclass(eq=False, slots=True)
class Block:
    """An array."""

    dtype: Dtype
    shape: tuple[int, ...]
    data: bytes | memoryview
    width: int = 0
    """Bytes of an element; 0: what the dtype says."""
    fortran: bool = False
    """The first index runs fastest, not the last."""


@dataclass(slots=True)
class BlockLikeness:
    """How alike two arrays are."""

    count: int = 0
    """Numbers in them."""
    differing: int = 0
    largest: float = 0.0
    words: str = ""
    """The first difference; empty where there is none."""
    within: bool = True
    padding: bool = False
    """Bytes that belong to no field differ."""


def compare_blocks(one: Block, other: Block) -> BlockLikeness:
    """How alike two arrays are."""
    if one.shape != other.shape:
        return BlockLikeness(words=f": shape {one.shape} was, {other.shape} is", within=False)
    if _without_order(one.dtype) != _without_order(other.dtype):
        return BlockLikeness(words=f": {one.dtype} was, {other.dtype} is", within=False)
    count = math.prod(one.shape)
    if one.fortran != other.fortran:
        one, other = _in_c_order(one), _in_c_order(other)
    if one.dtype == other.dtype and one.data == other.data:
        return BlockLikeness(count)
    if isinstance(one.dtype, tuple):
        return _compare_records(one, other, one.dtype, count)
    kind = one.dtype.lstrip("<>=|")
    if kind not in _FORMATS:  # texts, times
        return _compare_cells(one, other, count)
    return _compare_numbers(one, other, kind, count)


def _without_order(dtype: Dtype) -> Dtype:
    """A dtype of numbers without the order of its bytes."""
    kind = dtype.lstrip("<>=|") if isinstance(dtype, str) else dtype
    return kind if kind in _FORMATS else dtype


def _in_c_order(block: Block) -> Block:
    """The same array, the last index running fastest."""
    count = math.prod(block.shape)
    if not block.fortran or not count:
        return block
    data, wide = bytes(block.data), block.width or len(block.data) // count
    places = [0]
    step = 1
    steps = []
    for size in block.shape:
        steps.append((size, step))
        step *= size
    for size, each in steps:
        places = [place + at * each for place in places for at in range(size)]
    cells = (data[place * wide : (place + 1) * wide] for place in places)
    return Block(block.dtype, block.shape, b"".join(cells), wide)


def _compare_records(
    one: Block, other: Block, fields: tuple[tuple[str, Dtype, int], ...], count: int
) -> BlockLikeness:
    """Field by field; what lies between them belongs to none."""
    found = BlockLikeness(count * len(fields))
    wide = one.width or (len(one.data) // count if count else 0)
    for name, dtype, offset in fields:
        left, right = (_field(block, dtype, offset, wide) for block in (one, other))
        each = compare_blocks(left, right)
        found.differing += each.differing
        found.largest = max(found.largest, each.largest)
        found.within &= each.within
        found.padding |= each.padding
        if each.words and not found.words:
            found.words = f".{name}{each.words}"
    found.padding |= not found.words
    return found


def _field(block: Block, dtype: Dtype, offset: int, wide: int) -> Block:
    size = width_of(dtype)
    data = bytes(block.data)
    cells = (data[at + offset : at + offset + size] for at in range(0, len(data), wide))
    return Block(dtype, block.shape, b"".join(cells), fortran=block.fortran)


def width_of(dtype: Dtype) -> int:
    """Bytes of an element.

    Raises:
        ValueError: nobody can tell.
    """
    if isinstance(dtype, tuple):
        return max((offset + width_of(each) for _, each, offset in dtype), default=0)
    kind = dtype.lstrip("<>=|").partition("[")[0]
    if kind in _FORMATS:
        return struct.calcsize(f"={_FORMATS[kind]}")
    if kind[:1] in "SVMm" and kind[1:].isdigit():
        return int(kind[1:])
    if kind[:1] == "U" and kind[1:].isdigit():
        return 4 * int(kind[1:])
    raise ValueError(f"an unknown dtype: {dtype!r}")


def _compare_cells(one: Block, other: Block, count: int) -> BlockLikeness:
    wide = (len(one.data) // count) if count else 0
    if not wide or len(one.data) != len(other.data):
        return BlockLikeness(count, words=": other bytes", within=False)
    left, right = bytes(one.data), bytes(other.data)
    places = range(0, len(left), wide)
    differing = [at for at in places if left[at : at + wide] != right[at : at + wide]]
    where = _place(differing[0] // wide, one)
    words = f"{where}: {_cell(one.dtype, left, differing[0], wide)} was, "
    words += f"{_cell(one.dtype, right, differing[0], wide)} is"
    return BlockLikeness(count, len(differing), math.inf, words, within=False)


def _cell(dtype: Dtype, data: bytes, at: int, wide: int) -> str:
    cell = data[at : at + wide]
    if isinstance(dtype, str) and "U" in dtype[:2]:
        return repr(cell.decode("utf-32-be" if dtype[0] == ">" else "utf-32-le", "replace"))[:60]
    return repr(cell[:40])


def _place(at: int, block: Block) -> str:
    if not block.shape:
        return ""
    places = []
    for size in block.shape if block.fortran else reversed(block.shape):
        at, place = divmod(at, size)
        places.append(str(place))
    return f"[{', '.join(places if block.fortran else reversed(places))}]"


def _compare_numbers(one: Block, other: Block, kind: str, count: int) -> BlockLikeness:
    tolerance = TOLERANCES[_KINDS[kind]].relative if kind in _KINDS else 0.0
    parts = 2 if kind in {"c8", "c16"} else 1
    compare = _with_numpy if kind != "bf2" and _numpy() is not None else _without
    first, differing, beyond, largest = compare(one, other, kind, tolerance)
    if first is None:  # -0.0 for 0.0, or another way of being no number
        return BlockLikeness(count)
    at, was, now = first
    words = f"{_place(at // parts, one)}: {was!r} was, {now!r} is"
    return BlockLikeness(count, differing, largest, words, within=not beyond)


Counted = tuple[tuple[int, float, float] | None, int, int, float]
"""The first difference (its place, what it was, what it is), how many differ, how many of these
beyond tolerance, and the largest difference."""


def _without(one: Block, other: Block, kind: str, tolerance: float) -> Counted:
    scale = _scale(one, kind) if tolerance else 0.0
    first, differing, beyond, largest = None, 0, 0, 0.0
    pairs = zip(_numbers(one, kind), _numbers(other, kind), strict=True)
    for at, (left, right) in enumerate(pairs):
        apart = distance(left, right, scale)
        if left != right and (left == left or right == right):  # noqa: PLR0124  NaN
            differing += 1
            beyond += apart > tolerance
            if first is None or (beyond == 1 and apart > tolerance):
                first = (at, left, right)
            largest = max(largest, apart)
    return first, differing, beyond, largest


def _scale(block: Block, kind: str) -> float:
    """The root mean square of what is finite, by its largest so that no square overflows."""
    most = max((abs(it) for it in _numbers(block, kind) if math.isfinite(it)), default=0.0)
    if not most:
        return 0.0
    parts = [(it / most) ** 2 for it in _numbers(block, kind) if math.isfinite(it)]
    return most * math.sqrt(math.fsum(parts) / len(parts))


def _numbers(block: Block, kind: str) -> Iterator[float]:
    order = ">" if str(block.dtype)[0] == ">" else "<"
    form = _FORMATS[kind]
    size = struct.calcsize(f"={form[-1]}")
    view = memoryview(block.data).cast("B") if block.data else memoryview(b"")
    for start in range(0, len(view), size * _AT_ONCE):
        chunk = view[start : start + size * _AT_ONCE]
        numbers = struct.unpack(f"{order}{len(chunk) // size}{form[-1]}", chunk)
        yield from map(_bfloat16, numbers) if kind == "bf2" else numbers


def _bfloat16(bits: int) -> float:
    """The upper half of a float32."""
    (number,) = struct.unpack("<f", struct.pack("<I", bits << 16))
    return float(number)


def _with_numpy(one: Block, other: Block, kind: str, tolerance: float) -> Counted:
    np = _numpy()
    letter, parts = ("f", 2) if kind[0] == "c" else (kind[0], 1)
    spelled = f"{letter}{int(kind[1:]) // parts}"
    left, right = (
        np.frombuffer(block.data, f"{'>' if str(block.dtype)[0] == '>' else '<'}{spelled}")
        for block in (one, other)
    )
    scale = _numpy_scale(left) if tolerance else 0.0
    first, differing, beyond, largest = None, 0, 0, 0.0
    for start in range(0, len(left), _NUMPY_AT_ONCE):
        was, now = (each[start : start + _NUMPY_AT_ONCE] for each in (left, right))
        (places,) = np.nonzero((was != now) & ((was == was) | (now == now)))  # noqa: PLR0124  NaN
        if not len(places):
            continue
        was, now = was[places], now[places]
        with np.errstate(all="ignore"):
            size = np.maximum(np.abs(was.astype("f8")), np.abs(now.astype("f8")))
            apart = np.abs(was.astype("f8") - now.astype("f8")) / np.maximum(size, scale)
        apart[~np.isfinite(apart)] = np.inf
        over = (apart > tolerance) if tolerance else np.ones(len(places), bool)
        if first is None or (not beyond and over.any()):
            at = int(np.argmax(over))  # the first beyond tolerance, or the first
            first = (start + int(places[at]), was[at].item(), now[at].item())
        differing += len(places)
        beyond += int(over.sum())
        largest = max(largest, float(apart.max()))
    return first, differing, beyond, largest


def _numpy_scale(numbers: Any) -> float:
    """As ``_scale``."""
    np = _numpy()
    chunks = range(0, len(numbers), _NUMPY_AT_ONCE)

    def finite(start: int) -> Any:
        chunk = numbers[start : start + _NUMPY_AT_ONCE]
        return chunk[np.isfinite(chunk)].astype("f8")

    most = max((float(np.abs(finite(start)).max(initial=0.0)) for start in chunks), default=0.0)
    if not most:
        return 0.0
    parts = [(len(each), float(((each / most) ** 2).sum())) for each in map(finite, chunks)]
    return most * math.sqrt(math.fsum(it for _, it in parts) / sum(count for count, _ in parts))


def _numpy() -> Any:
    """numpy, an optional companion; ``None`` where it is not."""
    try:
        import numpy as np  # noqa: PLC0415  optional, and slow to load
    except ImportError:
        return None
    return np


def fields_of(descr: list[Any]) -> tuple[tuple[str, Dtype, int], ...]:
    """The fields of a record from an npy header's list; nameless ones are padding.

    Raises:
        ValueError: not such a list.
    """
    fields, offset = [], 0
    for name, dtype, *shape in descr:
        each = fields_of(dtype) if isinstance(dtype, list) else str(dtype)
        repeated = math.prod(shape[0]) if shape else 1
        if name and repeated == 1:
            fields.append((str(name), each, offset))
        elif name:
            wide = width_of(each)
            fields += [(f"{name}[{at}]", each, offset + at * wide) for at in range(repeated)]
        offset += width_of(each) * repeated
    return tuple(fields)
