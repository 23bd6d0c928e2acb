"""What the server says of its work: one line for each request, and of what went wrong."""

import asyncio
import json
import logging
import sys
from contextlib import suppress
from typing import Any, TextIO

import msgspec

_TOGETHER = 0.05
"""Seconds within which lines are written together."""

_encode = msgspec.json.Encoder().encode

LOG = logging.getLogger("whence.server")


class Journal:
    """Writes a line for each request.

    Args:
        form: ``json`` or ``text``.
        out: Where to; standard error unless said otherwise.
    """

    def __init__(self, form: str = "text", out: TextIO | None = None) -> None:
        self._json = form == "json"
        self._out = sys.stderr if out is None else out
        self._lines: list[str] = []

    def request(self, told: dict[str, Any]) -> None:
        """One request that was answered. The query is left out: it may hold what is secret."""
        if self._json:
            line = _encode({"event": "request", **told}).decode()
        else:
            who = told["principal"] or "-"
            line = (
                f"{told['time'][11:23]} {told['status']} {told['method']:<6} {told['path']}"
                f"  {told['ms']:.1f} ms  {who}  {told['request_id']}"
            )
        if not self._lines:
            # Each line alone would be a call of the system for every request.
            asyncio.get_running_loop().call_later(_TOGETHER, self.flush)
        self._lines.append(line + "\n")

    def flush(self) -> None:
        """Write what was told and waits for more."""
        lines, self._lines = self._lines, []
        with suppress(OSError):  # a full disk below the log must not end the server
            self._out.write("".join(lines))
            self._out.flush()

    def say(self, text: str, **told: Any) -> None:
        """Anything else."""
        line = json.dumps({"event": "notice", "text": text, **told}) if self._json else text
        self._lines.append(line + "\n")
        self.flush()


class LogHandler(logging.Handler):
    """Brings what is logged into the journal."""

    def __init__(self, journal: Journal) -> None:
        super().__init__(logging.WARNING)
        self._journal = journal

    def emit(self, record: logging.LogRecord) -> None:
        """One line, with the traceback where there is one."""
        try:
            self._journal.say(self.format(record), level=record.levelname.lower())
        except Exception:  # noqa: BLE001  a full disk below the log must not end the server
            self.handleError(record)
