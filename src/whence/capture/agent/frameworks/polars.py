"""polars: what is read and written, lazily too, and which frame was made of which."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

_READERS = {
    "polars.io.csv.functions": "read_csv scan_csv",
    "polars.io.parquet.functions": "read_parquet scan_parquet",
    "polars.io.json.read": "read_json",
    "polars.io.ndjson": "read_ndjson scan_ndjson",
    "polars.io.ipc.functions": "read_ipc scan_ipc read_ipc_stream",
    "polars.io.spreadsheet.functions": "read_excel read_ods",
    "polars.io.avro": "read_avro",
    "polars.io.delta": "read_delta scan_delta",
    "polars.io.delta.functions": "read_delta scan_delta",
    "polars.io.database.functions": "read_database read_database_uri",
}
"""Module → its functions that read."""

_MAKERS = {
    "polars.functions.eager": "concat align_frames union merge_sorted",
    "polars.functions.lazy": "collect_all",
    "polars.convert.general": "from_pandas from_arrow from_numpy from_dict from_dicts from_records",
}

_SILENT = frozenset(
    "explain show_graph is_empty is_duplicated is_unique n_unique estimated_size glimpse equals "
    "iter_rows iter_columns iter_slices columns dtypes height width shape schema flags "
    "collect_schema get_column_index item row rows rows_by_key show serialize clear "
    "remote inspect profile "
    "n_chunks hash_rows style plot".split()
)
"""Methods whose results are no data that goes on."""

_SERIES = (
    "to_numpy to_pandas to_arrow to_frame to_list to_dummies cast filter head tail slice sort "
    "gather sample replace replace_strict fill_null fill_nan drop_nulls shift alias rename "
    "clone unique "
    "value_counts shuffle reverse reshape rank cum_sum diff is_in clip round abs log exp sqrt "
    "append"
).split()
_OPERATORS = (
    "__getitem__ __array__ __add__ __sub__ __mul__ __truediv__ __eq__ __ne__ __gt__ __lt__ __ge__ "
    "__le__ __and__ __or__ __invert__ __neg__ __mod__ __pow__ __floordiv__ __array_ufunc__"
)
_FACTS = {"columns": "columns", "n_rows": "rows", "skip_rows": "skipped", "sheet_name": "sheet"}
_MANY = 50


def hooks(watch: Any) -> dict[str, Callable[[Any], None]]:
    """Modules to be told of, each with what is called right after it was executed."""
    polars = _Polars(watch)
    found: dict[str, Callable[[Any], None]] = {
        "polars.dataframe.frame": polars.on_frame,
        "polars.lazyframe.frame": polars.on_lazy,
        "polars.series.series": polars.on_series,
        "polars.dataframe.group_by": polars.on_groups,
        "polars.lazyframe.group_by": polars.on_groups,
    }
    for module, names in _READERS.items():
        found[module] = polars.reading(names.split())
    for module, names in _MAKERS.items():
        found[module] = polars.making(names.split())
    return found


class _Polars:
    def __init__(self, watch: Any) -> None:
        self.watch = watch
        self.places = watch.load("places")
        self.tables = watch.load("tables")
        self.ways = watch.load("ways").Ways(watch)

    # ------------------------------------------------------- reading, writing

    def reading(self, names: list[str]) -> Callable[[Any], None]:
        """Wraps the functions of a module that read."""

        def on_module(module: Any) -> None:
            for name in names:
                if hasattr(module, name):
                    self._wrap_reader(module, name)

        return on_module

    def _wrap_reader(self, module: Any, name: str) -> None:
        def after(_: Any, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any) -> None:
            given = args[0] if args else next(iter(kwargs.values()), None)
            facts = {
                fact: kwargs[key] for key, fact in _FACTS.items() if kwargs.get(key) is not None
            }
            if name.startswith("read_database"):
                connection = (
                    args[1] if len(args) > 1 else kwargs.get("connection", kwargs.get("uri"))
                )
                locations = [self.places.database(connection)]
            else:
                locations = self.places.locations(given)
            for thing in list(result.values()) if isinstance(result, dict) else [result]:
                self.tables.meet(self.watch, thing)
                for place in locations:
                    if place:
                        self.watch.read(thing, place, "polars." + name, **facts)

        self.watch.wrap(module, name, after=after, outermost=True)

    def _writing(self, kind: Any, prefix: str) -> None:
        for name in list(vars(kind)):
            if name.startswith(prefix):
                self._wrap_writer(kind, name)

    def _wrap_writer(self, kind: Any, name: str) -> None:
        def after(_: Any, args: tuple[Any, ...], kwargs: dict[str, Any], __: Any) -> None:
            given = args[1] if len(args) > 1 else next(iter(kwargs.values()), None)
            facts = {}
            if name == "write_database":
                facts["table"] = given
                given = args[2] if len(args) > 2 else kwargs.get("connection")
                place = self.places.database(given)
            else:
                place = self.places.location(given)
            if place:
                self.tables.meet(self.watch, args[0], self.watch.user())
                by = "%s.%s" % (type(args[0]).__name__, name)
                self.watch.wrote(args[0], place, by, **facts)

        self.watch.wrap(kind, name, after=after, outermost=True)

    # ------------------------------------------------------------------- ways

    def making(self, names: list[str]) -> Callable[[Any], None]:
        """Wraps functions of a module that make one thing of others."""

        def on_module(module: Any) -> None:
            for name in names:
                if hasattr(module, name):
                    self.ways.follow(module, name)

        return on_module

    def on_frame(self, module: Any) -> None:
        """Frames."""
        kind = module.DataFrame
        without = _SILENT.union(name for name in vars(kind) if name.startswith("write_"))
        self.ways.follow_methods(kind, without, _OPERATORS)
        self.ways.making_of(kind)
        self._writing(kind, "write_")

    def on_lazy(self, module: Any) -> None:
        """Frames that are not computed yet: what is collected is made of what was scanned."""
        kind = module.LazyFrame
        without = _SILENT.union(name for name in vars(kind) if name.startswith("sink_"))
        self.ways.follow_methods(kind, without)
        self.ways.making_of(kind)
        self._writing(kind, "sink_")

    def on_series(self, module: Any) -> None:
        """Columns."""
        kind = module.Series
        for name in _SERIES + _OPERATORS.split():
            if name in vars(kind):
                self.ways.follow(kind, name)
        self.ways.making_of(kind)

    def on_groups(self, module: Any) -> None:
        """Groups of rows, which are gathered again."""
        for kind in list(vars(module).values()):
            if isinstance(kind, type) and kind.__module__ == module.__name__:
                self.ways.follow_methods(kind, frozenset())
