"""Which requests get receipts, and what of their bodies is kept: a digest, made as they pass by."""

import fnmatch
import re
from collections.abc import Collection, Mapping

from whence.receipts.forms import read_body
from whence.receipts.keys import Key, Stream


class Choice:
    """Which requests get receipts, and how; the arguments are those of ``asgi``."""

    def __init__(
        self,
        paths: Collection[str],
        methods: Collection[str],
        header: str,
        request_header: str,
        largest: int,
    ) -> None:
        self._paths = re.compile("|".join(fnmatch.translate(path) for path in paths) or r"\Z.")
        self._methods = frozenset(each.upper() for each in methods)
        self.header = header
        self.request_header = request_header
        self.largest = largest

    def takes(self, method: str, path: str) -> bool:
        """Whether a request is for a prediction."""
        return method in self._methods and self._paths.match(path) is not None

    def answers(self, status: int) -> bool:
        """Whether an answer is a prediction."""
        return 200 <= status < 300


class InputBody:
    """The body of a request, passing by.

    Args:
        key: What it is digested with; without one nothing is kept.
        is_json: Whether it says that it is JSON.
        largest: What is longer is digested piece by piece, as bytes.
    """

    def __init__(self, key: Key | None, *, is_json: bool, largest: int) -> None:
        self._key = key
        self._is_json = is_json
        self._largest = largest
        self._pieces: list[bytes] = []
        self._size = 0
        self._stream: Stream | None = None
        self._is_whole = False

    def add(self, piece: bytes, *, more: bool) -> None:
        """The next piece."""
        if self._key is None:
            return
        self._is_whole = not more
        if self._stream is not None:
            self._stream.add(piece)
            return
        self._pieces.append(piece)
        self._size += len(piece)
        if self._size > self._largest:
            self._stream = self._key.stream()
            for each in self._pieces:
                self._stream.add(each)
            self._pieces = []

    def form(self) -> tuple[str, bytes] | None:
        """Its form; ``None`` where the service did not read all of it."""
        if not self._is_whole:
            return None
        if self._stream is not None:
            return "digest", self._stream.digest().encode()
        return read_body(b"".join(self._pieces), is_json=self._is_json)


def is_json(content_type: str) -> bool:
    """Whether a body says that it is JSON (RFC 6839, section 3.1)."""
    told = content_type.partition(";")[0].strip().lower()
    return told == "application/json" or told.endswith("+json")


def is_whole(piece: bytes, headers: Mapping[str, str], *, more: bool) -> bool:
    """Whether the first piece of an answer is all of it, though more may be announced.

    Frameworks that pass answers on say that there is more, and then that there is none.
    """
    return not more or headers.get("content-length") == str(len(piece))


def output_form(body: bytes, headers: Mapping[str, str], largest: int) -> tuple[str, bytes] | None:
    """The form of a whole answer; one that is packed is not opened."""
    if headers.get("content-encoding", "identity") != "identity":
        return "bytes", body
    told = is_json(headers.get("content-type", "")) and len(body) <= largest
    return read_body(body, is_json=told)
