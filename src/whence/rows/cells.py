"""What a cell holds, whatever format it was written in, as SQL over a column of the engine.

Equal values have equal hashes: 7 in a CSV, in JSON and as any number of a typed format; a moment as
text of a CSV, as a date, or as a time with microseconds in UTC. So a column may change its type, or
a table its format, and its rows stay the same.

=====================  ===========================================================================
value                  what is hashed
=====================  ===========================================================================
none                   nothing: NULL, JSON's null, an empty cell of a CSV
whole number           the number, up to 2^53 also where it is written as a float or decimal
other number           its double; a decimal of more than 15 digits is hashed as text
truth                  1 or 0; of a CSV also ``True``, ``true``, ``TRUE`` and their opposites
date, time with date   microseconds since 1970 in UTC; of a CSV only as ISO 8601 writes them
text                   its UTF-8
everything else        its text, as the engine writes it
=====================  ===========================================================================

In a CSV ``007``, ``+7``, ``1_000`` and whole numbers beyond 64 bits are text: writing them
otherwise would change them. Text of a typed format or of JSON is text, also where it looks like a
number.
"""

import re

from whence.rows.format import TableKind

MACROS = (
    "whole(x) AS CASE WHEN abs(x) <= 9007199254740992 AND x = trunc(x)"
    " THEN hash(x::BIGINT) ELSE hash(x) END",
    # No leading zero, no sign but minus, nothing that only some readers take for a number.
    "text_number(c) AS CASE WHEN c >= '-' AND c < ':' AND NOT (c >= '00' AND c < '0:')"
    " AND NOT (c >= '-00' AND c < '-0:') AND NOT contains(c, '_') AND NOT ends_with(c, ' ')"
    " AND NOT contains(c, 'n') AND NOT contains(c, 'N') THEN TRY_CAST(c AS DOUBLE) END",
    "is_long_whole(c) AS strlen(c) > 15 AND NOT contains(c, '.') AND NOT contains(lower(c), 'e')",
    "number_hash(c) AS CASE WHEN is_long_whole(c)"
    " THEN CASE WHEN TRY_CAST(c AS BIGINT) IS NULL THEN hash(c)"
    " ELSE hash(TRY_CAST(c AS BIGINT)) END ELSE whole(text_number(c)) END",
    "is_moment(c) AS c LIKE '____-__-__%' AND strlen(c) <= 26"
    " AND TRY_CAST(c AS TIMESTAMP) IS NOT NULL",
    "moment_hash(t) AS CASE WHEN TRY_CAST(t AS TIMESTAMP) IS NULL THEN hash(t::VARCHAR)"
    " ELSE hash(TRY_CAST(t AS TIMESTAMP)) END",
    "csv_hash(c) AS CASE WHEN c IS NULL OR c = '' THEN hash(NULL::BIGINT)"
    " WHEN c >= '-' AND c < ':' THEN CASE WHEN text_number(c) IS NOT NULL THEN number_hash(c)"
    " WHEN is_moment(c) THEN hash(TRY_CAST(c AS TIMESTAMP)) ELSE hash(c) END"
    " WHEN c IN ('True', 'true', 'TRUE') THEN hash(true)"
    " WHEN c IN ('False', 'false', 'FALSE') THEN hash(false) ELSE hash(c) END",
    "json_hash(c) AS CASE WHEN c IS NULL THEN hash(NULL::BIGINT)"
    " WHEN starts_with(c, '\"') THEN hash(json_extract_string(c, '$'))"
    " WHEN c = 'true' THEN hash(true) WHEN c = 'false' THEN hash(false)"
    " WHEN text_number(c) IS NOT NULL THEN number_hash(c) ELSE hash(c) END",
)
"""What the expressions below are made of; an engine defines them once."""

_WHOLE = re.compile(r"U?(TINYINT|SMALLINT|INTEGER)|BIGINT|BOOLEAN")
_LARGE = re.compile(r"UBIGINT|U?HUGEINT")
_FLOAT = re.compile(r"FLOAT|DOUBLE")
_DECIMAL = re.compile(r"DECIMAL\((\d+),\d+\)")
_MOMENT = re.compile(r"DATE|TIMESTAMP(_S|_MS)?|TIMESTAMP WITH TIME ZONE")
_EXACT_DIGITS = 15
"""Of a decimal number that a double gives back unchanged."""


def hash_of(cell: str, type_: str, kind: TableKind) -> str:
    """SQL: the engine's hash of a cell's value."""
    if kind in {TableKind.CSV, TableKind.TSV}:
        return f"csv_hash({cell})"
    if kind is TableKind.JSON_LINES:
        return f"json_hash({cell})"
    if _WHOLE.fullmatch(type_) or type_ in {"VARCHAR", "BLOB"}:
        return f"hash({cell})"
    if _FLOAT.fullmatch(type_) or _is_short_decimal(type_):
        return f"whole({cell}::DOUBLE)"
    if _LARGE.fullmatch(type_):
        return (
            f"CASE WHEN TRY_CAST({cell} AS BIGINT) IS NULL THEN hash({cell}::VARCHAR)"
            f" ELSE hash(TRY_CAST({cell} AS BIGINT)) END"
        )
    if _MOMENT.fullmatch(type_):
        return f"moment_hash({cell})"
    if type_ == "TIMESTAMP_NS":
        return (
            f"CASE WHEN epoch_ns({cell}) % 1000 = 0 THEN moment_hash({cell})"
            f" ELSE hash({cell}::VARCHAR) END"
        )
    return f"hash({cell}::VARCHAR)"


def number_of(cell: str, type_: str, kind: TableKind) -> str | None:
    """SQL: a cell as a number, NULL where it is none; ``None`` for a type that never is one."""
    if kind in {TableKind.CSV, TableKind.TSV, TableKind.JSON_LINES}:
        return f"text_number({cell})"
    if type_ == "BOOLEAN":
        return None
    if _WHOLE.fullmatch(type_) or _LARGE.fullmatch(type_) or _FLOAT.fullmatch(type_):
        return f"{cell}::DOUBLE"
    return f"{cell}::DOUBLE" if _DECIMAL.fullmatch(type_) else None


def label_of(cell: str, kind: TableKind) -> str:
    """SQL: a cell as a person would write it, NULL where it holds nothing."""
    if kind in {TableKind.CSV, TableKind.TSV}:
        return f"nullif({cell}, '')"
    if kind is TableKind.JSON_LINES:
        return (
            f"CASE WHEN starts_with({cell}, '\"') THEN json_extract_string({cell}, '$')"
            f" ELSE {cell} END"
        )
    return f"{cell}::VARCHAR"


def may_identify(type_: str) -> bool:
    """Whether a column of this type may name rows: what is measured or judged does not."""
    return not (_FLOAT.fullmatch(type_) or _DECIMAL.fullmatch(type_) or type_ == "BOOLEAN")


def _is_short_decimal(type_: str) -> bool:
    found = _DECIMAL.fullmatch(type_)
    return found is not None and int(found[1]) <= _EXACT_DIGITS
