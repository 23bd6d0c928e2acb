"""What ``diff`` needs beside the record: kept texts, and fingerprints of tables."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from whence.errors import StoreError, TableError
from whence.homecoming.texts import TextShelf
from whence.rows.compare import TableChange, compare
from whence.rows.shelf import FingerprintShelf
from whence.workspace import Workspace


def find_text(workspace: Workspace) -> Callable[[str], str | None]:
    """Source and configuration as it ran, by the SHA-256 of the file; ``None`` if not kept."""
    shelf = TextShelf(workspace.folder / "texts")

    def text_of(sha256: str) -> str | None:
        try:
            return shelf.get(sha256)
        except StoreError:
            return None  # damaged is as good as gone: the digest in the record stays the truth

    return text_of


def compare_tables(
    workspace: Workspace,
) -> Callable[[str, str, str], Mapping[str, Any] | None]:
    """What changed between two versions of a table; ``None`` where a fingerprint is missing."""
    shelf = FingerprintShelf(workspace.folder / "tables")

    def tables(before: str, after: str, name: str) -> Mapping[str, Any] | None:
        del name
        try:
            old, new = shelf.get(before), shelf.get(after)
        except (StoreError, TableError):
            return None
        if old is None or new is None:
            return None
        return _change_json(compare(old, new))

    return tables


def _change_json(change: TableChange) -> dict[str, Any]:
    told = asdict(change)
    return {**told, "same": change.same, "sentences": list(change.sentences())}
