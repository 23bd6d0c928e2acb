"""Source texts as they ran, without secrets: what `diff` shows the lines of."""

import re
from typing import Annotated

import msgspec
from msgspec import Meta

from whence.errors import NotFoundError, UsageError
from whence.server.access.permission import Permission
from whence.server.routing import Call, Reply, Route, Words

_SHA256 = re.compile("[0-9a-f]{64}")

Digest = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class Text(Words):
    """A text."""

    text: str


class TextTold(msgspec.Struct):
    """The text of a file, with secrets taken out."""

    sha256: str
    """Of the file as it was."""
    text: str


class TextKept(msgspec.Struct):
    """What became of a text."""

    sha256: str
    fresh: bool
    """Whether it is kept only now."""


class Files(Words):
    """Which files."""

    digests: Annotated[list[Digest], Meta(min_length=1, max_length=1_000)]


class Lacking(msgspec.Struct):
    """Of which of these files there is a text, and of which one is wanted."""

    kept: list[str]
    """Those whose text the asker may read."""
    wanted: list[str]
    """Those whose text is not here, and which the asker may bring."""


def text(call: Call) -> Reply:
    """Give the text of a source or configuration file, by the SHA-256 of the file as it ran.

    Where secrets were taken out, the text has another digest than the file.
    """
    sha256 = _sha256(call)
    with call.service.reading(call.principal) as reader:
        found = call.service.texts.find(reader, sha256)
    if found is None:
        raise NotFoundError(f"there is no text of a file with the digest {sha256}")
    return Reply({"sha256": sha256, "text": found})


def put_text(call: Call) -> Reply:
    """Bring the text of a source or configuration file, by the SHA-256 of the file as it ran.

    A record that the sender may see has to name the file, in a project that he may write to. The
    text is the file itself, or differs from it where secrets were taken out. Bringing it again
    changes nothing.
    """
    sha256 = _sha256(call)
    with call.service.reading(call.principal) as reader:
        fresh = call.service.texts.keep(reader, call.principal, sha256, call.body.text)
    return Reply({"sha256": sha256, "fresh": fresh}, 201 if fresh else 200)


def lacking(call: Call) -> Reply:
    """Tell of which files there is a text, and of which one is wanted."""
    texts = call.service.texts
    asked = list(dict.fromkeys(call.body.digests))
    with call.service.reading(call.principal) as reader:
        kept = [each for each in asked if texts.find(reader, each) is not None]
        others = set(asked) - set(kept)
        wanted = [
            each for each in asked if each in others and texts.wanted(reader, call.principal, each)
        ]
    return Reply({"kept": kept, "wanted": wanted})


def _sha256(call: Call) -> str:
    told = str(call.path["sha256"])
    if not _SHA256.fullmatch(told):
        raise UsageError("a file is named by its SHA-256: 64 hexadecimal characters")
    return told


ROUTES = (
    Route("GET", "/api/v1/texts/{sha256}", text, Permission.READ, answer=TextTold),
    Route(
        "PUT",
        "/api/v1/texts/{sha256}",
        put_text,
        Permission.WRITE,
        body=Text,
        answer=TextKept,
        status=201,
    ),
    Route("POST", "/api/v1/texts/lacking", lacking, Permission.READ, body=Files, answer=Lacking),
)
