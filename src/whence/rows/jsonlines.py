"""JSON lines: which columns they have, and where one is broken."""

import json
from collections.abc import Iterable
from pathlib import Path

from whence.errors import TableError

_TYPE_WORDS = {
    "VARCHAR": "string",
    "BIGINT": "integer",
    "UBIGINT": "integer",
    "HUGEINT": "integer",
    "DOUBLE": "number",
    "BOOLEAN": "boolean",
    "OBJECT": "object",
    "ARRAY": "array",
}


def pointer(key: str) -> str:
    """The JSON Pointer (RFC 6901, section 3) of a key at the top."""
    return "/" + key.replace("~", "~0").replace("/", "~1")


def column_type(types: Iterable[str]) -> str:
    """The JSON types met in a column, as one word or several: ``number``, ``integer|string``."""
    words = {_TYPE_WORDS.get(name, name.lower()) for name in types} - {"null"}
    if "number" in words:
        words.discard("integer")
    return "|".join(sorted(words)) or "null"


def find_fault(path: Path, shown: str) -> TableError | None:
    """What is wrong with a file that an engine refused; None if every line is a JSON object."""
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            where = f"{shown}: line {number:,}"
            if not line.strip():
                continue
            try:
                value = json.loads(line.decode())
            except (ValueError, RecursionError) as error:
                if not line.endswith(b"\n"):
                    return TableError(
                        f"{where}, the last, is cut short",
                        hint="write it again; the writer may have been stopped",
                    )
                reason = "is not UTF-8" if isinstance(error, UnicodeDecodeError) else "is not JSON"
                return TableError(f"{where} {reason}", hint="JSON lines hold one object a line")
            if not isinstance(value, dict):
                return TableError(
                    f"{where} is not a JSON object", hint="JSON lines hold one object a line"
                )
    return None
