"""Asking another program, with limits on its time and on the length of its answer."""

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

_ERROR_BYTES = 4096
_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class Answer:
    """What a program said."""

    output: bytes = b""
    error: str = ""
    """The start of what it complained."""
    status: int | None = None
    """``None`` when it did not come to its own end."""
    is_cut: bool = False
    """There was more output than the limit; the program was ended."""
    failure: str = ""
    """Why there is no status: it could not be started, or took too long."""

    @property
    def succeeded(self) -> bool:
        """Whether it ended well, or was ended by us with as much output as we wanted."""
        return self.status == 0 or self.is_cut


def ask(
    command: Sequence[str],
    *,
    cwd: str | None = None,
    env: Mapping[str, str] | None = None,
    seconds: float = 5.0,
    limit: int = 1 << 24,
) -> Answer:
    """Run a program to its end, without input and without a terminal, and give back its answer.

    Args:
        command: The program and its arguments; never a shell.
        cwd: Where it runs.
        env: Its whole environment; ours if ``None``.
        seconds: After which it is ended, with all that it started.
        limit: Bytes of output after which it is ended.
    """
    try:
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except FileNotFoundError:
        return Answer(failure=f"{command[0]} is not installed")
    except (OSError, ValueError) as error:
        return Answer(failure=f"{command[0]} could not be started: {error}")
    with process:
        try:
            output, error_text, failure = _listen(process, time.monotonic() + seconds, limit)
        finally:
            if process.poll() is None:
                _end(process, patience=0.0)
    if failure:
        return Answer(output, error_text, failure=f"{command[0]} took longer than {seconds:g} s")
    if len(output) > limit:
        return Answer(output[:limit], error_text, is_cut=True)
    return Answer(output, error_text, process.returncode)


def _listen(
    process: subprocess.Popen[bytes], deadline: float, limit: int
) -> tuple[bytes, str, bool]:
    assert process.stdout is not None
    assert process.stderr is not None
    output, error = bytearray(), bytearray()
    with selectors.DefaultSelector() as waiting:
        waiting.register(process.stdout, selectors.EVENT_READ, output)
        waiting.register(process.stderr, selectors.EVENT_READ, error)
        while waiting.get_map():
            left = deadline - time.monotonic()
            ready = waiting.select(left) if left > 0 else []
            if not ready:
                return bytes(output), _text(error), True
            for key, _ in ready:
                chunk = os.read(key.fd, _CHUNK)
                if not chunk:
                    waiting.unregister(key.fileobj)
                elif key.data is output or len(error) < _ERROR_BYTES:
                    key.data.extend(chunk)
            if len(output) > limit:
                return bytes(output), _text(error), False
    _end(process, patience=max(0.0, deadline - time.monotonic()))
    return bytes(output), _text(error), False


def _end(process: subprocess.Popen[bytes], *, patience: float) -> None:
    """Wait for a program that has said everything; end it, and its children, if it stays."""
    with suppress(subprocess.TimeoutExpired):
        if patience:
            process.wait(patience)
            return
    with suppress(OSError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _text(error: bytearray) -> str:
    return bytes(error[:_ERROR_BYTES]).decode("utf-8", "replace").strip()
