"""Which files are tables: by the end of the name, corrected by the first bytes."""

from dataclasses import dataclass
from enum import Enum


class TableKind(Enum):
    """How a table is written down."""

    CSV = "csv"
    TSV = "tsv"
    JSON_LINES = "jsonl"
    PARQUET = "parquet"
    ARROW = "arrow"

    @property
    def family(self) -> str:
        """Tables of one family write equal values as equal text; across families they do not."""
        return _FAMILY[self]


_FAMILY = {
    TableKind.CSV: "delimited",
    TableKind.TSV: "delimited",
    TableKind.JSON_LINES: "json",
    TableKind.PARQUET: "typed",
    TableKind.ARROW: "typed",
}


@dataclass(frozen=True, slots=True)
class TableFormat:
    """How to read a file as a table."""

    kind: TableKind
    gzip: bool = False


HEAD_BYTES = 8
"""How many of a file's first bytes ``table_format`` wants to see."""

_BY_ENDING = {
    ".csv": TableKind.CSV,
    ".tsv": TableKind.TSV,
    ".tab": TableKind.TSV,
    ".jsonl": TableKind.JSON_LINES,
    ".jsonlines": TableKind.JSON_LINES,
    ".ndjson": TableKind.JSON_LINES,
    ".parquet": TableKind.PARQUET,
    ".parq": TableKind.PARQUET,
    ".pq": TableKind.PARQUET,
    ".arrow": TableKind.ARROW,
    ".arrows": TableKind.ARROW,
    ".feather": TableKind.ARROW,
    ".ipc": TableKind.ARROW,
}

# Parquet, "File Format"; Arrow, "IPC File Format"; Feather version 1.
_BY_MAGIC = {
    b"PAR1": TableKind.PARQUET,
    b"PARE": TableKind.PARQUET,
    b"ARROW1": TableKind.ARROW,
    b"FEA1": TableKind.ARROW,
}

_TEXT = frozenset({TableKind.CSV, TableKind.TSV, TableKind.JSON_LINES})
_GZIP_MAGIC = b"\x1f\x8b"  # RFC 1952, section 2.3.1

KNOWN_ENDINGS = tuple(_BY_ENDING)


def table_format(name: str, head: bytes) -> TableFormat | None:
    """How to read the file of this name and these first bytes as a table; None if it is no table.

    The bytes decide where they can: a Parquet file named ``.csv`` or not named at all is Parquet,
    and a ``.csv.gz`` that somebody unpacked is plain. Where they are silent (text has no magic, a
    half-written file has lost its own) the name is believed, so that reading it can say what is
    wrong.
    """
    for magic, kind in _BY_MAGIC.items():
        if head.startswith(magic):
            return TableFormat(kind)
    stem = name.lower().removesuffix(".gz")
    packed = head.startswith(_GZIP_MAGIC)
    for ending, kind in _BY_ENDING.items():
        if stem.endswith(ending) and (kind in _TEXT or stem == name.lower()):
            return TableFormat(kind, gzip=packed and kind in _TEXT)
    return None
