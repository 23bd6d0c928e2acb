"""What the server says of its work: one line for each request, and of what went wrong."""

import json
import logging
import sys
from typing import Any, TextIO

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

    def request(self, told: dict[str, Any]) -> None:
        """One request that was answered. The query is left out: it may hold what is secret."""
        if self._json:
            line = json.dumps({"event": "request", **told})
        else:
            who = told["principal"] or "-"
            line = (
                f"{told['time'][11:23]} {told['status']} {told['method']:<6} {told['path']}"
                f"  {told['ms']:.1f} ms  {who}  {told['request_id']}"
            )
        self._out.write(line + "\n")

    def say(self, text: str, **told: Any) -> None:
        """Anything else."""
        line = json.dumps({"event": "notice", "text": text, **told}) if self._json else text
        self._out.write(line + "\n")
        self._out.flush()


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
