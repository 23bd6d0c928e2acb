"""pandas: what is read and written, and which frame was made of which.

Nearly all operations end in ``NDFrame.__finalize__``, which is told what the result was made of:
that is remembered without a line (see ``Watch.trail``). What arrays are taken out of frames, and
what is put into them, is remembered in the same way.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

_READERS = {
    "pandas.io.parsers.readers": "read_csv read_table read_fwf",
    "pandas.io.parquet": "read_parquet",
    "pandas.io.json._json": "read_json",
    "pandas.io.excel._base": "read_excel",
    "pandas.io.feather_format": "read_feather",
    "pandas.io.pickle": "read_pickle",
    "pandas.io.orc": "read_orc",
    "pandas.io.sas.sasreader": "read_sas",
    "pandas.io.spss": "read_spss",
    "pandas.io.stata": "read_stata",
    "pandas.io.html": "read_html",
    "pandas.io.xml": "read_xml",
    "pandas.io.pytables": "read_hdf",
    "pandas.io.sql": "read_sql read_sql_query read_sql_table",
}
"""Module → its functions that read."""

_WRITERS = {
    "pandas.core.generic:NDFrame": "to_csv to_json to_excel to_pickle to_hdf to_sql to_latex",
    "pandas.core.frame:DataFrame": (
        "to_parquet to_feather to_stata to_html to_xml to_orc to_markdown to_string"
    ),
}
"""Class → its methods that write, their first argument a place."""

_MAKERS = {
    "pandas.core.reshape.encoding": "get_dummies from_dummies",
    "pandas.core.reshape.pivot": "pivot pivot_table crosstab",
    "pandas.core.reshape.melt": "melt wide_to_long lreshape",
    "pandas.core.reshape.tile": "cut qcut",
    "pandas.core.reshape.merge": "merge merge_asof merge_ordered",
    "pandas.core.reshape.concat": "concat",
    "pandas.core.tools.datetimes": "to_datetime",
    "pandas.core.tools.numeric": "to_numeric",
}
"""Module → functions that make one thing of others."""

_WINDOWS = "mean sum std var min max median apply quantile count skew kurt rank corr cov agg"
_OF_OBJECT = {
    "pandas.core.groupby.generic": {"SeriesGroupBy": "transform", "DataFrameGroupBy": "transform"},
    "pandas.core.groupby.groupby": {"GroupBy": "size ngroup cumcount"},
    "pandas.core.window.rolling": {"Rolling": _WINDOWS},
    "pandas.core.window.expanding": {"Expanding": _WINDOWS},
    "pandas.core.window.ewm": {"ExponentialMovingWindow": _WINDOWS},
}
"""Module → classes that hold what they work on → their methods that end otherwise."""

_FACTS = {
    "usecols": "columns",
    "columns": "columns",
    "filters": "filters",
    "nrows": "rows",
    "skiprows": "skipped",
    "sheet_name": "sheet",
}
_SEVERAL = {"merge", "concat"}
"""Operations that are of several objects, which the other one holds."""

_MANY = 50


def hooks(watch: Any) -> dict[str, Callable[[Any], None]]:
    """Modules to be told of, each with what is called right after it was executed."""
    pandas = _Pandas(watch)
    found: dict[str, Callable[[Any], None]] = {
        "pandas.core.generic": pandas.on_generic,
        "pandas.core.base": pandas.on_base,
        "pandas.core.frame": pandas.on_frame,
        "pandas.core.series": pandas.on_series,
        "pandas.core.indexing": pandas.on_indexing,
    }
    for module, names in _READERS.items():
        found[module] = pandas.reading(names.split())
    for module, owners in _OF_OBJECT.items():
        found[module] = pandas.of_object(owners)
    for module, names in _MAKERS.items():
        found[module] = pandas.making(names.split())
    return found


class _Pandas:
    def __init__(self, watch: Any) -> None:
        self.watch = watch
        self.places = watch.load("places")
        self.tables = watch.load("tables")
        self.ways = watch.load("ways").Ways(watch)

    # ----------------------------------------------------------------- reading

    def reading(self, names: list[str]) -> Callable[[Any], None]:
        """Wraps the functions of a module that read."""

        def on_module(module: Any) -> None:
            for name in names:
                if hasattr(module, name):
                    self._wrap_reader(module, name)
            reader = getattr(module, "TextFileReader", None)
            if reader is not None:
                self.ways.follow(reader, "read")

        return on_module

    def _wrap_reader(self, module: Any, name: str) -> None:
        def after(_: Any, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any) -> None:
            given = args[0] if args else next(iter(kwargs.values()), None)
            facts = {}
            for key, fact in _FACTS.items():
                if _is_told(kwargs.get(key)):
                    facts[fact] = kwargs[key]
            if name.startswith("read_sql"):
                connection = args[1] if len(args) > 1 else kwargs.get("con")
                locations = [self.places.database(connection)]
                if isinstance(given, str) and " " not in given.strip():
                    facts["table"] = given
            else:
                locations = self.places.locations(given)
            things = [result]
            if isinstance(result, dict):
                things = list(result.values())
            elif isinstance(result, list):
                things = result
            for thing in things[:_MANY]:
                if hasattr(thing, "_mgr"):
                    self.tables.meet(self.watch, thing)
                for place in locations:
                    if place:
                        self.watch.read(thing, place, "pandas." + name, **facts)

        self.watch.wrap(module, name, after=after, outermost=True)

    # ----------------------------------------------------------------- writing

    def _writing(self, owner: Any, names: str) -> None:
        for name in names.split():
            if name in vars(owner):
                self._wrap_writer(owner, name)

    def _wrap_writer(self, owner: Any, name: str) -> None:
        def after(_: Any, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any) -> None:
            given = args[1] if len(args) > 1 else next(iter(kwargs.values()), None)
            facts = {}
            if name == "to_sql":
                place = self.places.database(args[2] if len(args) > 2 else kwargs.get("con"))
                facts["table"] = given
            else:
                place = self.places.location(given)
                if result is not None and place is not None and not kwargs:
                    return
            if place is not None:
                self.tables.meet(self.watch, args[0], self.watch.user())
                kind = type(args[0]).__name__
                self.watch.wrote(args[0], place, "%s.%s" % (kind, name), **facts)

        self.watch.wrap(owner, name, after=after, outermost=True)

    # ------------------------------------------------------------------- ways

    def of_object(self, owners: dict[str, str]) -> Callable[[Any], None]:
        """Wraps methods of classes that hold what they work on as ``obj``."""

        def on_module(module: Any) -> None:
            for owner, names in owners.items():
                for name in names.split():
                    kind = getattr(module, owner, None)
                    if kind is not None and name in vars(kind):
                        self._wrap_of_object(kind, name)

        return on_module

    def _wrap_of_object(self, kind: Any, name: str) -> None:
        watch = self.watch

        def after(_: Any, args: tuple[Any, ...], __: dict[str, Any], result: Any) -> None:
            watch.trail(result, (args[0].obj,), name)

        watch.wrap(kind, name, after=after)

    def making(self, names: list[str]) -> Callable[[Any], None]:
        """Wraps functions of a module that make one thing of others."""

        def on_module(module: Any) -> None:
            for name in names:
                if hasattr(module, name):
                    self.ways.follow(module, name)

        return on_module

    def _taking(self, owner: Any, name: str) -> None:
        """An array that is taken out of a frame."""
        lay, knows = self.watch.trail_one, self.watch.knows

        def lay_array(result: Any, frame: Any) -> None:
            try:
                lay(result, frame, name)
                base = getattr(result, "base", None)
                if base is not None and not knows(id(base)) and base.size == result.size:
                    lay(base, frame, name)  # views of views will be of it
            except Exception:
                pass

        def make(original: Any) -> Any:
            def taken(self: Any, *args: Any, **kwargs: Any) -> Any:
                result = original(self, *args, **kwargs)
                if knows(id(self)):
                    lay_array(result, self)
                return result

            return taken

        def make_property(original: Any) -> Any:
            def taken(self: Any) -> Any:
                result = original(self)
                if knows(id(self)):
                    lay_array(result, self)
                return result

            return taken

        found = vars(owner).get(name)
        if found is not None:
            self.watch.swap(owner, name, make_property if type(found) is property else make)

    def on_generic(self, module: Any) -> None:
        """The class that frames and series have in common."""
        lay_one, lay = self.watch.trail_one, self.watch.trail
        knows = self.watch.knows

        def make(original: Any) -> Any:
            def __finalize__(self: Any, other: Any, method: Any = None, **kwargs: Any) -> Any:  # noqa: N807
                result = original(self, other, method, **kwargs)
                try:
                    if knows(id(other)):
                        if other is not result:
                            lay_one(result, other, method or "made")
                    elif method in _SEVERAL:
                        lay(result, _sources(other), method)
                except Exception:
                    pass
                return result

            return __finalize__

        frame = module.NDFrame
        self.watch.swap(frame, "__finalize__", make)
        self._taking(frame, "__array__")
        self._writing(frame, _WRITERS["pandas.core.generic:NDFrame"])
        self._on_sample(frame)

    def on_base(self, module: Any) -> None:
        """What series and indexes have in common."""
        self._taking(module.IndexOpsMixin, "to_numpy")
        self.ways.follow(module.IndexOpsMixin, "value_counts")

    def on_frame(self, module: Any) -> None:
        """Frames."""
        frame = module.DataFrame
        for name in ("values", "to_numpy", "to_records", "__arrow_c_stream__"):
            self._taking(frame, name)
        self._writing(frame, _WRITERS["pandas.core.frame:DataFrame"])
        self.ways.making_of(frame)
        self._on_assignment(frame)

    def on_series(self, module: Any) -> None:
        """Series."""
        for name in ("values", "to_numpy", "__array__"):
            self._taking(module.Series, name)
        self._writing(module.Series, "to_markdown to_string")
        self.ways.making_of(module.Series)

    def _on_assignment(self, frame: Any) -> None:
        """A column that was made of something else is put into a frame."""
        watch, state = self.watch, self.watch._state

        def make(original: Any) -> Any:
            def __setitem__(self: Any, key: Any, value: Any) -> None:  # noqa: N807
                original(self, key, value)
                if state.quiet or state.outermost or not hasattr(value, "dtype"):
                    return
                try:
                    new = watch.origins(value)
                    if new and not set(new) <= set(watch.origins(self)):
                        with watch.quiet():
                            watch.changed(self, [value], "column")
                except Exception:
                    pass

            return __setitem__

        self.watch.swap(frame, "__setitem__", make)

    def on_indexing(self, module: Any) -> None:
        """Rows that are picked by the row numbers of a split."""
        watch, state, tables = self.watch, self.watch._state, self.tables

        def make(original: Any) -> Any:
            def __getitem__(self: Any, key: Any) -> Any:  # noqa: N807
                result = original(self, key)
                if tables.splits and not state.quiet and not state.outermost:
                    try:
                        if type(key) is tuple:
                            key = key[0]
                        if hasattr(key, "dtype"):
                            split = tables.splits.get(watch.known(key))
                            if split:
                                with watch.quiet():
                                    watch.derived(result, [self.obj], "rows", split=split)
                    except Exception:
                        pass
                return result

            return __getitem__

        self.watch.swap(module._LocationIndexer, "__getitem__", make)

    def _on_sample(self, frame: Any) -> None:
        watch = self.watch

        def after(_: Any, args: tuple[Any, ...], kwargs: dict[str, Any], __: Any) -> None:
            if watch.caller() is not None:
                values = dict(zip(("n", "frac", "replace", "weights", "random_state"), args[1:]))
                values.update(kwargs)
                values = {name: value for name, value in values.items() if value is not None}
                watch.parameters(type(args[0]).__name__ + ".sample", values, (), "pandas")

        watch.wrap(frame, "sample", after=after)


def _sources(other: Any) -> Any:
    """What went into an operation on several objects, in whatever version of pandas."""
    for name in ("input_objs", "objs"):
        found = getattr(other, name, None)
        if found is not None:
            return found
    return other.left, other.right


def _is_told(value: Any) -> bool:
    return value is not None and not callable(value)
