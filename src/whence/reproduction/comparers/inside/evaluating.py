"""Evaluation data, and which of its columns a model takes."""

import csv
from typing import Any, Dict, Iterator, List, Optional, Sequence

MOST_ROWS = 20000
"""Rows on which models are compared; more of them tell nothing new."""

_TARGETS = ("target", "label", "labels", "y", "class", "outcome", "y_true", "true")


class Table:
    """Columns by name, or an array without names."""

    def __init__(self, columns: Dict[str, Any], array: Any = None) -> None:
        self.columns = columns
        self.array = array

    def numbers(self) -> List[str]:
        """The names of the columns of numbers, in order."""
        return [name for name, cells in self.columns.items() if cells.dtype.kind in "biuf"]

    def texts(self) -> List[str]:
        """The names of the columns of text, the longest texts first."""
        found = [name for name, cells in self.columns.items() if cells.dtype.kind in "OUST"]
        return sorted(found, key=lambda name: -sum(len(str(it)) for it in self.columns[name][:100]))

    def frame(self, names: Sequence[str]) -> Any:
        """These columns as a data frame where pandas is at hand, else as an array of numbers."""
        try:
            import pandas as pd
        except ImportError:
            return self.matrix(names)
        return pd.DataFrame({name: self.columns[name] for name in names})

    def matrix(self, names: Sequence[str]) -> Any:
        """These columns as an array of numbers."""
        import numpy as np

        return np.column_stack([np.asarray(self.columns[name], dtype="f8") for name in names])


def read_table(path: str) -> Table:
    """A table of a file, by what its first bytes say.

    Raises:
        ValueError: it cannot be read with what is at hand.
    """
    import numpy as np

    with open(path, "rb") as file:
        head = file.read(8)
    if head.startswith(b"\x93NUMPY"):
        return _of_array(np.load(path, allow_pickle=False))
    if head.startswith(b"PK\3\4"):
        with np.load(path, allow_pickle=False) as found:
            arrays = {name: found[name] for name in found.files}
        wanted = [name for name, each in arrays.items() if each.ndim >= 2]
        first = [name for name in wanted if "test" in name.lower() or "val" in name.lower()]
        if not wanted:
            raise ValueError("no array of rows and columns in it")
        return _of_array(arrays[(first or wanted)[0]])
    return _of_columns(_columns_of(path, head))


def _of_array(array: Any) -> Table:
    if array.dtype.names:
        return _of_columns({name: array[name] for name in array.dtype.names})
    return Table({}, array[:MOST_ROWS])


def _of_columns(columns: Dict[str, Any]) -> Table:
    return Table({name: cells[:MOST_ROWS] for name, cells in columns.items()})


def _columns_of(path: str, head: bytes) -> Dict[str, Any]:
    import numpy as np

    if head.startswith((b"PAR1", b"ARROW1")):
        try:
            import pandas as pd

            frame = pd.read_parquet(path) if head[:4] == b"PAR1" else pd.read_feather(path)
            return {str(name): frame[name].to_numpy() for name in frame.columns}
        except ImportError:
            import polars as pl

            columns = pl.read_parquet(path) if head[:4] == b"PAR1" else pl.read_ipc(path)
            return {str(each.name): each.to_numpy() for each in columns}
    try:
        import pandas as pd

        packed = "gzip" if head[:2] == b"\x1f\x8b" else None
        frame = pd.read_csv(path, sep=None, engine="python", compression=packed)
        return {str(name): frame[name].to_numpy() for name in frame.columns}
    except ImportError:
        with open(path, newline="") as file:
            reader = csv.reader(file)
            names = next(reader)
            cells = list(zip(*(row for row in reader if row)))
        return {name: _typed(np.array(each)) for name, each in zip(names, cells)}


def _typed(cells: Any) -> Any:
    try:
        return cells.astype("f8")
    except ValueError:
        return cells


def candidates(table: Table, names: Optional[Sequence[str]], width: Optional[int]) -> Iterator[Any]:
    """What might be fed to a model, likeliest first.

    Args:
        table: The evaluation data.
        names: What the model calls its features; ``None``: it does not say.
        width: How many it takes; ``None``: likewise.
    """
    if table.array is not None:
        yield from _of_width(table.array, width)
        return
    if names and all(name in table.columns for name in names):
        yield table.frame(names)
        return
    numbers = table.numbers()
    without = [name for name in numbers if name.lower() not in _TARGETS]
    for chosen in (without, numbers, numbers[:-1], numbers[1:]):
        if chosen and (width is None or len(chosen) == width):
            yield table.frame(chosen)
            yield table.matrix(chosen)
    for name in table.texts():
        yield table.columns[name]
    features = [name for name in table.columns if name.lower() not in _TARGETS]
    for chosen in (features, features[:-1], list(table.columns)):
        if chosen:
            yield table.frame(chosen)


def _of_width(array: Any, width: Optional[int]) -> Iterator[Any]:
    if array.ndim != 2 or width is None or array.shape[1] == width:
        yield array
    elif array.shape[1] == width + 1:
        yield array[:, :-1]
        yield array[:, 1:]
