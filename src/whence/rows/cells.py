"""What a cell holds, whatever format it was written in, as SQL over a column of the engine.

Equal values have equal hashes: 7 in a CSV, in JSON and as any number of a typed format; a moment as
text of a CSV, as a date, or as a time with microseconds in UTC. So a column may change its type, or
a table its format, and its rows stay the same.

=====================  ===========================================================================
value                  what is hashed
=====================  ===========================================================================
none                   nothing: NULL, JSON's null, an empty cell of a CSV, a float's NaN
number                 its double; a whole number from 2^53 on as 64 bits; a decimal of more than
                       15 digits, and a whole number of a CSV beyond 64 bits, as text
truth                  1 or 0; of a CSV also ``True``, ``true``, ``TRUE`` and their opposites
date, time with date   microseconds since 1970 in UTC; of texts only as ISO 8601 writes them
text                   its UTF-8
everything else        its text, as the engine writes it
=====================  ===========================================================================

In a CSV ``007``, ``+7``, ``1_000`` and what is longer than any double are text: writing them
otherwise would change them. Text of a
typed format is read like that of a CSV where a first look at the column finds a number or a moment
written out; a text of JSON that looks like a number is text.

The cells of a text format have their number, if they are one, beside them (``n0`` beside ``c0``),
and where they are held in memory also their hash (``x0``).
"""

import re

from whence.rows.format import TableKind

_EXACT = (1 << 53) - 1
"""Whole numbers up to this one are doubles that no other whole number is rounded to."""

MACROS = (
    # A cast that fails takes five times as long as one that does not: what cannot be a number is
    # told by comparisons first.
    """text_number(c) AS CASE WHEN c BETWEEN '-' AND '9~' AND strlen(c) < 26
    AND NOT contains(c, '_') AND NOT c LIKE '____-__-%'
    AND NOT (c >= '00' AND c < '0:') AND NOT (c >= '-00' AND c < '-0:')
    THEN TRY_CAST(c AS DOUBLE) END""",
    f"""whole_hash(i) AS
    CASE WHEN i BETWEEN -{_EXACT} AND {_EXACT} THEN hash(i::DOUBLE) ELSE hash(i) END""",
    """long_hash(c, n) AS CASE WHEN contains(c, '.') OR contains(lower(c), 'e') THEN hash(n)
    WHEN TRY_CAST(c AS BIGINT) IS NULL THEN hash(c) ELSE hash(TRY_CAST(c AS BIGINT)) END""",
    f"""number_hash(c, n) AS CASE WHEN abs(n) > {_EXACT} THEN long_hash(c, n) ELSE hash(n) END""",
    """moment_hash(t) AS CASE WHEN TRY_CAST(t AS TIMESTAMP) IS NULL THEN hash(t::VARCHAR)
    ELSE hash(TRY_CAST(t AS TIMESTAMP)) END""",
    """csv_hash(c, n) AS CASE WHEN n IS NOT NULL THEN number_hash(c, n)
    WHEN c = '' THEN hash(NULL::VARCHAR)
    WHEN c LIKE '____-__-__%' AND strlen(c) <= 26 THEN moment_hash(c)
    WHEN c IN ('True', 'true', 'TRUE') THEN hash(1::DOUBLE)
    WHEN c IN ('False', 'false', 'FALSE') THEN hash(0::DOUBLE) ELSE hash(c) END""",
    """text_hash(c) AS CASE WHEN c LIKE '____-__-__%' AND strlen(c) <= 26 THEN moment_hash(c)
    ELSE hash(c) END""",
    """typed_text_hash(c) AS CASE WHEN c = '' THEN hash(c) ELSE csv_hash(c, text_number(c)) END""",
    """json_hash(c, n) AS CASE WHEN n IS NOT NULL THEN number_hash(c, n)
    WHEN starts_with(c, '"') THEN text_hash(json_extract_string(c, '$'))
    WHEN c = 'true' THEN hash(1::DOUBLE) WHEN c = 'false' THEN hash(0::DOUBLE)
    ELSE hash(c) END""",
    """number_label(x) AS
    CASE WHEN x = trunc(x) AND abs(x) < 1e15 THEN x::BIGINT::VARCHAR ELSE x::VARCHAR END""",
    """text_label(c, n) AS CASE WHEN n IS NOT NULL THEN number_label(n)
    WHEN c IN ('True', 'TRUE') THEN 'true' WHEN c IN ('False', 'FALSE') THEN 'false'
    ELSE c END""",
)
"""What the expressions below are made of; an engine defines them once."""

