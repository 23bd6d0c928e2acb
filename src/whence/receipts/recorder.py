"""What serving code calls for each prediction."""

import logging
import os
import threading
import time
import weakref
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from whence.errors import UsageError
from whence.model.moment import now
from whence.receipts.filing import file_segment
from whence.receipts.folders import default_folder, make_folder
from whence.receipts.forms import UnreadableError, read_form
from whence.receipts.keys import Key, open_key
from whence.receipts.receipt import Receipt, new_receipt_id, write_line
from whence.receipts.resolving import look_up
from whence.receipts.spool import Segment, left_behind, segments

_LOG = logging.getLogger("whence.receipts")
_NOTHING: Any = object()
_PATIENCE = 5.0
"""Seconds until a folder that could not be written is tried again."""
_LONGEST_NAME = 200

Resolver = Callable[[str, str, str, Path], Mapping[str, str]]
"""Model, environment, when it was loaded, folder → ``version``, ``version_name``, ``deployment``;
empty as long as they are not known."""


class Recorder:
    """Gives receipts for the predictions of one model, from as many threads as like.

    It never raises when it is used, and never waits for a store: a receipt that cannot be kept is
    an empty text, and what went wrong is logged once under ``whence.receipts``.

    Args:
        model: What is served, as a REF: ``delay@3``; or ``delay@production``, by which is meant
            what that alias meant when this was made.
        deployment: Where: the environment of ``whence deploy``, or a deployment's id.
        folder: Where receipts are kept; by default ``WHENCE_RECEIPTS``, else ``.whence/receipts``.
        rotate_bytes: How large a spool may grow before it is filed.
        rotate_seconds: How old it may get.
        sync_seconds: What a power cut may take: receipts younger than this.
        resolver: Looks up what is not known yet; ``None`` to leave that to whoever asks.

    Raises:
        UsageError: the model has no name.
    """

    def __init__(
        self,
        model: str,
        *,
        deployment: str = "",
        folder: str | os.PathLike[str] | None = None,
        rotate_bytes: int = 16 << 20,
        rotate_seconds: float = 900.0,
        sync_seconds: float = 1.0,
        resolver: Resolver | None = look_up,
    ) -> None:
        if not model.strip() or len(model) > _LONGEST_NAME or len(deployment) > _LONGEST_NAME:
            raise UsageError(
                f"{model[:80]!r} in {deployment[:80]!r} names no model", hint="such as 'delay@3'"
            )
        self.model = model
        self.deployment = deployment
        self.folder = default_folder() if folder is None else Path(folder).absolute()
        self.loaded = now()
        self.lost = 0
        """How many receipts could not be kept."""
        self._rotate_bytes, self._rotate_seconds = rotate_bytes, rotate_seconds
        self._sync_seconds = sync_seconds
        self._resolver = resolver
        self._known: Mapping[str, str] = {}
        self._key: Key | None = None
        self._start()
        _ALIVE.add(self)

    def _start(self) -> None:
        """As at the beginning, also in a child of a fork: nothing of its parent's is used."""
        self._lock = threading.Lock()
        self._segment: Segment | None = None
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None
        self._barred_until = 0.0

    # ------------------------------------------------------------------- use

    def receipt(
        self,
        inputs: Any,
        outputs: Any = _NOTHING,
        *,
        seconds: float | None = None,
        request: str = "",
    ) -> str:
        """Keep a receipt for one prediction.

        Args:
            inputs: What the model got: bytes, JSON values, arrays, frames. Only a keyed digest of
                it is kept.
            outputs: What it gave; left out, nothing is kept of it.
            seconds: How long it took.
            request: How the caller names the request.

        Returns:
            The receipt's id, ``rcp_…``, to be handed to whoever asked; empty where it could not
            be kept.
        """
        return self.keep(
            self._form(inputs),
            None if outputs is _NOTHING else self._form(outputs),
            seconds=seconds,
            request=request,
        )

    def keep(
        self,
        inputs: tuple[str, bytes] | None,
        outputs: tuple[str, bytes] | None = None,
        *,
        seconds: float | None = None,
        request: str = "",
    ) -> str:
        """Keep a receipt for what has been read into a form already.

        Args:
            inputs: Name of the form and the value in it (``forms``); ``None`` if it has none. A
                form ``digest`` holds a digest that was made while the input passed by.
            outputs: The same of what the model gave.
            seconds: How long it took.
            request: How the caller names the request.
        """
        try:
            key = self._key_at_hand()
            told, gave = _digest(key, inputs), _digest(key, outputs)
        except Exception as error:  # noqa: BLE001  nothing may reach the service
            self._give_up(error)
            return ""
        return self.keep_digests(told, gave, seconds=seconds, request=request)

    def keep_digests(
        self,
        inputs: tuple[str, str],
        outputs: tuple[str, str] = ("", ""),
        *,
        seconds: float | None = None,
        request: str = "",
        id: str | None = None,  # noqa: A002  it is what it is called
        known: Mapping[str, str] | None = None,
    ) -> str:
        """Keep a receipt for what was digested already.

        Args:
            inputs: The digest and the name of its form; both empty if there is none.
            outputs: The same of what the model gave.
            seconds: How long it took.
            request: How the caller names the request.
            id: The receipt's own, where that follows from something else.
            known: What is known of this prediction in particular: ``version``, ``version_name``,
                ``deployment``.
        """
        try:
            receipt = Receipt(
                id or new_receipt_id(),
                self.model,
                loaded=self.loaded,
                environment=self.deployment,
                input=inputs[0],
                input_form=inputs[1],
                output=outputs[0],
                output_form=outputs[1],
                key=self._key_at_hand().id,
                seconds=None if seconds is None else round(seconds, 6),
                request=request[:_LONGEST_NAME],
                **(self._known if known is None else known),
            )
            self._append(write_line(receipt))
        except Exception as error:  # noqa: BLE001  nothing may reach the service
            self._give_up(error)
            return ""
        return receipt.id

    def key(self) -> Key | None:
        """The key of this deployment; ``None`` where it cannot be had."""
        try:
            return self._key_at_hand()
        except (OSError, ValueError):
            return None

    def close(self) -> None:
        """File what was not filed yet; receipts may be asked for afterwards all the same."""
        self._closed.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        with self._lock:
            segment, self._segment = self._segment, None
        if segment is not None:
            self._file(segment)
        self._closed.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # --------------------------------------------------------------- keeping

    @staticmethod
    def _form(value: Any) -> tuple[str, bytes] | None:
        try:
            return read_form(value)
        except UnreadableError:
            return None

    def _key_at_hand(self) -> Key:
        key = self._key
        if key is None:
            self._check_barred()
            make_folder(self.folder)
            key = self._key = open_key(self.folder, self.model, self.deployment)
        return key

    def _append(self, line: bytes) -> None:
        with self._lock:
            if self._segment is None:
                self._check_barred()
                self._segment = Segment(self.folder)
            self._segment.append(line)
            if self._thread is None and not self._closed.is_set():
                self._thread = threading.Thread(
                    target=self._work, name="whence-receipts", daemon=True
                )
                self._thread.start()

    def _check_barred(self) -> None:
        if time.monotonic() < self._barred_until:
            raise _BarredError

    def _give_up(self, error: Exception) -> None:
        self.lost += 1
        if isinstance(error, _BarredError):
            return
        if isinstance(error, OSError):
            self._barred_until = time.monotonic() + _PATIENCE
        _LOG.warning("a receipt could not be kept in %s: %s", self.folder, error)

    # ------------------------------------------------------ the writing thread

    def _work(self) -> None:
        """Sync, look up, rotate and file, until closed."""
        wait = self._sync_seconds
        again_at = time.monotonic()
        while not self._closed.wait(wait):
            try:
                if self._resolver is not None and not self._known and time.monotonic() >= again_at:
                    self._known = self._resolver(
                        self.model, self.deployment, self.loaded, self.folder
                    )
                    again_at = time.monotonic() + _PATIENCE
                self._look_after()
            except Exception as error:  # noqa: BLE001  it must live as long as the service
                _LOG.warning("receipts in %s cannot be filed yet: %s", self.folder, error)
                self._closed.wait(_PATIENCE)

    def _look_after(self) -> None:
        with self._lock:
            segment = self._segment
            is_full = segment is not None and (
                segment.size >= self._rotate_bytes
                or time.monotonic() - segment.began >= self._rotate_seconds
            )
            if is_full:
                self._segment = None
        if segment is not None and is_full:
            self._file(segment)
            self._file_others()
        elif segment is not None:
            segment.sync()

    def _file(self, segment: Segment) -> None:
        segment.close()
        try:
            with left_behind(segment.path) as is_free:
                if is_free:
                    file_segment(self.folder, segment.path, self._known)
        except Exception as error:  # noqa: BLE001  the lines stay, and are found where they are
            _LOG.warning("receipts stay in %s: %s", segment.path, error)

    def _file_others(self) -> None:
        """What processes left behind that were killed."""
        for path in segments(self.folder):
            with left_behind(path) as is_free:
                if is_free:
                    file_segment(self.folder, path)


class _BarredError(OSError):
    """The folder could not be written a moment ago."""


def _digest(key: Key, told: tuple[str, bytes] | None) -> tuple[str, str]:
    if told is None:
        return "", ""
    form, data = told
    if form == "digest":
        return data.decode("ascii"), "bytes"
    return key.digest(form, data), form


_ALIVE: "weakref.WeakSet[Recorder]" = weakref.WeakSet()


def _after_fork() -> None:
    """In a child: its parent's spool is its parent's."""
    for each in list(_ALIVE):
        segment = each._segment  # noqa: SLF001  its own class
        each._start()  # noqa: SLF001
        if segment is not None:
            with suppress(OSError):
                segment.leave()


os.register_at_fork(after_in_child=_after_fork)
