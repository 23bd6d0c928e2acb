"""What ``diff`` needs beside the record: kept texts, and fingerprints of tables."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from whence.errors import StoreError, TableError
from whence.homecoming.prints import Prints
from whence.homecoming.spool import server_of
from whence.homecoming.texts import TextShelf
from whence.rows.change import change_json
from whence.rows.compare import compare, compare_files
from whence.rows.fingerprint import Print
from whence.rows.format import table_format
from whence.workspace import Workspace


def find_text(workspace: Workspace) -> Callable[[str], str | None]:
    """Source and configuration as it ran, by the SHA-256 of the file; ``None`` if not kept."""
    shelf = TextShelf(workspace.folder / "texts")
    server = _server(workspace, shelf)

    def text_of(sha256: str) -> str | None:
        with suppress(StoreError):  # damaged is as good as gone: the digest stays the truth
            kept = shelf.get(sha256)
            return server(sha256) if kept is None else kept
        return None

    return text_of


def _server(workspace: Workspace, shelf: TextShelf) -> Callable[[str], str | None]:
    """The texts of the server that keeps the record, put on the shelf; none where none does."""
    if server_of(workspace) is None:
        return lambda _: None
    from whence.homecoming.lending import fetch_texts  # noqa: PLC0415  loads what speaks HTTP
    from whence.store.remote.store import RemoteStore  # noqa: PLC0415

    store = workspace.store
    assert isinstance(store, RemoteStore), "that is what its address opens"

    def text_of(sha256: str) -> str | None:
        fetch_texts(store.channel, [sha256], shelf)
        return shelf.get(sha256)

    return text_of


class TableComparison:
    """What changed between versions of tables, as ``diff`` asks for it.

    Args:
        workspace: Where the tables' fingerprints are kept.
        key: The columns that identify rows; none: those that the fingerprints were made with.
    """

    def __init__(self, workspace: Workspace, key: Sequence[str] = ()) -> None:
        self._workspace = workspace
        self._key = tuple(sorted(key))
        self.keyed = False
        """Whether any table could be compared by the key that was asked for, or says why not."""

    def __call__(self, before: str, after: str, name: str) -> Mapping[str, Any] | None:
        """What changed, as JSON; ``None`` where the two are no tables."""
        try:
            prints = Prints(self._workspace)
            try:
                return self._compare(prints, before, after, name)
            finally:
                prints.close()
        except (StoreError, TableError) as error:
            return {"not_compared": error.message, "sentences": [f"not compared: {error.message}"]}

    def _compare(
        self, prints: Prints, before: str, after: str, name: str
    ) -> Mapping[str, Any] | None:
        kept = prints.kept(before), prints.kept(after)
        if kept == (None, None) and table_format(name, b"") is None:
            return None
        old, new = (
            has or prints.take(sha256, [name])
            for has, sha256 in zip(kept, (before, after), strict=True)
        )
        if old is None or new is None:
            which = "older" if old is None else "newer"
            side, whose = (
                ("either version", "their") if old is new else (f"the {which} version", "its")
            )
            reason = f"no fingerprint of {side} is kept, and {whose} bytes are not at hand"
            return {"not_compared": reason, "sentences": [f"not compared: {reason}"]}
        wanted = self._wanted(old, new)
        old, new = self._alike(prints, (before, after), (old, new), name, wanted)
        if old.head.order() != new.head.order():
            with prints.files(before, after, [name]) as files:
                if files is not None:
                    key = wanted or (old.head.key if old.head.key == new.head.key else ())
                    change = compare_files(
                        *files.paths, key=_common(key, old, new), formats=files.formats
                    )
                    return change_json(replace(change, key_found=not wanted))
        change = compare(old, new)
        if wanted and wanted not in (old.head.key, new.head.key):
            names = ", ".join(wanted)
            note = f"not compared by {names}: for that the bytes of both have to be at hand"
            change = replace(change, notes=(*change.notes, note))
        return change_json(change)

    def _wanted(self, old: Print, new: Print) -> tuple[str, ...]:
        """The key that was asked for, if both tables have its columns."""
        if not self._key or not all(set(self._key) <= set(it.head.order()) for it in (old, new)):
            return ()
        self.keyed = True
        return self._key

    def _alike(
        self,
        prints: Prints,
        digests: tuple[str, str],
        pair: tuple[Print, Print],
        name: str,
        wanted: tuple[str, ...],
    ) -> tuple[Print, Print]:
        """The two, taken anew where they were not made alike and the bytes are at hand."""
        old, new = pair
        if _way(old) != _way(new):
            old, new = (
                prints.take(sha256, [name]) or it for sha256, it in zip(digests, pair, strict=True)
            )
        for key in (wanted,) if wanted else (old.head.key, new.head.key):
            if (old.head.key == new.head.key and not wanted) or not key:
                continue
            found = [
                it if it.head.key == key else self._retaken(prints, sha256, name, key, it)
                for sha256, it in zip(digests, (old, new), strict=True)
            ]
            if all(it.head.key == key for it in found):
                return found[0], found[1]
        return old, new

    def _retaken(
        self, prints: Prints, sha256: str, name: str, key: tuple[str, ...], kept: Print
    ) -> Print:
        if not set(key) <= set(kept.head.order()):
            return kept
        return prints.take_by(sha256, [name], key) or kept


def _way(of: Print) -> tuple[str, str]:
    return of.head.algorithm, of.head.mark


def _common(key: Sequence[str], old: Print, new: Print) -> Sequence[str]:
    both = set(old.head.order()) & set(new.head.order())
    return key if set(key) <= both else ()