_SMALL = re.compile(r"U?(TINYINT|SMALLINT|INTEGER)")
_LARGE = re.compile(r"UBIGINT|U?HUGEINT")
_FLOAT = re.compile(r"FLOAT|DOUBLE")
_DECIMAL = re.compile(r"DECIMAL\((\d+),\d+\)")
_MOMENT = re.compile(r"DATE|TIMESTAMP(_S|_MS)?|TIMESTAMP WITH TIME ZONE")
_EXACT_DIGITS = 15
"""Of a decimal number that a double gives back unchanged."""

_BY_TYPE = (
    (re.compile("VARCHAR|BLOB"), "hash({c})"),
    (re.compile("BOOLEAN"), "hash({c}::UTINYINT::DOUBLE)"),
    (_FLOAT, "hash(CASE WHEN NOT isnan({c}) THEN {c}::DOUBLE END)"),
    (_SMALL, "hash({c}::DOUBLE)"),
    (re.compile("BIGINT"), "whole_hash({c})"),
    (
        _LARGE,
        """CASE WHEN TRY_CAST({c} AS BIGINT) IS NULL THEN hash({c}::VARCHAR)
        ELSE whole_hash(TRY_CAST({c} AS BIGINT)) END""",
    ),
    (_MOMENT, "moment_hash({c})"),
    (
        re.compile("TIMESTAMP_NS"),
        "CASE WHEN epoch_ns({c}) % 1000 = 0 THEN moment_hash({c}) ELSE hash({c}::VARCHAR) END",
    ),
)
"""Types of a typed format → SQL of the engine's hash of a cell; of others, its text is hashed."""

DEFINITIONS = (*MACROS, *(expression for _, expression in _BY_TYPE))
"""What the hashes of values rest on: where it changes, older hashes are others."""

_DELIMITED = frozenset({TableKind.CSV, TableKind.TSV})


def hash_of(at: int, type_: str, kind: TableKind, *, spelled: bool = False) -> str:
    """SQL: the engine's hash of the value of a cell of the column at this place.

    ``spelled``: it is text of a typed format that spells out numbers or moments.
    """
    if kind in _DELIMITED:
        return f"csv_hash(c{at}, n{at})"
    if kind is TableKind.JSON_LINES:
        return f"json_hash(c{at}, n{at})"
    if type_ == "VARCHAR" and spelled:
        return f"typed_text_hash(c{at})"
    if _is_short_decimal(type_):
        return f"hash(c{at}::DOUBLE)"
    for pattern, expression in _BY_TYPE:
        if pattern.fullmatch(type_):
            return expression.format(c=f"c{at}")
    return f"hash(c{at}::VARCHAR)"


def is_spelled(at: int) -> str:
    """SQL: whether a text spells out a number or a moment."""
    return f"(text_number(c{at}) IS NOT NULL OR c{at} LIKE '____-__-__%')"


def number_of(at: int, type_: str, kind: TableKind) -> str | None:
    """SQL: a cell as a number, NULL where it is none; ``None`` for a type that never is one."""
    if kind in _DELIMITED or kind is TableKind.JSON_LINES:
        return f"n{at}"
    if type_ == "BOOLEAN":
        return None
    numeric = (_SMALL, _LARGE, _FLOAT, _DECIMAL)
    if type_ == "BIGINT" or any(pattern.fullmatch(type_) for pattern in numeric):
        return f"c{at}::DOUBLE"
    return None


def filled(at: int, type_: str, kind: TableKind) -> str:
    """SQL: whether a cell holds a value."""
    if _FLOAT.fullmatch(type_):
        return f"(c{at} IS NOT NULL AND NOT isnan(c{at}))"
    return f"c{at} <> ''" if kind in _DELIMITED else f"c{at} IS NOT NULL"


def label_of(at: int, type_: str, kind: TableKind) -> str:
    """SQL: a cell as a person would write it, equal for equal values; NULL where it holds none."""
    if kind in _DELIMITED:
        return f"nullif(text_label(c{at}, n{at}), '')"
    if kind is TableKind.JSON_LINES:
        return (
            f"CASE WHEN starts_with(c{at}, '\"') THEN json_extract_string(c{at}, '$')"
            f" ELSE text_label(c{at}, n{at}) END"
        )
    if _FLOAT.fullmatch(type_) or _is_short_decimal(type_):
        return f"CASE WHEN {filled(at, type_, kind)} THEN number_label(c{at}::DOUBLE) END"
    return f"c{at}::VARCHAR"


def may_identify(type_: str) -> bool:
    """Whether a column of this type may name rows: what is measured or judged does not."""
    return not (_FLOAT.fullmatch(type_) or _DECIMAL.fullmatch(type_) or type_ == "BOOLEAN")


def _is_short_decimal(type_: str) -> bool:
    found = _DECIMAL.fullmatch(type_)
    return found is not None and int(found[1]) <= _EXACT_DIGITS
