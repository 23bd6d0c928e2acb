"""The child in which a run is done again: ``python -m whence.reproduction.launch ORDER``.

It takes its private view of the files, puts on the recorded variables, and then does what
``whence run`` does. It ends with whoever started it, and takes the program with it.
"""

import ctypes
import json
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

_PR_SET_PDEATHSIG = 1
TRY = "--try"
FAILED = 97
"""The exit status that tells that the program was not even started; the reason is on stderr."""


def main(path: str) -> int:
    """Do what the order says; the exit status is the program's own."""
    if path == TRY:
        return _try()
    with open(path, "rb") as file:  # noqa: PTH123
        order: dict[str, Any] = json.load(file)
    child = _watch_over(order["parent"])
    if child:
        _, status = os.waitpid(child, 0)
        return _end_as(os.waitstatus_to_exitcode(status))
    from whence.errors import WhenceError  # noqa: PLC0415  after the parent is watched
    from whence.reproduction import namespace  # noqa: PLC0415

    try:
        if order["private"]:
            namespace.enter(offline=order["offline"])
            namespace.arrange(namespace.from_json(order["mounts"]))
        os.chdir(order["cwd"])
        _redirect(order["streams"])
    except (OSError, WhenceError) as error:
        sys.stderr.write(f"{error}\n")
        return FAILED
    return _run(order)


def _try() -> int:
    """Whether there can be a private view at all."""
    from whence.errors import WhenceError  # noqa: PLC0415
    from whence.reproduction import namespace  # noqa: PLC0415

    try:
        namespace.enter()
    except (OSError, WhenceError):
        return FAILED
    return 0


def _run(order: Mapping[str, Any]) -> int:
    from whence.captured import Order, run_captured  # noqa: PLC0415
    from whence.errors import WhenceError  # noqa: PLC0415

    os.environ.clear()
    os.environ.update(order["environ"])
    try:
        return run_captured(Order(order["command"], job=order["job"], patience=order["patience"]))
    except WhenceError as error:
        sys.stderr.write(f"{error.message}\n")
        return FAILED


def _redirect(streams: Mapping[str, str]) -> None:
    """Let files stand in the place of standard streams, as they did."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if name in streams:
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC if number else os.O_RDONLY
            handle = os.open(streams[name], flags, 0o644)
            os.dup2(handle, number)
            os.close(handle)


def _watch_over(parent: int) -> int:
    """Fork; the parent of the two stays to end the whole group when whoever started it is gone.

    The tracer hands signals on to the program, so it cannot be the one that waits for this.

    Returns:
        0 in the child, in which the run is done; the child's id in the other.
    """
    child = os.fork()
    if child:
        signal.signal(signal.SIGUSR1, _end_group)
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGUSR1, 0, 0, 0)
        if os.getppid() != parent:
            _end_group()
    return child


def _end_group(*_: object) -> None:
    os.killpg(0, signal.SIGKILL)


def _end_as(status: int) -> int:
    """The exit status; a signal that ended the child ends us too."""
    if status < 0:
        with suppress(OSError):  # some cannot be set, and need not
            signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
