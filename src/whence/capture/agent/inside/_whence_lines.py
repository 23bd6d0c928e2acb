"""Appends lines to a file of this process in the session folder, and writes JSON without json.

Every line is written by one call, so that a process that is killed leaves all it had told.
"""

from __future__ import annotations

import os
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable

_HIGH = 900
_OFTEN = 100
_LARGEST_EXACT = 2**53 - 1


class Lines:
    """A file ``PID.START.SUFFIX``, a new one after a fork.

    It is opened for each line, so that programs have the descriptors that they would have without
    us. A process that tells very much, such as each step of a training, gets a descriptor that
    stays: a high one, opened again if the program closes it or takes its number.
    """

    def __init__(self, folder: str, suffix: str) -> None:
        self.folder = folder
        self.suffix = suffix
        self.pid = 0
        self.before: Callable[[], None] | None = None
        self._path = ""
        self._count = 0
        self._fd = -1
        self._inode: tuple[int, int] | None = None

    def append(self, line: bytes) -> None:
        """Write one line, or several; what waits to be told goes before."""
        if self.before is not None:
            self.before()
        pid = os.getpid()
        if self.pid != pid:
            self._path = os.path.join(self.folder, "%d.%d.%s" % (pid, time.time_ns(), self.suffix))
            self.pid, self._count, self._inode = pid, 0, None
        self._count += 1
        if self._count > _OFTEN:
            os.write(self._kept(), line)
            return
        fd = self._open()
        try:
            os.write(fd, line)
        finally:
            os.close(fd)

    def beside(self, suffix: str) -> str:
        """The path of another file of this process, to which lines were written already."""
        return self._path[: -len(self.suffix)] + suffix

    def _open(self) -> int:
        return os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)

    def _kept(self) -> int:
        if self._inode is not None:
            try:
                found = os.fstat(self._fd)
                if (found.st_dev, found.st_ino) == self._inode:
                    return self._fd
            except OSError:
                pass
        import fcntl

        fd = self._open()
        try:
            self._fd = fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, _HIGH)
        except OSError:  # the limit lies lower
            self._fd = fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 64)
        finally:
            os.close(fd)
        found = os.fstat(self._fd)
        self._inode = (found.st_dev, found.st_ino)
        return self._fd


def json_object(fields: dict[str, object]) -> str:
    """A mapping with text keys as JSON; numbers that JSON cannot say exactly become text."""
    return "{" + ", ".join(json_text(key) + ": " + json_value(fields[key]) for key in fields) + "}"


def json_value(value: object) -> str:
    """A value as JSON: what is no text, number, list or mapping is told by its text."""
    if value is None:
        return "null"
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, str):
        return json_text(value)
    if isinstance(value, dict):
        return json_object(value)
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join([json_value(each) for each in value]) + "]"
    if isinstance(value, int):
        number = int(value)
        return str(number) if -_LARGEST_EXACT <= number <= _LARGEST_EXACT else '"%d"' % number
    if isinstance(value, float):
        return json_number(float(value))
    return json_text(str(value))


def json_number(value: float) -> str:
    """A float as JSON: the shortest text that reads as the same; NaN and infinities as text."""
    if value - value == 0:
        return repr(value)
    if value > 0:
        return '"Infinity"'
    return '"-Infinity"' if value < 0 else '"NaN"'


def json_text(text: str) -> str:
    """Text as ASCII JSON, exactly: lone surrogates too."""
    if text.isascii() and text.isprintable() and '"' not in text and "\\" not in text:
        return '"' + text + '"'
    return '"' + "".join(map(_character, text)) + '"'


def _character(each: str) -> str:
    if " " <= each <= "~" and each not in '"\\':
        return each
    number = ord(each)
    if number < 0x10000:
        return "\\u%04x" % number
    number -= 0x10000
    return "\\u%04x\\u%04x" % (0xD800 + (number >> 10), 0xDC00 + (number & 0x3FF))
