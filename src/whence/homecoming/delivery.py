"""Runs on their way to a store elsewhere: over the net, or else into the spool.

A program's end waits for the net ``BOUND`` seconds and no longer; what has not arrived by then is
written into the spool and delivered by a later command. Until one of the two has happened, the
run's session is on disk as it was. The texts of its sources follow it; where they do not get
through, the run is delivered once more, which changes nothing, and they with it.
"""

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from whence.errors import InvalidRecordError, StoreError, StoreUnreachableError, WhenceError
from whence.homecoming.lending import send_texts
from whence.homecoming.spool import DIGEST, Sent, Spool, Waiting
from whence.homecoming.texts import TextShelf
from whence.recording.observation import RunSeen
from whence.recording.observed import encode_runs
from whence.settings.credentials import token_for
from whence.store.interface import Appended
from whence.store.locking import LOCK_NAME, exclusive
from whence.store.remote.channel import Channel
from whence.store.remote.problems import AnsweredError
from whence.wire.canonical import canonical
from whence.workspace import Workspace

PATH = "/api/v1/runs"

BOUND = 5.0
"""Seconds that a program's end may wait for the net."""

CONNECT = 2.0
"""Seconds that a connection may take before a server counts as away."""


def send_home(
    url: str,
    folder: Path,
    runs: Sequence[RunSeen],
    *,
    before: Callable[[], object],
    project: str = "",
    timeout: float = 30.0,
) -> Sent:
    """Hand runs that belong together to a server, or keep them until it can be reached.

    Args:
        url: The server's.
        folder: The ``.whence`` folder.
        runs: The run, then its parts.
        before: Called when whoever clears up here is shut out, before anything is kept.
        project: Whose they are; empty where the server may choose.
        timeout: Seconds to wait for whoever clears up here.

    Raises:
        InvalidRecordError: the server refuses them for what they are; they do not wait.
        StoreError: the server cannot be reached, and the spool cannot be written.
    """
    body = canonical(encode_runs(runs, project))
    with exclusive(folder / LOCK_NAME, timeout, shared=True):
        before()
        told, is_whole = _send(url, body, TextShelf(folder / "texts"))
        if isinstance(told, AnsweredError) and told.is_for_good:
            raise InvalidRecordError(f"{url} refuses it: {told.detail}", hint=told.hint)
        if isinstance(told, Appended):
            if not is_whole:
                with suppress(StoreError):  # no record depends on a text
                    Spool(folder).put(url, runs[0].id, body)
            return Sent(told)
        Spool(folder).put(url, runs[0].id, body)
    return Sent(None, told if isinstance(told, StoreError) else _as_store_error(told, url))


def _send(
    url: str, body: bytes, texts: TextShelf
) -> tuple[Appended | StoreError | AnsweredError, bool]:
    """What became of a message, if that is known in time; and whether the texts followed it."""
    outcome: list[Appended | StoreError | AnsweredError] = []
    channels = Channels()
    followed = threading.Event()

    def deliver() -> None:
        try:
            outcome.append(channels.send(url, body))
            channels.send_texts(url, body, texts)
            followed.set()
        except (StoreError, AnsweredError) as error:
            outcome.append(error)

    # By a thread of its own, since neither looking up a name nor a trickle of bytes is bounded.
    thread = threading.Thread(target=deliver, name="whence-delivery", daemon=True)
    thread.start()
    thread.join(BOUND)
    if not outcome:
        return StoreUnreachableError(f"{url} gave no answer in {BOUND:g} seconds"), False
    channels.close()
    return outcome[0], followed.is_set()


def deliver_waiting(workspace: Workspace, *, patience: float = 10.0) -> list[str]:
    """Deliver what waits, oldest first; what could not be is told, a sentence each.

    Args:
        workspace: Whose spool.
        patience: Seconds after which the rest is left for a later command.
    """
    spool = Spool(workspace.folder)
    if not spool.count():
        return []
    problems: list[str] = []
    stop = threading.Event()
    thread = threading.Thread(
        target=_deliver_all, args=(spool, problems, stop), name="whence-delivery", daemon=True
    )
    thread.start()
    thread.join(patience)
    if thread.is_alive():
        stop.set()
        problems.append("what else waits to be delivered, the next command delivers")
    return list(problems)


def _deliver_all(spool: Spool, problems: list[str], stop: threading.Event) -> None:
    channels = Channels()
    away: set[str] = set()
    with spool.delivering() as is_ours:
        for each in spool.waiting() if is_ours else ():
            if stop.is_set():
                break
            if each.store not in away:
                problem = _deliver(each, channels, spool)
                if isinstance(problem, StoreError):
                    away.add(each.store)
                if problem is not None:
                    problems.append(_sentence(problem, each, spool))
    channels.close()


class Channels:
    """Ways to servers, with the patience of a program's end."""

    def __init__(self) -> None:
        self._open: dict[str, Channel] = {}

    def send(self, url: str, body: bytes) -> Appended:
        """Send a message; what became of the run itself.

        Raises:
            StoreError: the server is away, or is none.
            AnsweredError: it refuses.
        """
        told = self._to(url).ask("POST", PATH, body, repeatable=True)
        match told:
            case {"kept": [{"index": int(index), "fresh": bool(fresh)}, *_]}:
                return Appended(index, fresh)
        raise StoreError(f"{url} answers, but not as a server of this Whence does")

    def send_texts(self, url: str, body: bytes, texts: TextShelf) -> None:
        """Send the texts of the sources of which a message speaks.

        Raises:
            StoreError: the server is away.
        """
        files = dict.fromkeys(found.decode() for found in DIGEST.findall(body))
        send_texts(self._to(url), files, texts)

    def _to(self, url: str) -> Channel:
        channel = self._open.get(url)
        if channel is None:
            channel = self._open[url] = Channel(
                url, token_for(url), connect=CONNECT, answer=BOUND, patience=1.0
            )
        return channel

    def close(self) -> None:
        """Let go of all."""
        for each in self._open.values():
            each.close()


def _deliver(waiting: Waiting, channels: Channels, spool: Spool) -> WhenceError | None:
    try:
        channels.send(waiting.store, waiting.body)
        channels.send_texts(waiting.store, waiting.body, TextShelf(spool.folder.parent / "texts"))
        waiting.path.unlink(missing_ok=True)
    except AnsweredError as answered:
        if not answered.is_for_good:
            return _as_store_error(answered, waiting.store)
        try:
            path = spool.set_aside(waiting, answered.detail, answered.status)
        except StoreError as error:
            return error
        return InvalidRecordError(f"{answered.detail}; kept in {path}")
    except StoreError as error:
        return error
    return None


def _as_store_error(answered: AnsweredError, url: str) -> StoreError:
    """A refusal that may not be the last word."""
    error = answered.as_error(url)
    return error if isinstance(error, StoreError) else StoreError(error.message, hint=error.hint)


def _sentence(problem: WhenceError, waiting: Waiting, spool: Spool) -> str:
    if isinstance(problem, StoreError):
        count = spool.count(waiting.store)
        waits = "1 run waits" if count == 1 else f"{count} runs wait"
        return f"{waits} to be delivered: {problem.message}"
    return f"run {waiting.run[:8]} was refused by {waiting.store}: {problem.message}"
