"""duckdb: which files and frames its statements read, and where their results go.

It finds the program's variables by looking at the frame that calls it. So the original is called
from a frame that has the names of the caller's (``_CALL``).
"""

from __future__ import annotations

import functools
import glob
import os
import re
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

_STATEMENTS = "sql query execute from_query query_df"
_READERS = "read_csv read_parquet read_json from_csv_auto from_parquet"
_RESULTS = (
    "df fetchdf fetch_df fetch_df_chunk to_df pl arrow fetch_arrow_table to_arrow_table "
    "fetch_record_batch fetch_arrow_reader to_arrow_reader fetchnumpy torch tf"
)
_WRITERS = "write_csv to_csv write_parquet to_parquet"

_CALL = "__whence_call__()"
"""Evaluated with the names of the caller's frame, and the call among them."""

_QUOTED = r"'((?:[^']|'')*)'"
_READING = re.compile(
    r"(?:\b(?:read_csv|read_csv_auto|read_parquet|parquet_scan|read_json|read_json_auto|"
    r"read_ndjson|read_ndjson_auto|read_json_objects|read_text|read_blob|read_xlsx|delta_scan|"
    r"iceberg_scan|st_read|sniff_csv)\s*\(\s*(\[[^\]]*\]|" + _QUOTED + r"))"
    r"|(?:\b(?:from|join)\s+" + _QUOTED + r")",
    re.IGNORECASE,
)
_COPY_TO = re.compile(r"^\s*copy\b(.*)\bto\s+" + _QUOTED, re.IGNORECASE | re.DOTALL)
_COPY_FROM = re.compile(r"^\s*copy\s+([\w.\"]+).*?\bfrom\s+" + _QUOTED, re.IGNORECASE | re.DOTALL)
_NAMED = re.compile(
    r"\b(?:from|join|into|update|describe|table|copy)\s+\"?([A-Za-z_]\w*)\"?", re.IGNORECASE
)
_LISTED = re.compile(r",\s*\"?([A-Za-z_]\w*)\"?(?=\s*(?:$|,|\)|\bwhere\b|\bas\b))", re.IGNORECASE)
_CREATE = re.compile(
    r"^\s*(?:create\s+(?:or\s+replace\s+)?(?:temp(?:orary)?\s+)?(?:table|view)\s+"
    r"(?:if\s+not\s+exists\s+)?|insert\s+into\s+)\"?(\w+)\"?",
    re.IGNORECASE,
)
_ROWS = re.compile(r"^\s*(?:with|from|select|copy\s*\()", re.IGNORECASE)
"""Statements that read the tables of a database."""

_MANY = 100


def hooks(watch: Any) -> dict[str, Callable[[Any], None]]:
    """Modules to be told of, each with what is called right after it was executed."""
    return {"duckdb": lambda module: _Duckdb(watch).on_module(module)}


class _Result:
    """Stands for the rows of a statement that a connection has run."""


