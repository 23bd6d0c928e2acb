"""Sketches of rows: enough to see that two objects share rows, and not what stands in them.

A row is hashed with a key of the workspace, cell by cell in the order of its columns; the smallest
``K`` distinct hashes are the sketch (bottom-k, Cohen and Kaplan 2007). Equal rows give equal hashes
in whatever they are held: numbers are hashed as doubles (so an integer beyond 2**53 as its
nearest), truth values as 0 and 1, -0.0 as 0.0, everything missing as one NaN, times as their
nanoseconds, text as its characters. The sum over the cells is a multilinear hash over 64 bits of
cells that were mixed first; a zero adds nothing, so sparse matrices hash as dense ones.

Everything is done by numpy, where the program has imported it.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

K = 1024
"""How many hashes a sketch has at most."""

MOST_CELLS = 50_000_000
"""Of larger objects evenly strided rows are hashed."""

_CHUNK = 1 << 15
"""How many cells are hashed at once: what stays in a processor's cache."""

_LONG = 64
"""Text of more characters is hashed by itself, shorter text by the column."""

_MOST_TEXTS = 200_000
"""Text costs more than numbers: of objects with more of it evenly strided rows are hashed."""

_MISSING = 0x7FF8000000000000
_GOLDEN = 0x9E3779B97F4A7C15
_MASK = (1 << 64) - 1


def sketch(thing: Any) -> tuple[int, bytes] | None:
    """How many rows were hashed, and the smallest hashes, sorted, each as 8 bytes little-endian.

    ``None`` without a key (``WHENCE_ROWS_KEY``, hexadecimal), without numpy, and for what has no
    rows.
    """
    found = _sketch(thing)
    return None if found is None else found[1:]


def rows(thing: Any) -> dict[str, Any] | None:
    """The sketch as a fact: ``count`` of rows, of how many it was made, and it in base64."""
    found = _sketch(thing)
    if found is None:
        return None
    import binascii

    count, of, made = found
    text = binascii.b2a_base64(made, newline=False).decode("ascii")
    return {"count": count, "of": of, "sketch": text}


def _sketch(thing: Any) -> tuple[int, int, bytes] | None:
    numpy = sys.modules.get("numpy")
    key = _key()
    if numpy is None or key is None:
        return None
    with numpy.errstate(all="ignore"):
        taken = _Rows(numpy, key).take(thing)
        if taken is None:
            return None
        count, hashes = taken
        return count, len(hashes), _smallest(numpy, hashes).astype("<u8").tobytes()


def _smallest(numpy: Any, hashes: Any) -> Any:
    if len(hashes) > 4 * K:
        found = numpy.unique(numpy.partition(hashes, 2 * K)[: 2 * K])
        if len(found) >= K:
            return found[:K]
    return numpy.unique(hashes)[:K]


_keys: dict[str, int] = {}


def _key() -> int | None:
    text = os.environ.get("WHENCE_ROWS_KEY")
    if not text:
        return None
    if text not in _keys:
        import hashlib

        try:
            made = hashlib.blake2b(bytes.fromhex(text), digest_size=8).digest()
        except ValueError:
            return None
        _keys[text] = int.from_bytes(made, "little")
    return _keys[text]


