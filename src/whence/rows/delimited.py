r"""CSV and TSV: how one is written, and the second, patient reading of one that is not clean.

An engine reads a clean file fast: every record as wide as the first, UTF-8, one kind of line end.
``mend`` reads any other with Python's ``csv`` and writes a clean copy, or says where it cannot:

==============================  ==================================================================
what                            what becomes of it
==============================  ==================================================================
no bytes, or only blank lines   a table of no columns and no rows
a header only                   its columns and no rows
byte order mark                 skipped; UTF-16 with one is decoded
blank line                      no row
LF, CR LF, CR, mixed            all end a record; inside quotes they are kept
no header                       columns are named ``column_1``, ``column_2``, …
empty or repeated name          ``column_3``; ``name``, ``name_2``
record shorter than the first   filled up with empty cells, and noted
… as the last, no line end      error: the writer was stopped
record longer than the first    error, unless what is too much is empty
quote that never closes         error: the writer was stopped
byte that is not UTF-8          kept as ``\xff``, and noted
NUL in the first lines          error: not text
==============================  ==================================================================
"""

import csv
import io
import re
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from whence.errors import TableError

SAMPLE_BYTES = 1 << 18
"""What is read of a file to find out how it is written."""

LONGEST_RECORD = 1 << 24
"""Bytes of a record; and characters of a cell."""

