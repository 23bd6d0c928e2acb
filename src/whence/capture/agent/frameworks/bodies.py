"""Bytes that come and go over the network: counted, and hashed as they pass, in what form ever.

Nothing is read ahead, kept or copied. A digest is told when a whole body has passed from its first
byte to its last: at once, or in ranges that came in order. Of anything else the ranges are told.
Which of all that is data is decided after the run (``capture.semantics.remote``).
"""

from __future__ import annotations

import itertools
import re
import sys
from _thread import allocate_lock
from contextvars import ContextVar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Iterable

_HEADERS = frozenset(
    "content-type content-length content-encoding content-range content-disposition etag "
    "last-modified x-amz-version-id x-amz-request-id x-goog-generation x-goog-hash "
    "x-goog-stored-content-length x-ms-version-id x-ms-blob-type x-ms-request-id "
    "x-linked-etag x-repo-commit repr-digest digest".split()
)
"""What is told of an answer's headers: what a thing is, never who asked for it."""

_CLIENTS = frozenset(
    "requests urllib urllib3 http httpx httpcore aiohttp asyncio botocore aiobotocore boto3 "
    "s3transfer s3fs fsspec gcsfs adlfs azure google contextlib threading concurrent tenacity "
    "backoff retrying decorator anyio h11 wrapt functools cachecontrol requests_toolbelt "
    "requests_cache socketserver queue importlib runpy _frozen_importlib".split()
)
"""Packages that fetch on behalf of others: whoever calls them is the one who asks."""

_WHOLE = frozenset({200, 203})
_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")
_MOST_RANGES = 1_000
_TOLD_RANGES = 100
_MOST_EXTENTS = 10_000
_DEEP = 80


class Asked:
    """What somebody above has asked for; the layers below speak of it under this address."""

    __slots__ = ("files", "hushed", "pending", "uri")

    def __init__(self, uri: str = "", files: tuple[str, ...] = (), *, hushed: bool = False) -> None:
        self.uri, self.files, self.hushed = uri, files, hushed
        self.pending: Any = None


ASKED: ContextVar[Asked | None] = ContextVar("whence_asked", default=None)
"""Set while a layer runs that speaks for those below it, in this thread and in this task."""


class Extent:
    """How much of one thing has passed, and its digest as long as nothing is missing before."""

    __slots__ = (
        "__weakref__",
        "_digest",
        "_lock",
        "begin",
        "ended",
        "passed",
        "position",
        "ranges",
        "tell",
    )

    def __init__(
        self, begin: Callable[[], None], tell: Callable[..., None], total: int | None
    ) -> None:
        import hashlib

        self.begin: Callable[[], None] | None = begin
        """Tells of the thing, with its first byte: what is not read is no input."""
        self.tell = tell
        self.ended = total
        """Where the thing ends; ``None`` while that is unknown."""
        self.position = 0
        self.passed = False
        self.ranges: list[list[int]] = []
        self._digest = hashlib.sha256()
        self._lock = allocate_lock()

    def take(self, at: int, data: Any) -> None:
        """Bytes pass that lie at this place."""
        size = len(data)
        with self._lock:
            self.start()
            if at <= self.position < at + size:
                skipped = self.position - at
                self._digest.update(memoryview(data)[skipped:] if skipped else data)
                self.position = at + size
            self._note(at, at + size)
            self._finish()

    def end(self, at: int) -> None:
        """Nothing comes after this place."""
        with self._lock:
            self.start()
            if self.ended is None:
                self.ended = at
            self._finish()

    def start(self) -> None:
        """Tell of the thing, once."""
        begin, self.begin = self.begin, None
        if begin is not None:
            begin()

    def _finish(self) -> None:
        if self.position == self.ended and not self.passed:
            self.passed = True
            self.tell(sha256=self._digest.hexdigest(), size=self.position)

    def _note(self, start: int, end: int) -> None:
        for known in reversed(self.ranges[-8:]):
            if known[0] <= start <= known[1]:
                known[1] = max(known[1], end)
                return
        if len(self.ranges) < _MOST_RANGES:
            self.ranges.append([start, end])

    def summary(self) -> list[list[int]]:
        """What has passed, as the fewest ranges ``[start, end)``."""
        merged: list[list[int]] = []
        for start, end in sorted(self.ranges):
            if merged and start <= merged[-1][1]:
                merged[-1][1] = max(merged[-1][1], end)
            else:
                merged.append([start, end])
        return merged[:_TOLD_RANGES]


class Body:
    """One answer's bytes, from a place in a thing on."""

    __slots__ = ("at", "busy", "extent")

    def __init__(self, extent: Extent, at: int = 0) -> None:
        self.extent, self.at = extent, at
        self.busy = False
        """Whether a method that hands out bytes runs: those inside it hand them to it alone."""

    def take(self, data: Any) -> None:
        """The next bytes pass."""
        try:
            if data:
                self.extent.take(self.at, data)
                self.at += len(data)
        except Exception:
            pass

    def end(self) -> None:
        """There are no more."""
        try:
            self.extent.end(self.at)
        except Exception:
            pass


