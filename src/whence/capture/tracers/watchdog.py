"""The process that keeps a job alive when its supervisor is killed.

A call that nobody answers would fail with ENOSYS as soon as the last holder of the listener is
gone. So a second process holds it too, waits for the supervisor's end, and then lets every call go
on unseen until the job has ended.
"""

import os
import select
import signal

from whence.capture.tracers import kernel

_IGNORED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGTSTP)


def post(listener: int) -> int:
    """Start the watchdog over the calling process; returns its pid."""
    supervisor = os.pidfd_open(os.getpid())
    pid = os.fork()
    if pid == 0:
        try:
            _watch(listener, supervisor)
        finally:
            os._exit(0)
    os.close(supervisor)
    return pid


def _watch(listener: int, supervisor: int) -> None:
    os.setsid()
    for number in _IGNORED:
        signal.signal(number, signal.SIG_IGN)
    os.chdir("/")
    _keep_only(listener, supervisor)
    poller = select.poll()
    poller.register(supervisor, select.POLLIN)
    poller.register(listener, 0)
    while True:
        events = dict(poller.poll())
        if events.get(listener, 0) & select.POLLHUP:
            return
        if supervisor in events:
            let_everything_go(listener)
            return


def let_everything_go(listener: int) -> None:
    """Answer every call with "go on" until nobody is left to ask."""
    poller = select.poll()
    poller.register(listener, select.POLLIN)
    while True:
        events = dict(poller.poll())
        if events.get(listener, 0) & select.POLLIN:
            notice = kernel.receive(listener)
            if notice is not None:
                kernel.let_go(listener, notice[0])
        elif events.get(listener, 0) & select.POLLHUP:
            return


def _keep_only(*wanted: int) -> None:
    """Let go of every other descriptor, so that no pipe of the caller's stays open for us."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nothing, standard)
    start = 3
    for each in sorted(wanted):
        os.closerange(start, each)
        start = each + 1
    os.closerange(start, 1 << 16 if start < 1 << 16 else start + 1)
