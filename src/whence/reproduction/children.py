"""Starting a child and waiting for it, with the last of what it said."""

import os
import signal
import subprocess
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import IO

TAIL = 16 * 1024
"""Bytes of each stream that are kept: the last."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a child ended."""

    status: int | None
    """Negative where a signal ended it; ``None`` where it took too long and was ended by us."""
    output: str
    error: str


def attend(command: Sequence[str], timeout: float | None = None) -> Ended:
    """Run a child in a group of its own, without input; all of the group ends with it.

    Args:
        command: The child.
        timeout: Seconds.
    """
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        process_group=0,
    ) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        tails = [_Tail(child.stdout), _Tail(child.stderr)]
        status: int | None
        try:
            status = child.wait(timeout)
        except subprocess.TimeoutExpired:
            status = None
        finally:
            _end_group(child.pid)
            child.wait()
        output, error = (tail.text() for tail in tails)
    if status is None:
        error += f"\nit took longer than {timeout:g} s and was ended"
    return Ended(status, output, error)


def _end_group(group: int) -> None:
    with suppress(OSError):
        os.killpg(group, signal.SIGKILL)


class _Tail:
    """Reads a stream to its end and remembers the last of it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._kept = b""
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def text(self) -> str:
        # Somebody who left the group may hold the stream; what matters has been said.
        self._thread.join(2.0)
        return self._kept.decode("utf-8", "replace")

    def _read(self) -> None:
        with suppress(OSError, ValueError):
            while chunk := os.read(self._stream.fileno(), 1 << 16):
                self._kept = (self._kept + chunk)[-TAIL:]
