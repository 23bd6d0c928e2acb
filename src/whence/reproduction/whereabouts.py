"""Where a content can be had now: among the kept objects, or on this disk with its digest checked.

Nothing is taken on trust: what lies at a recorded place counts only if its bytes are those that
the record names.
"""

import os
import shutil
from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote_to_bytes

from whence.capture.digests import DigestCache, FileDigest, digest_files
from whence.errors import ReproductionError, StoreError
from whence.store.interface import GraphReader
from whence.workspace import Workspace

_FILE = "file://"
_PLACES = 20
"""How many other places of a content are looked at."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a content is."""

    sha256: str
    path: Path | None
    """A file that holds it; ``None`` where it is among the kept objects."""


class Whereabouts:
    """Finds contents of one workspace.

    Args:
        workspace: Whose objects and record are looked at.
        reader: The moment of the record that the caller looks at, if it does.
    """

    def __init__(self, workspace: Workspace, reader: GraphReader | None = None) -> None:
        self._workspace = workspace
        self._reader = reader
        self._cache = DigestCache(workspace.folder / "cache" / "digests.sqlite")
        self._found: dict[str, Source] = {}

    def find(self, sha256: str, places: Iterable[str] = ()) -> Source | None:
        """Where a content can be had; ``None`` where it cannot.

        Args:
            sha256: The content.
            places: Paths where it was met; further ones are in the record.
        """
        if self._workspace.objects.has(sha256):
            return Source(sha256, None)
        return self.find_on_disk(sha256, places)

    def find_on_disk(self, sha256: str, places: Iterable[str] = ()) -> Source | None:
        """A file that holds it now; ``None`` where there is none."""
        known = self._found.get(sha256)
        if known is not None and known.path is not None and self._holds(known.path, sha256):
            return known
        for place in dict.fromkeys([*places, *self._recorded(sha256)]):
            path = Path(place)
            if self._holds(path, sha256):
                found = self._found[sha256] = Source(sha256, path)
                return found
        return None

    def find_at(self, sha256: str, place: str) -> bool:
        """Whether just this file holds the content now."""
        return self._holds(Path(place), sha256)

    def digest(self, place: str) -> str | None:
        """What a file holds now; ``None`` where it cannot be read."""
        told = digest_files([place], self._cache)[place]
        return told.sha256 if isinstance(told, FileDigest) else None

    def put(self, source: Source, target: Path) -> None:
        """Write a content into a file of its own.

        Raises:
            ReproductionError: it cannot be read any more, or not be written there.
        """
        target.parent.mkdir(parents=True, exist_ok=True)
        mode = _mode_of(source.path) or _mode_of(target)
        target.unlink(missing_ok=True)
        try:
            if source.path is None:
                self._workspace.objects.copy_to(source.sha256, target)
                target.chmod(mode or _likely_mode(target))
                return
            shutil.copyfile(source.path, target)
            target.chmod(mode or _likely_mode(target))
        except (OSError, StoreError) as error:
            raise ReproductionError(f"{target.name} could not be put in place: {error}") from error
        if not self._holds(target, source.sha256):
            raise ReproductionError(f"{source.path} changed while it was copied")

    def keep(self, path: Path, sha256: str) -> bool:
        """Put a file among the kept objects; whether it is there now."""
        try:
            self._workspace.objects.put_file(path, sha256=sha256)
        except (OSError, StoreError):
            return False
        return True

    def _holds(self, path: Path, sha256: str) -> bool:
        if not path.is_file():
            return False
        place = os.fspath(path)
        told = digest_files([place], self._cache)[place]
        return isinstance(told, FileDigest) and told.sha256 == sha256

    def _recorded(self, sha256: str) -> list[str]:
        """Other places in which the record has met the content."""
        with (
            self._workspace.reading()
            if self._reader is None
            else nullcontext(self._reader) as reader
        ):
            nodes = reader.nodes(reader.with_digest(sha256)[:_PLACES])
        locations = [each.location for each in nodes if each.location is not None]
        return [
            os.fsdecode(unquote_to_bytes(each[len(_FILE) :]))
            for each in locations
            if each.startswith(_FILE)
        ]


def _mode_of(path: Path | None) -> int | None:
    """The permissions of a file, with that of its owner to write it."""
    try:
        return None if path is None else path.stat().st_mode & 0o777 | 0o600
    except OSError:
        return None


def _likely_mode(path: Path) -> int:
    """The permissions of a file of which only the content is known."""
    with path.open("rb") as file:
        return 0o755 if file.read(2) == b"#!" else 0o644