class Exchanges:
    """What is told of requests and their answers."""

    def __init__(self, watch: Any) -> None:
        self.watch = watch
        self._numbers = itertools.count(1)
        self._extents: dict[Any, Extent] = {}
        watch.at_end(self._tell_ranges)

    def answered(
        self,
        method: str,
        uri: str,
        status: int,
        headers: Iterable[tuple[str, str]],
        *,
        service: str = "http",
        **facts: Any,
    ) -> Body | None:
        """An answer has begun to come.

        Returns:
            What its bytes are to be shown to; ``None`` where they are no content.
        """
        shown = {}
        for name, value in headers:
            lower = name.lower()
            if lower in _HEADERS:
                shown[lower] = value
        found = _RANGE.match(shown.get("content-range", "")) if status == 206 else None
        if method == "HEAD" or not (status in _WHOLE or found or 200 <= status < 300):
            return None
        length = shown.get("content-length", "")
        encoded = shown.get("content-encoding", "identity") not in ("identity", "aws-chunked", "")
        total = int(length) if length.isdigit() and not encoded else None
        told = dict(facts, method=method, status=status, headers=shown, by=self.asker())
        if found is None:
            return self._whole(uri, service, total, told)
        first, _, size = found.groups()
        state = shown.get("etag") or shown.get("x-goog-generation") or shown.get("last-modified")
        return self._part(uri, service, state, int(first), size, told)

    def _whole(self, uri: str, service: str, total: int | None, told: dict[str, Any]) -> Body:
        number = next(self._numbers)
        watch = self.watch

        def begin() -> None:
            watch.remote("read", uri, service, body=number, **told)

        def tell(**facts: Any) -> None:
            watch.remote("read", uri, service, body=number, **facts)

        return Body(Extent(begin, tell, total))

    def _part(
        self, uri: str, service: str, state: str | None, first: int, size: str, told: dict[str, Any]
    ) -> Body | None:
        key = (uri, state, size)
        found = self._extents.get(key)
        if found is None:
            if len(self._extents) >= _MOST_EXTENTS:
                return None
            total = int(size) if size.isdigit() else None
            body = self._whole(uri, service, total, dict(told, total=total))
            found = self._extents[key] = body.extent
        return Body(found, first)

    def _tell_ranges(self) -> None:
        for extent in self._extents.values():
            if not extent.passed and extent.ranges:
                extent.tell(ranges=extent.summary())

    def sent(self, method: str, uri: str, service: str = "http", **facts: Any) -> None:
        """Something was sent and taken."""
        self.watch.remote("write", uri, service, method=method, by=self.asker(), **facts)

    def called(self, method: str, uri: str, service: str, **facts: Any) -> None:
        """A service did something that moved no content."""
        self.watch.remote("call", uri, service, method=method, by=self.asker(), **facts)

    def asker(self) -> str:
        """The package that asked, past those that only fetch; empty for the user's own code."""
        user = self.watch.user()
        frame: Any = sys._getframe(1)
        last = ""
        for _ in range(_DEEP):
            if frame is None:
                return last
            if frame is user:
                return ""
            name = str(frame.f_globals.get("__name__", "")).partition(".")[0]
            if name and not name.startswith("_whence") and name not in _CLIENTS:
                return name
            if name in _CLIENTS and name not in ("threading", "asyncio", "concurrent"):
                last = name
            frame = frame.f_back
        return last


def of(watch: Any) -> Exchanges:
    """The exchanges of this process, the same for all hooks."""
    found = _MADE.get(id(watch))
    if found is None:
        found = _MADE[id(watch)] = Exchanges(watch)
    return found


_MADE: dict[int, Exchanges] = {}


def content_facts(body: Any) -> dict[str, Any]:
    """What can be said of something about to be sent, without reading it: its digest or its file.

    Bytes are hashed where they lie; of an open file its name is told.
    """
    view = view_of(body)
    if view is not None:
        import hashlib

        facts = {"sha256": hashlib.sha256(view).hexdigest(), "size": view.nbytes}
        view.release()
        return facts
    name = getattr(body, "name", None)
    if isinstance(name, (str, bytes)) and hasattr(body, "read") and hasattr(body, "fileno"):
        return {"file": file_path(name)}
    return {}


def view_of(body: Any) -> memoryview | None:
    """The bytes of something about to be sent, where they lie; ``None`` if it must be read."""
    try:
        if isinstance(body, str):
            return memoryview(body.encode("utf-8"))
        if isinstance(body, (bytes, bytearray, memoryview)):
            return memoryview(body).cast("B")
        if hasattr(body, "getbuffer"):  # BytesIO
            view: memoryview = body.getbuffer()[body.tell() :]
            return view
    except Exception:
        pass
    return None


def file_path(name: Any) -> str:
    """A file's name as an absolute path."""
    import os

    return os.path.abspath(os.fsdecode(name))


def awaiting(
    watch: Any, before: Callable[..., Any], after: Callable[..., None], *, hush: bool = False
) -> Callable[[Any], Any]:
    """For ``watch.swap``: a coroutine function with something before and after it.

    With ``hush``, what the layers below do meanwhile, in this task, is not told.
    """

    def make(original: Any) -> Any:
        start = watch.guarded(before, original.__qualname__)
        finish = watch.guarded(after, original.__qualname__)

        async def wrapper(*args: Any, **kwargs: Any) -> Any:
            token = start(args, kwargs)
            set_ = ASKED.set(Asked(hushed=True)) if hush else None
            try:
                result = await original(*args, **kwargs)
            finally:
                if set_ is not None:
                    ASKED.reset(set_)
            finish(token, args, kwargs, result)
            return result

        return wrapper

    return make
