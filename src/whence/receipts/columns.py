"""Receipts as columns, for Parquet: read, completed, parted and sorted by Arrow.

All of it happens in Arrow's own code, which lets the threads that serve go on meanwhile: a thousand
receipts a second are filed without a prediction having to wait for Python. Needs the extra
``receipts``.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from whence.receipts.receipt import CLOCK, NAMES
from whence.receipts.spool import read_lines

_ROWS = 20_000
"""Rows of one group: what must be read to find one receipt."""

_VARIED = frozenset({"id", "input", "output", "request", "seconds"})
_IS_ID = "^rcp_[0-9a-f]{32}$"


def read_columns(path: Path) -> Any:
    """The receipts of a file of lines as an Arrow table; what was torn is left out.

    Raises:
        ImportError: pyarrow is not installed.
    """
    import pyarrow as pa  # noqa: PLC0415  the extra; loaded by the writing thread alone
    from pyarrow import compute, json  # noqa: PLC0415

    kinds = {name: pa.string() for name in NAMES} | {"seconds": pa.float64(), CLOCK: pa.int64()}
    schema = pa.schema(kinds)
    parsing = json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore")
    reading = json.ReadOptions(use_threads=False)
    try:
        table = json.read_json(path, reading, parsing)
    except pa.ArrowInvalid:  # a power cut tore a line, or there is none
        table = _read_carefully(path, schema)
    return table.filter(compute.match_substring_regex(table["id"], _IS_ID))


def _read_carefully(path: Path, schema: Any) -> Any:
    import pyarrow as pa  # noqa: PLC0415

    rows = [
        {name: getattr(each, name) or None for name in NAMES} | {CLOCK: each.milliseconds}
        for each in read_lines(path)
    ]
    return pa.Table.from_pylist(rows, schema=schema)


def complete(table: Any, known: Mapping[str, str]) -> Any:
    """The table with what was not known when its receipts were given."""
    from pyarrow import compute  # noqa: PLC0415

    for name, text in known.items():
        column = compute.coalesce(table[name], text)
        table = table.set_column(table.schema.get_field_index(name), name, column)
    return table


def parts(table: Any) -> Iterator[tuple[str, str, Any]]:
    """Model, day, and the receipts of that model and day in the order of their ids."""
    import pyarrow as pa  # noqa: PLC0415
    from pyarrow import compute  # noqa: PLC0415

    moments = table[CLOCK].cast(pa.timestamp("ms"))
    days = moments.cast(pa.date32(), safe=False).cast(pa.string())
    models = compute.coalesce(table["model"], "")
    told = table.drop_columns([CLOCK]).append_column("at", moments)
    both = pa.table({"model": models, "day": days})
    for pair in both.group_by(["model", "day"]).aggregate([]).to_pylist():
        its = compute.and_(compute.equal(models, pair["model"]), compute.equal(days, pair["day"]))
        yield pair["model"], pair["day"], told.filter(its).sort_by("id")


def write_parquet(table: Any, path: Path) -> None:
    """Write a table as Parquet, so that one receipt is found without reading all."""
    from pyarrow import parquet  # noqa: PLC0415

    many = [name for name in NAMES if name not in _VARIED]
    parquet.write_table(table, path, compression="zstd", use_dictionary=many, row_group_size=_ROWS)
