"""One receipt: what serving code says of one prediction."""

import json
import os
import re
import time
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any

from whence.model.moment import stamp

PREFIX = "rcp_"
CLOCK = "ms"
"""The name under which a line says the time of its id once more, for who reads it in columns."""

_ID = re.compile(r"rcp_[0-9a-f]{32}\Z")
_LAST = 253_402_300_799_999
"""The last millisecond of the year 9999, with which calendars end."""

_CLOCK_DIGITS = 12
"""Of an id: milliseconds since 1970, 48 bits as in UUID version 7 (RFC 9562, section 5.7)."""


def new_receipt_id(milliseconds: int | None = None) -> str:
    """``rcp_`` and 32 hexadecimal characters: the time in milliseconds, then 80 random bits."""
    told = time.time_ns() // 1_000_000 if milliseconds is None else milliseconds
    return f"{PREFIX}{told:012x}{os.urandom(10).hex()}"


def is_receipt_id(text: str) -> bool:
    """Whether a text has the form of a receipt's id."""
    return _ID.match(text) is not None


def time_of(receipt: str) -> datetime:
    """When a receipt was given, which its id tells."""
    return datetime.fromtimestamp(_clock(receipt) / 1000, UTC)


def earliest_id(moment: str) -> str:
    """What no receipt of a moment (RFC 3339) or later sorts before."""
    told = datetime.fromisoformat(moment).timestamp() * 1000
    return f"{PREFIX}{max(round(told), 0):012x}"


def _clock(receipt: str) -> int:
    told = int(receipt[len(PREFIX) : len(PREFIX) + _CLOCK_DIGITS], 16)
    return told if told <= _LAST else 0  # an id made up: no clock ever said so


@dataclass(frozen=True, slots=True)
class Receipt:
    """The proof of which version gave a prediction; the input itself is never in it."""

    id: str
    model: str
    """What the serving code calls its model: ``delay@3``, ``delay@production``."""
    loaded: str = ""
    """When the serving code began to serve it, RFC 3339: what an alias meant, it meant then."""
    version: str = ""
    """The id of the version; empty as long as no store was at hand to look it up."""
    version_name: str = ""
    deployment: str = ""
    """The id of the deployment; empty as long as it is not known."""
    environment: str = ""
    """What the serving code calls the place: an environment, or a deployment's id."""
    input: str = ""
    """HMAC-SHA256 of the input's form under the deployment's key, 64 hexadecimal characters."""
    input_form: str = ""
    """``bytes``, ``json``, ``value``, ``array``, ``frame``; empty where it could not be read."""
    output: str = ""
    output_form: str = ""
    key: str = ""
    """Which key: the first characters of its own digest."""
    seconds: float | None = None
    """How long the prediction took."""
    request: str = ""
    """How the caller, or the serving platform, names the request."""

    @property
    def at(self) -> str:
        """When it was given, RFC 3339."""
        return stamp(time_of(self.id))

    @property
    def milliseconds(self) -> int:
        """When it was given, in milliseconds since 1970."""
        return _clock(self.id)

    @property
    def day(self) -> str:
        """The day in UTC under which it is filed."""
        return self.at[:10]


NAMES = tuple(each.name for each in fields(Receipt))
"""The columns, in the order of the files."""


def receipt_json(receipt: Receipt) -> dict[str, Any]:
    """A receipt as ``schemas/receipt-1.json`` has it."""
    told: dict[str, Any] = {"id": receipt.id, "at": receipt.at}
    return told | {name: getattr(receipt, name) for name in NAMES[1:]}


def write_line(receipt: Receipt) -> bytes:
    """A receipt as a line of a spool; what is empty is left out."""
    told = {name: value for name in NAMES if (value := getattr(receipt, name)) not in {"", None}}
    told[CLOCK] = receipt.milliseconds
    return json.dumps(told, separators=(",", ":")).encode() + b"\n"


def read_line(line: bytes) -> Receipt | None:
    """The receipt of a line; ``None`` for a line that a power cut tore."""
    try:
        return make_receipt(json.loads(line))
    except ValueError:
        return None


def make_receipt(told: Any) -> Receipt | None:
    """A receipt from named values; ``None`` where they are none."""
    if not isinstance(told, dict) or not is_receipt_id(str(told.get("id"))):
        return None
    texts = {
        name: value
        for name in NAMES
        if name != "seconds" and isinstance(value := told.get(name), str)
    }
    seconds = told.get("seconds")
    is_number = isinstance(seconds, int | float) and not isinstance(seconds, bool)
    took = float(seconds or 0) if is_number else None
    return Receipt(**{"model": "", **texts}, seconds=took)
