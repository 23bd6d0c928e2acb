"""Source texts that go to a server, and come from one, so that others see the lines that ran.

No record depends on a text. A server that keeps none, or does not want one from us, is passed over;
one that is away is an error, after which all of it may be done again.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from whence.errors import StoreError
from whence.homecoming.texts import LARGEST, TextShelf
from whence.model.node import NodeKind
from whence.model.record import Record
from whence.store.remote.channel import Channel
from whence.store.remote.problems import AnsweredError

TEXTS = "/api/v1/texts"
LACKING = TEXTS + "/lacking"

_ASKED = 1_000
"""Of how many files the server is asked at once."""

_KINDS = frozenset({NodeKind.CODE, NodeKind.CONFIG})
_SHA256 = re.compile("[0-9a-f]{64}")


def source_files(records: Iterable[Record | None]) -> list[str]:
    """The digests of the source and configuration files that records speak of."""
    found = {
        node.digest.sha256: None
        for record in records
        if record is not None
        for node in record.nodes
        if node.kind in _KINDS and node.digest is not None
    }
    return list(found)


def send_texts(channel: Channel, files: Collection[str], texts: TextShelf) -> None:
    """Hand a server the texts of files that it has a record of, and no text.

    Args:
        channel: The way to it.
        files: The SHA-256 of each file.
        texts: Where our texts are.

    Raises:
        StoreError: the server is away, or is none.
    """
    ours = {sha256: text for sha256 in files if (text := _text(texts, sha256)) is not None}
    _, wanted = _lacking(channel, ours)
    for sha256 in wanted:
        if sha256 in ours:
            _ask(channel, "PUT", f"{TEXTS}/{sha256}", {"text": ours[sha256]})


def fetch_texts(channel: Channel, files: Collection[str], texts: TextShelf) -> None:
    """Put the texts that a server has on a shelf.

    Args:
        channel: The way to it.
        files: The SHA-256 of each file.
        texts: Where they go; what is there stays as it is.

    Raises:
        StoreError: the server is away, or is none; or the shelf cannot be written.
    """
    lacking = [sha256 for sha256 in files if _text(texts, sha256) is None]
    kept = lacking if len(lacking) == 1 else _lacking(channel, lacking)[0]
    for sha256 in kept:
        text = fetch_text(channel, sha256)
        if text is not None:
            texts.put(sha256, text.encode())


def fetch_text(channel: Channel, sha256: str) -> str | None:
    """The text of a file; ``None`` where the server has none for us.

    Raises:
        StoreError: the server is away, or is none.
    """
    match _ask(channel, "GET", f"{TEXTS}/{sha256}"):
        case {"text": str(text)}:
            return text
    return None


def _text(texts: TextShelf, sha256: str) -> str | None:
    """A text of ours that can travel."""
    try:
        text = texts.get(sha256)
    except StoreError:
        return None  # damaged is as good as gone
    return None if text is None or len(text.encode()) > LARGEST else text


def _lacking(channel: Channel, files: Iterable[str]) -> tuple[list[str], list[str]]:
    """Of which files a server has texts, and of which it wants them from us."""
    kept: list[str] = []
    wanted: list[str] = []
    for some in _parts(list(files)):
        match _ask(channel, "POST", LACKING, {"digests": some}):
            case {"kept": list(has), "wanted": list(lacks)}:
                kept += filter(_is_digest, has)
                wanted += filter(_is_digest, lacks)
    return kept, wanted


def _parts(files: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(files), _ASKED):
        yield files[start : start + _ASKED]


def _is_digest(told: Any) -> bool:
    return isinstance(told, str) and _SHA256.fullmatch(told) is not None


def _ask(channel: Channel, method: str, path: str, body: Any = None) -> Any:
    """What a server says; ``None`` where it refuses for what was asked."""
    try:
        return channel.ask(method, path, body, repeatable=True)
    except AnsweredError as answered:
        if answered.status in {401, 429} or answered.status >= 500:
            raise answered.as_error(channel.url) from answered
        return None