_STOPPED = "write it again; the writer may have been stopped"
_DELIMITERS = ",;\t|"
_SAMPLE_RECORDS = 200
_VALUE = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*\Z|\s*\d{4}-\d\d-\d\d")
_FIRST_RECORD = re.compile(r'(?:[^"\r\n]|"[^"]*")*+(\r\n|\n|\r)')
_END = "\x1e end \x1e"


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a delimited file is written."""

    delimiter: str
    header: bool
    names: tuple[str, ...]
    """One for each column, none twice. No names: nothing is in the file."""
    clean: bool = True
    """False: an engine would stumble over the first lines already; ``mend`` it first."""
    newline: str = "\n"
    """What ends the first record."""
    encoding: str = "utf-8-sig"


def read_dialect(path: Path, shown: str, *, delimiter: str | None = None) -> Dialect:
    """How the file is written; ``delimiter`` None means to find that out too.

    Raises:
        TableError: its beginning is not text, or has no end of a record in its first 16 MiB.
    """
    size = SAMPLE_BYTES
    while True:
        with path.open("rb") as file:
            head = file.read(size)
            whole = not file.read(1)
        dialect = sniff(head, shown, whole=whole, delimiter=delimiter)
        if dialect is not None:
            return dialect
        if size >= LONGEST_RECORD:
            raise TableError(
                f"{shown}: no record ends within its first {size >> 20} MiB",
                hint="is it a text table, and are its quotes in pairs?",
            )
        size *= 8


def sniff(head: bytes, shown: str, *, whole: bool, delimiter: str | None = None) -> Dialect | None:
    """How a file of these first bytes is written; None if they hold no complete record.

    ``whole``: they are all of it.
    """
    encoding = "utf-16" if head[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    if b"\0" in head and encoding != "utf-16":
        raise TableError(f"{shown}: holds NUL bytes, so it is no text table", hint=_STOPPED)
    text = head.decode(encoding, "backslashreplace")
    choices = [delimiter] if delimiter else list(_DELIMITERS)
    parsed = {choice: _sample(text, choice, whole=whole) for choice in choices}
    delimiter = max(choices, key=lambda choice: _regularity(parsed[choice]))
    records = parsed[delimiter]
    if not records:
        blank = whole and not text.strip("\r\n")
        return Dialect(delimiter, header=False, names=(), clean=True) if blank else None
    header = has_header(records)
    end = _FIRST_RECORD.match(text)
    return Dialect(
        delimiter,
        header=header,
        names=column_names(records[0] if header else [""] * len(records[0])),
        clean=encoding == "utf-8-sig" and text[0] not in "\r\n",
        newline=end[1] if end else "\n",
        encoding=encoding,
    )


def _sample(text: str, delimiter: str, *, whole: bool) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    records: list[list[str]] = []
    try:
        for record in reader:
            if record:
                records.append(record)
            if len(records) > _SAMPLE_RECORDS:
                return records
    except csv.Error:  # a cell over Python's usual limit; what came before is enough
        return records
    # The last one may have been cut by the end of the sample.
    return records if whole else records[:-1]


def _regularity(records: list[list[str]]) -> tuple[float, int]:
    width = len(records[0]) if records else 1
    if width == 1:
        return 0.0, 1
    return sum(len(record) == width for record in records) / len(records), width


def has_header(records: Sequence[Sequence[str]]) -> bool:
    """Whether the first of some records names the columns.

    It does unless it looks like data: its cells are numbers or dates where the cells below are, and
    nowhere is a word above numbers. Counted names (0, 1, 2, … as pandas writes them, or years in a
    row) are names all the same.
    """
    first, rest = records[0], records[1:]
    if _is_counted([cell for cell in first if _VALUE.match(cell)]):
        return True
    if not rest:
        return not all(_VALUE.match(cell) for cell in first)
    as_names = as_data = 0
    for at, cell in enumerate(first):
        below = [record[at] for record in rest if at < len(record) and record[at] != ""]
        if below and all(_VALUE.match(value) for value in below):
            if _VALUE.match(cell):
                as_data += 1
            elif cell != "":
                as_names += 1
    return as_names >= as_data


def _is_counted(cells: Sequence[str]) -> bool:
    if not all(cell.isascii() and cell.isdigit() for cell in cells):
        return False
    numbers = [int(cell) for cell in cells]
    if len(numbers) < 2 or numbers != list(range(numbers[0], numbers[0] + len(numbers))):
        return False
    return numbers[0] == 0 or (len(numbers) >= 3 and 1800 <= numbers[0] <= 2200)


def column_names(cells: Iterable[str]) -> tuple[str, ...]:
    """Names for columns, in order, none empty and none twice."""
    names: dict[str, None] = {}
    for at, cell in enumerate(cells, start=1):
        wanted = name = cell or f"column_{at}"
        again = 1
        while name in names:
            again += 1
            name = f"{wanted}_{again}"
        names[name] = None
    return tuple(names)


def mend(path: Path, target: Path, dialect: Dialect, shown: str) -> tuple[str, ...]:
    """Writes a clean copy of a file's data records: UTF-8, ``,`` and LF, no header.

    Returns:
        What a reader of the table should know, as phrases.

    Raises:
        TableError: a record is too long, a quote never closes, or the last record is cut short.
    """
    width = len(dialect.names)
    lines = _Lines(path, dialect.encoding, shown)
    short: list[int] = []
    at, found = 0, width
    with (
        closing(_records(lines, dialect.delimiter, shown)) as records,
        target.open("w", encoding="utf-8", newline="") as file,
    ):
        # Python before 3.13 leaves a CR unquoted where lines end with LF.
        writer = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL)
        if dialect.header:
            next(records)
        for at, record in records:
            found = len(record)
            if found > width and any(record[width:]):
                raise TableError(
                    f"{shown}: line {at:,} has {found} values, the first has {width}",
                    hint="is the delimiter right, and is a value with the delimiter quoted?",
                )
            if found < width:
                short.append(at)
            writer.writerow([*record, *[""] * (width - found)][:width])
    if found < width and not lines.ended:
        raise TableError(
            f"{shown}: ends in the middle of a row: "
            f"line {at:,} has {found} of {width} values and no line end",
            hint=_STOPPED,
        )
    return (
        *_note(short, "fewer values than the first line has, filled up with empty ones"),
        *_note(lines.foreign, "bytes that are not UTF-8, kept as escapes"),
    )


def _note(lines: list[int], what: str) -> Iterator[str]:
    if lines:
        yield f"{what}: line {lines[0]:,}" + (
            f" and {len(lines) - 1:,} more" if len(lines) > 1 else ""
        )


def _records(lines: "_Lines", delimiter: str, shown: str) -> Generator[tuple[int, list[str]]]:
    """Every record that is not blank, with the number of the line where it begins.

    A line of our own stands at the end: where it does not arrive as a record, an open quote has
    swallowed it.
    """
    reader = csv.reader(chain(lines, [_END]), delimiter=delimiter)
    usual = csv.field_size_limit(LONGEST_RECORD)
    line = 1
    try:
        for record in reader:
            if record == [_END]:
                return
            if reader.line_num > lines.count:
                raise TableError(
                    f"{shown}: a quote that opens in the row at line {line:,} never closes",
                    hint=_STOPPED,
                )
            if record:
                yield line, record
            line = reader.line_num + 1
    except csv.Error as error:
        raise TableError(
            f"{shown}: the row at line {line:,} cannot be read: {error}",
            hint="is it a text table, and are its quotes in pairs?",
        ) from error
    finally:
        csv.field_size_limit(usual)


class _Lines:
    """The lines of a file with bad bytes made readable, counting what was met."""

    def __init__(self, path: Path, encoding: str, shown: str) -> None:
        self._path = path
        self._encoding = encoding
        self._shown = shown
        self.count = 0
        self.ended = True
        """Whether the last line had an end."""
        self.foreign: list[int] = []
        """The numbers of the lines with bytes that are not of the encoding."""

    def __iter__(self) -> Iterator[str]:
        bad = "surrogateescape" if self._encoding == "utf-8-sig" else "backslashreplace"
        with self._path.open(encoding=self._encoding, errors=bad, newline="") as file:
            while text := file.readline(LONGEST_RECORD):
                self.count += 1
                self.ended = text.endswith(("\n", "\r"))
                if len(text) == LONGEST_RECORD and not self.ended:
                    raise TableError(
                        f"{self._shown}: line {self.count:,} is longer than 16 MiB",
                        hint="is it a text table?",
                    )
                yield self._readable(text) if self.ended else self._readable(text) + "\n"

    def _readable(self, text: str) -> str:
        if text.isascii():
            return text
        try:
            text.encode()
        except UnicodeEncodeError:
            self.foreign.append(self.count)
            return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
        return text