class _Rows:
    """Hashes the rows of one object."""

    def __init__(self, numpy: Any, key: int) -> None:
        self.numpy = numpy
        self.key = key
        self.by_unit = {"ns": 1, "us": 1_000, "ms": 1_000_000, "s": 1_000_000_000}

    # -------------------------------------------------------------- containers

    def take(self, thing: Any) -> tuple[int, Any] | None:
        """How many rows there are, and the hashes of those that were taken."""
        name = type(thing).__name__
        if hasattr(thing, "indptr") and hasattr(thing, "tocsr"):
            return self._take_sparse(thing.tocsr())
        if name == "Tensor":
            if getattr(thing.device, "type", "") != "cpu":
                return None
            thing = thing.detach().numpy()
        elif isinstance(thing, (list, tuple)):
            thing = self.numpy.asarray(thing)
        if isinstance(thing, self.numpy.ndarray):
            return self._take_array(thing)
        if hasattr(thing, "_mgr") and hasattr(thing, "iloc"):
            return self._take_pandas(thing)
        if name in ("DataFrame", "Series") and hasattr(thing, "gather_every"):
            columns = thing.get_columns() if name == "DataFrame" else [thing]
            return self._take_columns(columns, _strided_polars, _array_polars)
        if name in ("Table", "RecordBatch") and hasattr(thing, "itercolumns"):
            return self._take_columns(list(thing.itercolumns()), _strided_arrow, _array_arrow)
        return None

    def _take_array(self, array: Any) -> tuple[int, Any] | None:
        if array.ndim == 0 or array.size == 0 or array.dtype.kind == "V":
            return None
        count = len(array)
        array = array[:: self._stride(count, array.size // count, array.dtype.kind in "OUS")]
        if array.ndim != 2:
            array = array.reshape(len(array), -1)
        if array.dtype.kind not in "biuf":
            return count, self._finish(self._columns(list(array.T)), array.shape[1])
        return count, self._finish(self._sum_block(array), array.shape[1])

    def _take_pandas(self, frame: Any) -> tuple[int, Any] | None:
        count = len(frame)
        if frame.ndim == 1:
            text = frame.dtype.kind not in "biufmM"
            frame = frame.iloc[:: self._stride(count, 1, text)] if count else frame
            columns = [frame]
        else:
            width = frame.shape[1]
            if not width or not count:
                return None
            kinds = [each.kind for each in frame.dtypes]
            step = self._stride(count, width, any(kind not in "biufmM" for kind in kinds))
            frame = frame.iloc[::step] if step > 1 else frame
            columns = [frame.iloc[:, at] for at in range(width)]
        if not count:
            return None
        return count, self._finish(self._columns(map(_array_pandas, columns)), len(columns))

    def _take_columns(
        self, columns: list[Any], stride: Callable[[Any, int], Any], array: Callable[[Any], Any]
    ) -> tuple[int, Any] | None:
        if not columns or not len(columns[0]):
            return None
        count = len(columns[0])
        text = any(
            "tr" in str(getattr(each, "dtype", getattr(each, "type", ""))) for each in columns
        )
        step = self._stride(count, len(columns), text)
        taken = (array(stride(each, step) if step > 1 else each) for each in columns)
        return count, self._finish(self._columns(taken), len(columns))

    def _take_sparse(self, matrix: Any) -> tuple[int, Any] | None:
        count, width = matrix.shape
        if not count or matrix.dtype.kind not in "biuf":
            return None
        if matrix.nnz > MOST_CELLS:
            matrix = matrix[:: -(-matrix.nnz // MOST_CELLS)]
        numpy = self.numpy
        bits = self._number_bits(matrix.data)
        bits *= self._multipliers(width)[matrix.indices]
        bits ^= bits >> numpy.uint64(29)
        sums = numpy.concatenate([numpy.zeros(1, numpy.uint64), numpy.cumsum(bits)])
        return count, self._finish(sums[matrix.indptr[1:]] - sums[matrix.indptr[:-1]], width)

    def _stride(self, count: int, width: int, text: bool) -> int:
        cells = max(count * width, 1)
        most = MOST_CELLS
        if text:
            most = _MOST_TEXTS * max(width, 1)
        return max(-(-cells // most), 1)

    # ------------------------------------------------------------------- cells

    def _multipliers(self, width: int) -> Any:
        """A keyed odd number for each column."""
        numpy = self.numpy
        numbers = numpy.arange(1, width + 1, dtype=numpy.uint64) * numpy.uint64(_GOLDEN)
        return _mix(numpy, numbers + numpy.uint64(self.key)) | numpy.uint64(1)

    def _sum_block(self, block: Any) -> Any:
        """The sum over the cells of each row of numbers, some rows after the other."""
        numpy = self.numpy
        count, width = block.shape
        multipliers = self._multipliers(width)[:, None]
        sums = numpy.empty(count, dtype=numpy.uint64)
        several = max(_CHUNK // width, 1)
        for start in range(0, count, several):
            bits = self._number_bits(block[start : start + several].T)  # sums down are faster
            bits *= multipliers
            bits ^= bits >> numpy.uint64(29)
            sums[start : start + several] = bits.sum(axis=0, dtype=numpy.uint64)
        return sums

    def _columns(self, columns: Any) -> Any:
        """The sum over the cells of each row, column after column."""
        numpy = self.numpy
        sums: Any = None
        for at, column in enumerate(columns):
            multiplier = numpy.uint64(_mix_number(self.key + (at + 1) * _GOLDEN) | 1)
            if sums is None:
                sums = numpy.zeros(len(column), dtype=numpy.uint64)
            for start in range(0, len(column), _CHUNK):
                bits = self._bits(column[start : start + _CHUNK])
                bits *= multiplier
                bits ^= bits >> numpy.uint64(29)
                sums[start : start + _CHUNK] += bits
        return sums

    def _finish(self, sums: Any, width: int) -> Any:
        numpy = self.numpy
        return _mix(numpy, sums + numpy.uint64(_mix_number(self.key ^ width)))

    def _bits(self, cells: Any) -> Any:
        """64 bits for each cell, whose low bits differ too."""
        numpy = self.numpy
        kind = cells.dtype.kind
        if kind in "biuf":
            return self._number_bits(cells)
        if kind in "mM":
            return self._time_bits(cells)
        if kind in "US":
            return self._text_bits(cells.tolist())
        found = cells.tolist()
        if all(type(each) is str for each in found):
            return self._text_bits(found)
        known: dict[Any, int] = {}
        return numpy.fromiter(
            (self._cell_bits(each, known) for each in found), numpy.uint64, len(found)
        )

    def _number_bits(self, cells: Any) -> Any:
        numpy = self.numpy
        doubles = cells.astype(numpy.float64, order="C")
        doubles += 0.0  # -0.0 becomes 0.0
        bits = doubles.view(numpy.uint64)
        missing = doubles != doubles  # noqa: PLR0124  that is what a NaN is
        if missing.any():
            bits[missing] = _MISSING
        bits ^= bits >> numpy.uint64(32)
        return bits

    def _time_bits(self, cells: Any) -> Any:
        numpy = self.numpy
        missing = numpy.isnat(cells)
        unit, several = numpy.datetime_data(cells.dtype)
        if unit in self.by_unit:  # the cast of numpy is slow, and fails beyond the year 2262
            bits = cells.view(numpy.int64) * numpy.int64(self.by_unit[unit] * several)
        else:
            bits = cells.astype(cells.dtype.kind + "8[ns]").view(numpy.int64).copy()
        bits = _mix(numpy, bits.view(numpy.uint64))
        bits[missing] = _MISSING ^ (_MISSING >> 32)
        return bits

    def _text_bits(self, texts: list[Any]) -> Any:
        """Characters times keyed numbers, summed: a column at once."""
        numpy = self.numpy
        texts = [
            each.decode("utf-8", "replace") if isinstance(each, bytes) else each for each in texts
        ]
        sizes = numpy.fromiter(map(len, texts), numpy.int64, len(texts))
        width = min(int(sizes.max(initial=0)), _LONG)
        made = numpy.array([each[:_LONG] for each in texts], dtype="U%d" % max(width, 1))
        characters = made.view(numpy.uint32).reshape(len(texts), -1)
        multipliers = self._multipliers(characters.shape[1])
        sums = numpy.zeros(len(texts), dtype=numpy.uint64)
        for at in range(characters.shape[1]):
            sums += characters[:, at] * multipliers[at]
        sums += sizes.astype(numpy.uint64) * numpy.uint64(_GOLDEN)
        for at in numpy.flatnonzero(sizes > _LONG).tolist():
            sums[at] = self._long_bits(texts[at])
        return _mix(numpy, sums)

    def _long_bits(self, text: str) -> int:
        import hashlib

        encoded = text.encode("utf-8", "surrogatepass")
        key = self.key.to_bytes(8, "little")
        return int.from_bytes(hashlib.blake2b(encoded, digest_size=8, key=key).digest(), "little")

    def _cell_bits(self, cell: Any, known: dict[Any, int]) -> int:
        """A cell of a column of all sorts."""
        numpy = self.numpy
        name = type(cell).__name__
        if cell is None or name in ("NAType", "NaTType"):
            return _MISSING ^ (_MISSING >> 32)
        if isinstance(cell, str):
            found = known.get(cell)
            if found is None:
                found = known[cell] = int(self._text_bits([cell])[0])
            return found
        if isinstance(cell, (bool, int, float, numpy.number)):
            return int(self._number_bits(numpy.array([cell]))[0])
        if hasattr(cell, "isoformat"):
            try:
                return int(self._time_bits(numpy.array([cell], dtype="M8[us]"))[0])
            except (TypeError, ValueError):
                pass
        return _mix_number(self._long_bits(repr(cell)))


def _mix(numpy: Any, bits: Any) -> Any:
    """The finaliser of splitmix64 (Steele, Lea and Flood 2014)."""
    bits = bits ^ (bits >> numpy.uint64(30))
    bits *= numpy.uint64(0xBF58476D1CE4E5B9)
    bits ^= bits >> numpy.uint64(27)
    bits *= numpy.uint64(0x94D049BB133111EB)
    bits ^= bits >> numpy.uint64(31)
    return bits


def _mix_number(bits: int) -> int:
    """The same for one number."""
    bits &= _MASK
    bits = ((bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    bits = ((bits ^ (bits >> 27)) * 0x94D049BB133111EB) & _MASK
    return bits ^ (bits >> 31)


# ------------------------------------------------------------------- libraries


def _array_pandas(column: Any) -> Any:
    numpy = sys.modules["numpy"]
    kind = type(column.dtype).__name__
    if kind == "CategoricalDtype":
        column = column.astype(column.cat.categories.dtype)
    if kind == "DatetimeTZDtype":
        column = column.dt.tz_convert("UTC").dt.tz_localize(None)
    values = column.to_numpy()
    if values.dtype.kind == "O" and column.dtype.kind in "biuf":
        return column.to_numpy(dtype=numpy.float64, na_value=numpy.nan)
    return values


def _strided_polars(column: Any, step: int) -> Any:
    return column.gather_every(step)


def _array_polars(column: Any) -> Any:
    name = str(column.dtype)
    if name.startswith(("Categorical", "Enum")):
        column = column.cast(sys.modules["polars"].String)
    return column.to_numpy()


def _strided_arrow(column: Any, step: int) -> Any:
    return column.take(sys.modules["pyarrow"].array(range(0, len(column), step)))


def _array_arrow(column: Any) -> Any:
    kind = str(column.type)
    if kind.startswith("dictionary"):
        column = column.cast(column.type.value_type)
    try:
        return column.to_numpy()
    except TypeError:  # a plain array copies only where it is allowed to
        return column.to_numpy(zero_copy_only=False)
