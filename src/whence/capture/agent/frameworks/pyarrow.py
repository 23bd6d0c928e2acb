"""pyarrow: tables read and written.

Its tables are C++ and cannot be followed by hooks: what was made of a table that was read is known
where it holds the same memory (columns picked, slices), and through pandas.
"""

from __future__ import annotations

from collections import deque

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

_FACTS = {"columns": "columns", "filters": "filters", "filter": "filters"}
_MANY = 50
_CONVERSIONS = 16


def hooks(watch: Any) -> dict[str, Callable[[Any], None]]:
    """Modules to be told of, each with what is called right after it was executed."""
    pyarrow = _Pyarrow(watch)
    return {
        "pyarrow._csv": lambda module: pyarrow.on_functions(module, "read_csv", "write_csv", "csv"),
        "pyarrow._json": lambda module: pyarrow.on_functions(module, "read_json", "", "json"),
        "pyarrow.parquet.core": pyarrow.on_parquet,
        "pyarrow.feather": lambda module: pyarrow.on_functions(
            module, "read_table read_feather", "write_feather", "feather"
        ),
        "pyarrow.orc": lambda module: pyarrow.on_functions(
            module, "read_table", "write_table", "orc"
        ),
        "pyarrow.dataset": lambda module: pyarrow.on_functions(
            module, "dataset parquet_dataset", "write_dataset", "dataset"
        ),
        "pyarrow.pandas_compat": pyarrow.on_pandas,
    }


class _Pyarrow:
    def __init__(self, watch: Any) -> None:
        self.watch = watch
        self.places = watch.load("places")
        self.tables = watch.load("tables")
        self.ways = watch.load("ways").Ways(watch)
        self._memory: deque[tuple[frozenset[int], tuple[int, ...]]] = deque(maxlen=_CONVERSIONS)

    def on_functions(self, module: Any, readers: str, writers: str, name: str) -> None:
        """Functions that read a place, or write a table to one."""
        for each in readers.split():
            self._wrap_reader(module, each, "pyarrow.%s.%s" % (name, each))
        for each in writers.split():
            self._wrap_writer(module, each, "pyarrow.%s.%s" % (name, each))

    def on_parquet(self, module: Any) -> None:
        """Parquet: functions, and files that are read and written piece by piece."""
        self.on_functions(
            module, "read_table read_pandas", "write_table write_to_dataset", "parquet"
        )
        for kind in (module.ParquetFile, module.ParquetDataset):
            self._wrap_opening(kind)
            for name in (
                "read",
                "read_row_group",
                "read_row_groups",
                "read_pandas",
                "iter_batches",
            ):
                if name in vars(kind):
                    self._wrap_piece(kind, name)

        def after(_: Any, args: tuple[Any, ...], kwargs: dict[str, Any], __: Any) -> None:
            table = args[1] if len(args) > 1 else next(iter(kwargs.values()), None)
            place = self.places.location(args[0].where)
            if place is not None:
                place = self.places.on(getattr(args[0], "filesystem", None), place)
                self._wrote(table, place, "pyarrow.parquet.ParquetWriter")

        for name in ("write_table", "write_batch"):
            self.watch.wrap(module.ParquetWriter, name, after=after, outermost=True)

    def on_pandas(self, module: Any) -> None:
        """The way to pandas and back."""
        self.ways.follow(module, "table_to_dataframe", "to_pandas")

        def after(_: Any, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any) -> None:
            numbers = self.watch.origins(args[0] if args else kwargs.get("df"))
            if numbers:
                self._memory.append((_addresses(result[0]), numbers))

        self.watch.wrap(module, "dataframe_to_arrays", after=after)

    # ----------------------------------------------------------------- reading

    def _read(self, thing: Any, place: Any, by: str, kwargs: dict[str, Any]) -> None:
        facts = {
            fact: kwargs[key] if key == "columns" else str(kwargs[key])
            for key, fact in _FACTS.items()
            if kwargs.get(key) is not None
        }
        if not self.places.locations(place):
            return
        self.tables.meet(self.watch, thing)
        for each in self.places.locations(place)[:_MANY]:
            where = self.places.on(kwargs.get("filesystem"), each)
            self.watch.read(thing, where, by, **facts)
        number = self.watch.known(thing)
        if hasattr(thing, "itercolumns") and number is not None:
            self._memory.append((_addresses(thing.itercolumns()), (number,)))

    def _wrap_reader(self, module: Any, name: str, by: str) -> None:
        def after(_: Any, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any) -> None:
            if self.watch.caller() is not None:
                self._read(
                    result, args[0] if args else next(iter(kwargs.values()), None), by, kwargs
                )

        if hasattr(module, name):
            self.watch.wrap(module, name, after=after, outermost=True)

    def _wrap_opening(self, kind: Any) -> None:
        def after(_: Any, args: tuple[Any, ...], kwargs: dict[str, Any], __: Any) -> None:
            if self.watch.caller() is not None:
                place = args[1] if len(args) > 1 else next(iter(kwargs.values()), None)
                self._read(args[0], place, "pyarrow.parquet." + kind.__name__, kwargs)

        self.watch.wrap(kind, "__init__", after=after, outermost=True)

    def _wrap_piece(self, kind: Any, name: str) -> None:
        def after(_: Any, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any) -> None:
            self.watch.trail(result, (args[0],), name)

        self.watch.wrap(kind, name, after=after)

    # ----------------------------------------------------------------- writing

    def _wrap_writer(self, module: Any, name: str, by: str) -> None:
        def after(_: Any, args: tuple[Any, ...], kwargs: dict[str, Any], __: Any) -> None:
            if self.watch.caller() is not None:
                given = list(args) + list(kwargs.values())
                place = self.places.location(given[1]) if len(given) > 1 else None
                if place is not None:
                    self._wrote(given[0], self.places.on(kwargs.get("filesystem"), place), by)

        if hasattr(module, name):
            self.watch.wrap(module, name, after=after, outermost=True)

    def _wrote(self, table: Any, location: str, by: str) -> None:
        watch = self.watch
        if not watch.origins(table) and hasattr(table, "itercolumns"):
            own = _addresses(table.itercolumns())
            for addresses, numbers in reversed(self._memory):
                if own and own <= addresses:
                    self.tables.meet(watch, table, watch.user())
                    watch.derived_of(table, numbers, "columns")
                    break
        self.tables.meet(watch, table, watch.user())
        watch.wrote(table, location, by)


def _addresses(columns: Any) -> frozenset[int]:
    """Where the values of columns lie in memory."""
    found = set()
    for column in columns:
        for chunk in getattr(column, "chunks", None) or [column]:
            buffers = chunk.buffers()
            if buffers and buffers[-1] is not None and buffers[-1].size:
                found.add(buffers[-1].address)
    return frozenset(found)
