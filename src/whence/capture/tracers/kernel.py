"""The calls into Linux that Python has no name for: seccomp(2), its notifications, prctl(2).

Structures and numbers are those of linux/seccomp.h and linux/prctl.h.
"""

import ctypes
import errno
import fcntl
import os
import struct

from whence.capture.tracers import filter as program

_SET_MODE_FILTER, _GET_ACTION_AVAILABLE = 1, 2
_NEW_LISTENER, _SPECULATION_ALLOW, _WAIT_KILLABLE = 8, 4, 32
_ACTION_NOTIFY = 0x7FC00000
_NO_NEW_PRIVILEGES, _CHILD_SUBREAPER = 38, 36
_RECEIVE, _SEND, _SET_FLAGS = 0xC0502100, 0xC0182101, 0x40082104
_SYNCHRONOUS_WAKE_UP = 1
_EXIT_X86, _EXIT_ELSEWHERE = 60, 93

NOTIFICATION = struct.Struct("=QIIiIQ6Q")
"""id, thread, flags, call, architecture, instruction pointer, six arguments."""
_ANSWER = struct.Struct("=QqiI")
_CONTINUE = 1
_EMPTY = bytes(NOTIFICATION.size)

_libc = ctypes.CDLL(None, use_errno=True)


class _FilterProgram(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_void_p))


def refusal() -> str | None:
    """Why user notification cannot be used on this machine, or ``None``; installs nothing."""
    architecture = program.here()
    if architecture is None:
        return f"the numbers of this processor's system calls are not known: {os.uname().machine}"
    action = ctypes.c_uint32(_ACTION_NOTIFY)
    install = ctypes.c_long(architecture.install)
    if _libc.syscall(install, _GET_ACTION_AVAILABLE, 0, ctypes.byref(action)) != 0:
        return "the kernel, or a sandbox around this process, has no seccomp user notification"
    return None


def install_filter(code: bytes) -> tuple[int, bool]:
    """Put a filter around this process and all it will start.

    Privileges are given up only where the kernel asks for it, so that ``sudo`` works under root.

    Returns:
        The listener's descriptor, and whether set-user-id programs still get their rights.

    Raises:
        OSError: EBUSY where a listener is installed already, EINVAL on an old kernel.
    """
    buffer = ctypes.create_string_buffer(code, len(code))
    whole = _FilterProgram(len(code) // 8, ctypes.addressof(buffer))
    flags = _NEW_LISTENER | _SPECULATION_ALLOW | _WAIT_KILLABLE
    privileged = True
    while True:
        fd = _seccomp(flags, whole)
        if fd >= 0:
            return fd, privileged
        number = ctypes.get_errno()
        if number == errno.EACCES and privileged:
            privileged = False
            _libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
        elif number == errno.EINVAL and flags & _WAIT_KILLABLE:
            flags &= ~_WAIT_KILLABLE
        elif number == errno.EINVAL and flags & _SPECULATION_ALLOW:
            flags &= ~_SPECULATION_ALLOW
        else:
            raise OSError(number, os.strerror(number))


def _seccomp(flags: int, whole: _FilterProgram) -> int:
    architecture = program.here()
    assert architecture is not None, "refusal() is asked first"
    number = ctypes.c_long(architecture.install)
    return int(_libc.syscall(number, _SET_MODE_FILTER, ctypes.c_ulong(flags), ctypes.byref(whole)))


def tune(listener: int) -> None:
    """Ask for both wake-ups of a notification on one core (Linux 6.6); elsewhere do without."""
    try:
        fcntl.ioctl(listener, _SET_FLAGS, _SYNCHRONOUS_WAKE_UP)
    except OSError:
        return


def receive(listener: int) -> tuple[int, ...] | None:
    """The next call that waits for an answer; ``None`` if its thread was killed meanwhile."""
    try:
        return NOTIFICATION.unpack(fcntl.ioctl(listener, _RECEIVE, _EMPTY))
    except OSError as error:
        if error.errno in {errno.ENOENT, errno.EINTR}:
            return None
        raise


def let_go(listener: int, notification: int) -> None:
    """Let a call go on as if nothing had stopped it."""
    try:
        fcntl.ioctl(listener, _SEND, _ANSWER.pack(notification, 0, 0, _CONTINUE))
    except OSError as error:
        if error.errno != errno.ENOENT:
            raise


def adopt_orphans(*, wanted: bool) -> None:
    """Become the parent of every descendant whose own parent ends before it."""
    _libc.prctl(_CHILD_SUBREAPER, int(wanted), 0, 0, 0)


def end_unasked(status: int) -> None:
    """End this process, which has one thread, by ``exit``.

    ``exit_group`` would stop at our own filter, and wait there for whoever waits for our end.
    """
    _libc.syscall(_EXIT_X86 if os.uname().machine == "x86_64" else _EXIT_ELSEWHERE, status)
    os._exit(status)


def signal_descriptor(signals: set[int]) -> int:
    """A descriptor on which blocked signals can be read, with who sent them; signalfd(2)."""
    words = (ctypes.c_ulong * 16)()
    bits = 8 * ctypes.sizeof(ctypes.c_ulong)
    for number in signals:
        words[(number - 1) // bits] |= 1 << ((number - 1) % bits)
    fd = int(_libc.signalfd(-1, words, os.O_NONBLOCK | os.O_CLOEXEC))
    if fd < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return fd