class _Duckdb:
    def __init__(self, watch: Any) -> None:
        self.watch = watch
        self.places = watch.load("places")
        self.tables = watch.load("tables")
        self.ways = watch.load("ways").Ways(watch)
        self._results: dict[int, Any] = {}
        """By the ``id`` of a connection: what it ran last; a new one runs before it gives."""
        self._places: dict[int, str] = {}
        """By the ``id`` of a connection, the file that is its database."""
        self._made: dict[str, tuple[int, ...]] = {}
        """Tables, views and registered frames by name: the objects that they were made of."""
        wraps = sys.modules["_whence_wraps"]
        code = compile(_CALL, "<call>", "eval")
        self._code = wraps._disguised(code)

    def on_module(self, module: Any) -> None:
        """The package: functions on the default connection, connections, and relations."""
        undone = self.watch._undone
        before = len(undone)
        self._wrap_all(module)
        own = undone[before:]
        del undone[before:]

        def at_end() -> None:
            # What still holds its classes at the very end, duckdb prints as leaked.
            while own:
                own.pop()()
            self._results.clear()

        self.watch.at_end(at_end)

    def _wrap_all(self, module: Any) -> None:
        connection, relation = module.DuckDBPyConnection, module.DuckDBPyRelation
        self._wrap_connect(module)
        for owner in (module, connection):
            for name in _STATEMENTS.split():
                self._wrap_statement(owner, name, owner is connection)
            for name in _READERS.split():
                self._wrap_reader(owner, name, owner is connection)
            if hasattr(owner, "register"):
                self._wrap_register(owner, owner is connection)
        for name in ("from_df", "from_arrow"):
            for owner in (module, connection):
                if hasattr(owner, name):
                    self.ways.follow(owner, name)
        for name in _RESULTS.split():
            if hasattr(connection, name):
                self._wrap_result(connection, name)
        for name in list(vars(relation)):
            if name in _WRITERS.split():
                self._wrap_writer(relation, name)
            elif not name.startswith("_") and callable(vars(relation)[name]):
                self.ways.follow(relation, name)

    # -------------------------------------------------------------- statements

    def _wrap_statement(self, owner: Any, name: str, method: bool) -> None:
        state, code = self.watch._state, self._code

        def make(original: Any) -> Any:
            def runs(*args: Any, **kwargs: Any) -> Any:
                frame = sys._getframe(1)
                names = {**frame.f_locals}
                names["__whence_call__"] = functools.partial(original, *args, **kwargs)
                result = eval(code, frame.f_globals, names)  # noqa: S307  our own code
                if not state.quiet:
                    state.quiet += 1
                    try:
                        given = args[1:] if method else args
                        self._ran(given, kwargs, result, frame, args[0] if method else None)
                    except Exception as error:
                        self.watch.trouble("duckdb." + name, error)
                    finally:
                        state.quiet -= 1
                return result

            return runs

        if hasattr(owner, name):
            self.watch.swap(owner, name, make)

    def _ran(
        self,
        given: tuple[Any, ...],
        kwargs: dict[str, Any],
        result: Any,
        frame: Any,
        connection: Any,
    ) -> None:
        texts = [each for each in given + tuple(kwargs.values()) if isinstance(each, str)]
        if not texts:
            return
        statement = (
            texts[-1] if len(texts) > 1 and len(given) > 1 and " " in texts[-1] else texts[0]
        )
        watch = self.watch
        thing = result
        if result is None or hasattr(result, "cursor"):
            thing = _Result()
            for each in (result, connection):
                if each is not None:
                    self._results[id(each)] = thing
        files = [each for text in _read_by(statement) for each in _expand(text)]
        copied = _COPY_FROM.match(statement)
        if copied:
            files += _expand(copied.group(2).replace("''", "'"))
        place = self._places.get(id(connection))
        if place is not None:
            watch.query("duckdb", statement, place)
            if _ROWS.match(statement):
                files.append(place)
        sources = self._named(statement, frame)
        for each in files[:_MANY]:
            watch.object(thing, "table", type=type(thing).__name__.strip("_"))
            watch.read(thing, self.places.without_user(each), "duckdb")
        if sources:
            numbers = tuple(dict.fromkeys(sources))
            known = watch.known(thing)
            if known is None or known not in numbers:
                watch.derived_of(thing, numbers, "query")
        number = watch.known(thing)
        created = _CREATE.match(statement) or copied
        if created and number is not None:
            name = created.group(1).strip('"').lower()
            self._made[name] = (*self._made.get(name, ()), number)
        written = _COPY_TO.match(statement)
        if written:
            watch.wrote(None if number is None else thing, written.group(2), "duckdb COPY")

    def _named(self, statement: str, frame: Any) -> list[int]:
        """Numbers of the frames and tables that a statement names."""
        found: list[int] = []
        created = _CREATE.match(statement)
        own = created.group(1).lower() if created else ""
        for name in dict.fromkeys(_NAMED.findall(statement) + _LISTED.findall(statement)):
            if name.lower() == own:
                continue
            if name.lower() in self._made:
                found += self._made[name.lower()]
                continue
            thing = frame.f_locals.get(name, frame.f_globals.get(name))
            if thing is not None and not isinstance(thing, type):
                found += self.watch.origins(thing) and (self.watch.known(thing),)
        return found

    # ----------------------------------------------------------- other doors

    def _wrap_connect(self, module: Any) -> None:
        def after(_: Any, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any) -> None:
            place = self.places.location(args[0] if args else kwargs.get("database"))
            self._places.pop(id(result), None)
            if place and not place.startswith(":") and "://" not in place:
                self._places[id(result)] = os.path.abspath(place)

        self.watch.wrap(module, "connect", after=after)

    def _wrap_reader(self, owner: Any, name: str, method: bool) -> None:
        def after(_: Any, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any) -> None:
            given = args[1:] if method else args
            place = given[0] if given else next(iter(kwargs.values()), None)
            for each in self.places.locations(place):
                for file in _expand(each):
                    self.watch.object(result, "table", type="DuckDBPyRelation")
                    self.watch.read(result, file, "duckdb." + name)

        if hasattr(owner, name):
            self.watch.wrap(owner, name, after=after, outermost=True)

    def _wrap_register(self, owner: Any, method: bool) -> None:
        def after(_: Any, args: tuple[Any, ...], kwargs: dict[str, Any], __: Any) -> None:
            given = list(args[1:] if method else args) + list(kwargs.values())
            number = self.watch.known(given[1])
            if number is not None:
                self._made[str(given[0]).lower()] = (number,)

        self.watch.wrap(owner, "register", after=after)

    def _wrap_result(self, connection: Any, name: str) -> None:
        def after(_: Any, args: tuple[Any, ...], __: dict[str, Any], result: Any) -> None:
            thing = self._results.get(id(args[0]))
            if thing is not None and result is not None:
                several = list(result.values()) if isinstance(result, dict) else [result]
                for each in several:
                    self.watch.trail(each, (thing,), name)

        self.watch.wrap(connection, name, after=after)

    def _wrap_writer(self, relation: Any, name: str) -> None:
        def after(_: Any, args: tuple[Any, ...], kwargs: dict[str, Any], __: Any) -> None:
            given = args[1] if len(args) > 1 else next(iter(kwargs.values()), None)
            place = self.places.location(given)
            if place:
                self.watch.wrote(args[0], place, "duckdb." + name)

        self.watch.wrap(relation, name, after=after, outermost=True)


def _read_by(statement: str) -> list[str]:
    """The places that a statement reads, as they stand in it."""
    found = []
    for listed, one, named in _READING.findall(statement):
        if listed.startswith("["):
            found += re.findall(_QUOTED, listed)
        elif one or named:
            found.append(one or named)
    return [each.replace("''", "'") for each in found]


def _expand(place: str) -> list[str]:
    """A place, or the files that a pattern stands for."""
    if "://" in place or not any(each in place for each in "*?["):
        return [place] if "://" in place or os.path.exists(place) else []
    return sorted(glob.glob(place, recursive=True))[:_MANY]
