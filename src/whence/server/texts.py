"""Source texts at a server: who may bring and read them, and what they are held to.

A text is told under the digest of the file that it is of, for which the record has to know a source
or a configuration file. One with that very digest shows by itself that it is the file, and is kept
for all who may see such a file. One from which secrets were taken out cannot show it; it is kept
for the projects in whose name it came, so that nobody puts words into the mouths of others.
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from whence.errors import (
    ConflictError,
    ForbiddenError,
    InvalidRecordError,
    NotFoundError,
    StoreError,
)
from whence.homecoming.texts import TextShelf
from whence.model.node import NodeKind
from whence.recording.redact import MARK, redact_text
from whence.server.access.permission import Permission, Principal, may_one_of
from whence.server.disk import require_room
from whence.server.limits import limit
from whence.server.problems import RefusedError
from whence.store.interface import GraphReader

KINDS = frozenset({NodeKind.CODE, NodeKind.CONFIG})
"""Of what texts are kept."""

_STRANGE = "\ufffd"
"""What stands where a file's bytes were no text."""


class Texts:
    """The texts in a served folder.

    Args:
        folder: Of the server; texts of runs that were made in it lie there already.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._shelf = TextShelf(folder / "texts")

    def find(self, reader: GraphReader, sha256: str) -> str | None:
        """The text of a file that the reader shows; ``None`` where there is none."""
        projects = _projects(reader, sha256)
        return None if projects is None else self._find(sha256, projects)

    def keep(self, reader: GraphReader, principal: Principal, sha256: str, text: str) -> bool:
        """Keep the text of a file; whether it is kept only now.

        Args:
            reader: What the principal may see.
            principal: Who brings it.
            sha256: Of the file.
            text: What was in it, without secrets.

        Raises:
            NotFoundError: no record that he may see names such a file.
            ForbiddenError: he may not write to any project that has it.
            InvalidRecordError: it is not the text of this file.
            ConflictError: another text of the file is kept.
            StoreError: it cannot be written.
        """
        if len(text.encode()) > limit("text"):
            raise RefusedError(413, f"a text of more than {limit('text'):,} bytes")
        projects = _projects(reader, sha256)
        if projects is None:
            raise NotFoundError(f"no record speaks of a source file with the digest {sha256}")
        writable = _writable(principal, projects)
        if not writable:
            raise ForbiddenError(f"{principal.name} may not write where this file was used")
        safe = redact_text(text)
        is_exact = _digest(safe) == sha256
        if "\0" in text or not (is_exact or _digest(text) == sha256 or _is_altered(text)):
            raise InvalidRecordError(f"this is not the text of the file with the digest {sha256}")
        keys = [sha256] if is_exact else [_key(sha256, each) for each in sorted(writable)]
        fresh = [self._put(key, safe) for key in keys]
        return any(fresh)

    def wanted(self, reader: GraphReader, principal: Principal, sha256: str) -> bool:
        """Whether a text is lacking that the principal may bring."""
        projects = _projects(reader, sha256)
        return (
            projects is not None
            and bool(_writable(principal, projects))
            and self._find(sha256, projects) is None
        )

    def _find(self, sha256: str, projects: Iterable[str]) -> str | None:
        for key in (sha256, *(_key(sha256, each) for each in sorted(projects))):
            try:
                text = self._shelf.get(key)
            except StoreError:
                continue  # damaged is as good as gone
            if text is not None:
                return text
        return None

    def _put(self, key: str, text: str) -> bool:
        kept = self._find(key, ())
        if kept is None:
            require_room(self._folder)
            self._shelf.put(key, text.encode())
            return True
        if kept != text:
            raise ConflictError("another text of this file is kept", hint="the first one stays")
        return False


def _projects(reader: GraphReader, sha256: str) -> frozenset[str] | None:
    """The projects of the source files with a digest; ``None`` where none can be seen."""
    handles = reader.with_digest(sha256)
    nodes = zip(handles, reader.nodes(handles), strict=True)
    files = [handle for handle, node in nodes if node.kind in KINDS]
    if not files:
        return None
    return frozenset().union(*reader.projects(files).values())


def _writable(principal: Principal, projects: frozenset[str]) -> frozenset[str]:
    return frozenset(
        each for each in projects if may_one_of(principal, Permission.WRITE, frozenset({each}))
    )


def _key(sha256: str, project: str) -> str:
    """Under which digest a text lies that only one project vouches for."""
    return _digest(f"{project}\0{sha256}")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _is_altered(text: str) -> bool:
    """Whether something in a text stands for what was in the file."""
    return MARK in text or _STRANGE in text
