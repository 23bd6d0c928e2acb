"""Where the files of contents and pieces lie, and which there are."""

from collections.abc import Iterator
from pathlib import Path

from whence.errors import StoreError
from whence.model.digest import Digest
from whence.store.objects.coding import ENDINGS

LIST = ".list"
_PIECES = "pieces"


class Layout:
    """Names of files, from digests and back.

    Args:
        folder: Where all of them lie.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def content(self, sha256: str, ending: str) -> Path:
        """The file of a content in one form."""
        digest = Digest(sha256).sha256  # refuses what is no digest, and with it every path
        return self.folder / digest[:2] / (digest[2:] + ending)

    def piece(self, sha256: str, ending: str) -> Path:
        """The file of a piece in one form."""
        digest = Digest(sha256).sha256
        return self.folder / _PIECES / digest[0] / (digest[1:] + ending)

    def find_content(self, sha256: str) -> Path | None:
        """The file of a content; ``None`` where there is none.

        Raises:
            StoreError: the folder may not be looked into.
        """
        return _first([self.content(sha256, ending) for ending in (*ENDINGS, LIST)])

    def find_piece(self, sha256: str) -> Path | None:
        """The file of a piece; ``None`` where there is none.

        Raises:
            StoreError: the folder may not be looked into.
        """
        return _first([self.piece(sha256, ending) for ending in ENDINGS])

    def contents(self) -> Iterator[tuple[str, Path]]:
        """Every content with its file, in order."""
        for folder in sorted(self.folder.glob("[0-9a-f][0-9a-f]")):
            yield from _named(folder)

    def pieces(self) -> Iterator[tuple[str, Path]]:
        """Every piece with its file, in order."""
        for folder in sorted((self.folder / _PIECES).glob("[0-9a-f]")):
            yield from _named(folder)


def _named(folder: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.iterdir()):
        sha256 = folder.name + path.name.removesuffix(path.suffix)
        try:
            yield Digest(sha256).sha256, path
        except ValueError:
            continue  # not whole yet, or not ours


def _first(paths: list[Path]) -> Path | None:
    try:
        return next((path for path in paths if path.exists()), None)
    except OSError as error:
        raise StoreError(
            f"{paths[0].parent} cannot be read: {error.strerror}", hint="check who may read it"
        ) from error
