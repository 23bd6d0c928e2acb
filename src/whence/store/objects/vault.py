"""The store of contents: each durable under its SHA-256, each checked whenever it is read."""

import hashlib
import os
import tempfile
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

from whence.errors import NotFoundError, StoreCorruptError, StoreError
from whence.store.objects.cloning import clone
from whence.store.objects.coding import PLAIN, decode, encode
from whence.store.objects.cutting import cut
from whence.store.objects.durable import (
    TEMPORARY,
    make_folder,
    sync_folder,
    write_by,
    write_whole,
)
from whence.store.objects.files import blocks_of, bytes_of, digest_of, reading, renew
from whence.store.objects.layout import LIST, Layout
from whence.store.objects.listing import Piece, read_list, write_list
from whence.store.objects.together import start

WHOLE = 1 << 20
"""Contents below this size are kept in one piece."""

_BUFFER = 1 << 20
_AT_ONCE = 4
"""Pieces on their way to the disk: what waits for it does not wait for one another."""
_TRIED = 128 * 1024


class ObjectStore:
    """Contents in a folder, which is made when the first is put there.

    Args:
        folder: Where they lie; nobody but the owner may look inside.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.layout = Layout(folder)

    # ------------------------------------------------------------------- putting

    def put_file(self, path: str | Path, *, sha256: str | None = None) -> str:
        """Keep what a file holds.

        Args:
            path: The file.
            sha256: What it is known to hold; where that is kept already, it is not read again.

        Returns:
            The SHA-256 of what is kept.

        Raises:
            StoreError: the file holds something else or cannot be read, or the folder cannot be
                written; nothing is kept under either digest that was not before.
        """
        if sha256 is not None and self._renew(sha256):
            return sha256
        with self._reachable(), reading(path) as handle:
            if os.fstat(handle).st_size < WHOLE:
                return self._put_small(path, handle, sha256)
            return self._put_large(path, handle, sha256)

    def put_bytes(self, data: bytes) -> str:
        """Keep a content that is at hand; its SHA-256.

        Raises:
            StoreError: the folder cannot be written.
        """
        sha256 = hashlib.sha256(data).hexdigest()
        if not self._renew(sha256):
            with self._reachable():
                if len(data) < WHOLE:
                    self._write(sha256, data)
                else:
                    view = memoryview(data)
                    at = 0

                    def read(count: int) -> bytes:
                        nonlocal at
                        at += count
                        return bytes(view[at - count : at])

                    self._write_pieces(read, sha256)
        return sha256

    def _put_small(self, path: str | Path, handle: int, sha256: str | None) -> str:
        data = b""
        while more := os.read(handle, _BUFFER):
            data += more
        found = _expect(path, hashlib.sha256(data).hexdigest(), sha256)
        if sha256 is not None or not self._renew(found):
            self._write(found, data)
        return found

    def _put_large(self, path: str | Path, handle: int, sha256: str | None) -> str:
        size = os.fstat(handle).st_size
        is_dense = encode(os.pread(handle, _TRIED, size // 2))[0] == PLAIN
        found = self._share(path, handle, sha256) if is_dense else None
        if found is None:
            found = self._write_pieces(lambda count: os.read(handle, count), sha256, path)
        return found

    def _share(self, path: str | Path, handle: int, sha256: str | None) -> str | None:
        """Keep a content by sharing its blocks; ``None`` where the file system cannot."""
        make_folder(self.folder)
        told, temporary = tempfile.mkstemp(prefix=TEMPORARY, dir=self.folder)
        try:
            if not clone(handle, told):
                return None
            # The copy is what is hashed: it does not change any more.
            found = _expect(path, digest_of(told), sha256)
            os.fchmod(told, 0o400)
            os.fsync(told)
            target = self.layout.content(found, PLAIN)
            make_folder(target.parent)
            os.replace(temporary, target)  # noqa: PTH105
            sync_folder(target.parent)
            return found
        finally:
            os.close(told)
            with suppress(OSError):
                os.unlink(temporary)  # noqa: PTH108

    def _write(self, sha256: str, data: bytes) -> None:
        ending, coded = encode(data)
        path = self.layout.content(sha256, ending)
        make_folder(path.parent)
        write_whole(path, coded)
        sync_folder(path.parent)

    def _write_pieces(
        self, read: Callable[[int], bytes], sha256: str | None, path: str | Path = ""
    ) -> str:
        whole = hashlib.sha256()
        pieces: list[Piece] = []
        touched: set[Path] = set()
        under_way: deque[Future[Path | None]] = deque()

        def settle(limit: int) -> None:
            while len(under_way) > limit:
                folder = under_way.popleft().result()
                if folder is not None:
                    touched.add(folder)

        with ThreadPoolExecutor(_AT_ONCE, "whence-objects") as threads:
            for data in cut(read):
                whole.update(data)
                piece = Piece(hashlib.sha256(data).hexdigest(), len(data))
                pieces.append(piece)
                under_way.append(start(threads, self._write_piece, piece, data))
                settle(2 * _AT_ONCE)
            settle(0)
        found = _expect(path, whole.hexdigest(), sha256)
        for folder in touched:
            sync_folder(folder)
        target = self.layout.content(found, LIST)
        make_folder(target.parent)
        write_whole(target, write_list(pieces))
        sync_folder(target.parent)
        return found

    def _write_piece(self, piece: Piece, data: bytes) -> Path | None:
        """The folder that it was written to; ``None`` where the piece was there."""
        if renew(self.layout.find_piece(piece.sha256)):
            return None
        ending, coded = encode(data)
        path = self.layout.piece(piece.sha256, ending)
        make_folder(path.parent)
        write_whole(path, coded)
        return path.parent

    # ------------------------------------------------------------------- reading

    def has(self, sha256: str) -> bool:
        """Whether a content is kept, without looking whether it is undamaged."""
        return self.find(sha256) is not None

    def is_whole(self, sha256: str) -> bool:
        """Whether a content is kept with all its pieces, without reading those."""
        path = self.find(sha256)
        if path is None:
            return False
        if path.suffix != LIST:
            return True
        try:
            pieces = self.pieces(sha256)
        except StoreError:
            return False
        return all(self.layout.find_piece(each.sha256) for each in set(pieces))

    def size(self, sha256: str) -> int | None:
        """How many bytes a content has; ``None`` where it is not kept.

        Raises:
            StoreError: it cannot be read, or is damaged.
        """
        path = self.find(sha256)
        if path is None:
            return None
        if path.suffix == LIST:
            return sum(each.size for each in self.pieces(sha256))
        if path.suffix == PLAIN:
            return path.stat().st_size
        return len(self.read(sha256))

    def read(self, sha256: str, limit: int | None = None) -> bytes:
        """A content, or its first bytes.

        Raises:
            NotFoundError: it is not kept.
            StoreCorruptError: what is kept is something else, or pieces of it are gone.
            StoreError: it cannot be read.
        """
        parts, length = [], 0
        for part in self.stream(sha256):
            parts.append(part)
            length += len(part)
            # Pieces are checked one by one; any other content only when all of it was read.
            if limit is not None and length >= limit and self.pieces(sha256):
                break
        data = b"".join(parts)
        return data if limit is None else data[:limit]

    def stream(self, sha256: str) -> Iterator[bytes]:
        """A content in parts, each checked; only after the last one all of it is.

        Raises:
            NotFoundError: it is not kept.
            StoreCorruptError: what is kept is something else, or pieces of it are gone.
            StoreError: it cannot be read.
        """
        path = self.find(sha256)
        if path is None:
            raise NotFoundError(f"the content {sha256[:12]}… is not kept")
        if path.suffix == PLAIN:
            yield from _checked(sha256, path, blocks_of(path))
        elif path.suffix == LIST:
            yield from _checked(sha256, path, map(self.read_piece, self.pieces(sha256)))
        else:
            yield from _checked(sha256, path, [_decoded(path)])

    def copy_to(self, sha256: str, path: Path) -> None:
        """Put a copy of a content there, a file of its own; what stood there is replaced.

        Raises:
            NotFoundError: it is not kept.
            StoreCorruptError: what is kept is something else; ``path`` is as it was.
            StoreError: it cannot be read, or ``path`` cannot be written.
        """
        source = self.find(sha256)
        mask = os.umask(0)
        os.umask(mask)

        def fill(handle: int) -> None:
            if source is not None and source.suffix == PLAIN and _cloned(source, handle):
                if digest_of(handle) != sha256:
                    raise _damaged(sha256, source)
                return
            for data in self.stream(sha256):
                view = memoryview(data)
                while view:
                    view = view[os.write(handle, view) :]

        try:
            write_by(path, fill, mode=0o666 & ~mask)
        except OSError as error:
            raise StoreError(
                f"{path} cannot be written: {error.strerror}",
                hint="is there space, and may the folder be written?",
            ) from error

    def pieces(self, sha256: str) -> list[Piece]:
        """What a content is kept in; empty where it is kept whole.

        Raises:
            StoreCorruptError: its list is damaged.
            StoreError: it cannot be read.
        """
        path = self.layout.content(sha256, LIST)
        try:
            return read_list(bytes_of(path)) if path.exists() else []
        except ValueError as error:
            raise _damaged(sha256, path) from error

    def find(self, sha256: str) -> Path | None:
        """The file of a content; ``None`` where there is none.

        Raises:
            StoreError: the folder may not be looked into.
        """
        return self.layout.find_content(sha256)

    # ----------------------------------------------------------------- machinery

    def read_piece(self, piece: Piece) -> bytes:
        """One piece of a content.

        Raises:
            StoreCorruptError: it is gone, or something else.
            StoreError: it cannot be read.
        """
        path = self.layout.find_piece(piece.sha256)
        if path is None:
            raise StoreCorruptError(
                f"{self.layout.piece(piece.sha256, PLAIN)} is gone, a piece of a kept content",
                hint="`whence fsck --objects` tells what else is",
            )
        data = _decoded(path)
        if hashlib.sha256(data).hexdigest() != piece.sha256:
            raise _damaged(piece.sha256, path)
        return data

    def _renew(self, sha256: str) -> bool:
        """Whether a content is kept already, whole; its pieces then count as new."""
        if not self.is_whole(sha256):
            return False
        renew(self.find(sha256))
        for each in set(self.pieces(sha256)):
            renew(self.layout.find_piece(each.sha256))
        return True

    @contextmanager
    def _reachable(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StoreError(
                f"{self.folder} cannot take another content: {error.strerror}",
                hint="is there space, and may the folder be written?",
            ) from error


def _expect(path: str | Path, found: str, wanted: str | None) -> str:
    if wanted is not None and found != wanted:
        raise StoreError(
            f"{path} holds {found[:12]}…, not {wanted[:12]}…",
            hint="it was changed since it was looked at",
        )
    return found


def _cloned(source: Path, handle: int) -> bool:
    with reading(source) as original:
        return clone(original, handle)


def _decoded(path: Path) -> bytes:
    data = bytes_of(path)
    try:
        return decode(path.suffix, data)
    except ValueError as error:
        raise StoreCorruptError(f"{path} is damaged: {error}", hint=_MEND) from error


def _checked(sha256: str, path: Path, parts: "Iterator[bytes] | list[bytes]") -> Iterator[bytes]:
    told = hashlib.sha256()
    for data in parts:
        told.update(data)
        yield data
    if told.hexdigest() != sha256:
        raise _damaged(sha256, path)


_MEND = "delete it, and keep the content again from where it came from"


def _damaged(sha256: str, path: Path) -> StoreCorruptError:
    return StoreCorruptError(f"{path} is damaged: it is not {sha256[:12]}…", hint=_MEND)
