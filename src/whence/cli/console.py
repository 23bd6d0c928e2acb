"""Where a verb writes: answers to standard output, talk to standard error."""

import json
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TextIO


@dataclass(frozen=True, slots=True)
class Console:
    """The two streams, and what the first of them can show."""

    out: TextIO
    err: TextIO
    styled: bool
    """Whether the answer may carry colours; colour is never the only carrier of meaning."""
    width: int
    """Columns."""

    def print(self, text: str) -> None:
        """Part of the answer."""
        self.out.write(text + "\n")

    def print_json(self, value: Mapping[str, Any] | Sequence[Any]) -> None:
        """The whole answer as JSON."""
        self.print(json.dumps(value, indent=2, ensure_ascii=False))

    def say(self, text: str) -> None:
        """Talk: progress, notices, errors; after what was answered so far, wherever both go."""
        self.out.flush()
        self.err.write(text + "\n")


def system_console() -> Console:
    """The console of this process."""
    out = sys.stdout
    if hasattr(out, "reconfigure"):
        # A name that the terminal cannot show is shown escaped; it must not end the command.
        out.reconfigure(errors="backslashreplace")
        sys.stderr.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    tty = out.isatty()
    styled = tty and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
    width = shutil.get_terminal_size((100, 24)).columns if tty else 100
    return Console(out, sys.stderr, styled, width)
