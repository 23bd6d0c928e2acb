"""How the machine is asked for digests, parameters, tables and texts of a run that has ended."""

import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from whence.capture.configfiles import looks_like_config, parameters_from_config
from whence.capture.digests import DigestCache, FileDigest, digest_files
from whence.capture.interface import FileAccess, Held, Mode
from whence.capture.observe import Content
from whence.capture.parameters import Parameter, parameters_from_argv
from whence.errors import StoreError, TableError
from whence.homecoming.keeping import Keeping
from whence.homecoming.prints import fingerprints
from whence.homecoming.progress import hashing
from whence.homecoming.sketches import SketchShelf
from whence.homecoming.texts import LARGEST, TextShelf
from whence.model.gap import Gap
from whence.rows.fingerprint import TableFingerprint
from whence.rows.format import HEAD_BYTES, table_format
from whence.workspace import Workspace, location_of, rows_key

TABLE_BYTES = 2 * 1024 * 1024 * 1024
"""Tables up to this size are fingerprinted when a run ends."""

_LARGEST_RESULT = 64 * 1024
_MOST_RESULTS = 200
_CHANGED = "somebody else changed it after the run had read it"


class MachineInstruments:
    """The machine as it is when a run has ended; see ``capture.observe.Instruments``."""

    def __init__(self, workspace: Workspace, keeping: Keeping | None = None) -> None:
        self._workspace = workspace
        self._keeping = keeping
        self._cache = DigestCache(workspace.folder / "cache" / "digests.sqlite")
        self._texts = TextShelf(workspace.folder / "texts")

    def name_of(self, path: str) -> str:
        """How the workspace calls a path."""
        return self._workspace.name_of(path)

    def location_of(self, path: str) -> str:
        """The path as a URI."""
        return location_of(path)

    # ---------------------------------------------------------------- content

    def contents(self, accesses: Sequence[FileAccess]) -> list[Content]:
        """What these files held when they were read, or hold now that they are written."""
        asked: dict[int, str | int] = {}
        told: dict[int, Content] = {}
        for at, access in enumerate(accesses):
            known = self._known(access)
            if known is None:
                asked[at] = access.location or access.path
            elif isinstance(known, int):
                asked[at] = known
            else:
                told[at] = known
        with hashing() as progress:
            digests = digest_files(list(asked.values()), self._cache, progress)
        for at, place in asked.items():
            told[at] = self._content(accesses[at], digests[place])
            if isinstance(place, int):
                self._keep_open(place, accesses[at], told[at])
                os.close(place)
        return [told[at] for at in range(len(accesses))]

    def _keep_open(self, handle: int, access: FileAccess, content: Content) -> None:
        """Keep what nothing will lead to once the descriptor is closed."""
        if self._keeping is not None and content.sha256 is not None:
            name, size = self.name_of(access.path), content.size or 0
            self._keeping.take_open(handle, name, content.sha256, size)

    def _known(self, access: FileAccess) -> Content | int | None:
        """What need not be read from its place: known, lost, or held open."""
        held, size = access.held, access.identity.size if access.identity else None
        if held.sha256 is not None:
            return Content(held.sha256, size)
        if held.lost:
            return Content(None, size, self._gap(access, held.lost))
        if held.fd is not None:
            return held.fd
        if access.mode is Mode.READ and access.identity is not None and self._has_changed(access):
            return Content(None, size, self._gap(access, _CHANGED))
        return None

    def _has_changed(self, access: FileAccess) -> bool:
        try:
            now = os.stat(access.location or access.path)  # noqa: PTH116  any bytes
        except OSError:
            return False  # reading it will say what is wrong
        assert access.identity is not None
        was = access.identity
        return (now.st_ino, now.st_size, now.st_mtime_ns) != (was.inode, was.size, was.mtime_ns)

    def _content(self, access: FileAccess, found: FileDigest | Gap) -> Content:
        if isinstance(found, Gap):
            return Content(None, None, self._gap(access, found.reason))
        return Content(found.sha256, found.size)

    def _gap(self, access: FileAccess, reason: str) -> Gap:
        return Gap("content-unknown", self.name_of(access.path), reason)

    # ----------------------------------------------------- parameters, results

    def parameters(
        self, command: Sequence[str], configs: Mapping[str, FileAccess]
    ) -> tuple[dict[str, Any], list[Gap]]:
        """What steered the run; where two sources use one name, the later carries its own."""
        found: dict[str, Any] = {}
        gaps: list[Gap] = []
        for each in parameters_from_argv(command):
            _add_parameter(found, each)
        for name, access in configs.items():
            data = _read(access, LARGEST)
            if data is None or not looks_like_config(access.path, len(data)):
                continue
            parameters, problems = parameters_from_config(name, data)
            gaps += problems
            for each in parameters:
                _add_parameter(found, each)
        return found, gaps

    def results(self, files: Mapping[str, FileAccess]) -> dict[str, Any]:
        """Numbers in the small JSON files that a run wrote as its results."""
        found: dict[str, Any] = {}
        for name, access in files.items():
            data = _read(access, _LARGEST_RESULT) if name.endswith(".json") else None
            if data is None:
                continue
            with suppress(ValueError, RecursionError):
                for key, value in list(_numbers(json.loads(data)))[:_MOST_RESULTS]:
                    unique = key if key not in found else f"{name}:{key}"
                    found[unique] = {"value": value, "source": name}
        return found

    def peek(self, path: str, limit: int) -> bytes | None:
        """A file as it lies there now; ``None`` where it cannot be read or is longer."""
        try:
            with open(path, "rb") as file:  # noqa: PTH123  any bytes
                data = file.read(limit + 1)
        except (OSError, ValueError):
            return None
        return data if len(data) <= limit else None

    # --------------------------------------------------------- tables and texts

    def table(self, access: FileAccess, sha256: str) -> tuple[dict[str, Any], Gap | None]:
        """Rows and columns of a table; its fingerprint is kept on the way."""
        path = access.location or access.path
        head = _read(access, None, HEAD_BYTES)
        name = self.name_of(access.path)
        if head is None or table_format(path, head) is None:
            return {}, None
        size = access.identity.size if access.identity else 0
        if size > TABLE_BYTES:
            reason = f"{size:,} bytes are more than the limit of {TABLE_BYTES:,}"
            return {}, Gap("table-unknown", name, reason)
        try:
            shelf = fingerprints(self._workspace)
            kept = shelf.find(sha256)
            if kept is None:
                kept = shelf.take(path, sha256)
        except TableError as error:
            return {}, Gap("table-unknown", name, error.message)
        except StoreError:
            return {}, None  # the shelf is a cache; without it `diff` says that it does not know
        return _table_facts(kept.head), None

    def source(self, path: str) -> str | None:
        """The text of a source file; ``None`` where it cannot be read or is too long."""
        place = os.path.join(self._workspace.root, path)  # noqa: PTH118  any bytes
        try:
            with open(place, "rb") as file:  # noqa: PTH123
                data = file.read(LARGEST + 1)
        except (OSError, ValueError):
            return None
        return data.decode("utf-8", "replace") if len(data) <= LARGEST else None

    def keep_rows(self, digest: str, sketch: bytes) -> None:
        """Keep a sketch of rows that reached a step."""
        with suppress(StoreError):
            key = rows_key(self._workspace)
            SketchShelf(self._workspace.folder / "sketches", key).put(digest, sketch)

    def keep_text(self, access: FileAccess, sha256: str) -> None:
        """Keep a source or configuration file as it ran; no record depends on it."""
        data = _read(access, LARGEST)
        if data is not None:
            with suppress(StoreError):
                self._texts.put(sha256, data)


def _add_parameter(found: dict[str, Any], parameter: Parameter) -> None:
    told = {"value": parameter.value, "source": parameter.source}
    name = parameter.name
    if name in found and found[name] != told:
        name = f"{parameter.source}:{name}"
    found[name] = told


def _numbers(value: object, prefix: str = "") -> list[tuple[str, float]]:
    """The numbers in a JSON value, by their dotted names; lists are no results."""
    if isinstance(value, dict):
        found: list[tuple[str, float]] = []
        for key, inner in value.items():
            found += _numbers(inner, f"{prefix}.{key}" if prefix else str(key))
        return found
    if isinstance(value, int | float) and not isinstance(value, bool) and prefix:
        return [(prefix, value)] if value == value and abs(value) != float("inf") else []  # noqa: PLR0124  NaN
    return []


def _table_facts(kept: TableFingerprint) -> dict[str, Any]:
    columns = [{"name": each.name, "type": each.type} for each in kept.columns]
    facts: dict[str, Any] = {"rows": kept.row_count, "columns": columns}
    return {**facts, "notes": list(kept.notes)} if kept.notes else facts


def _read(access: FileAccess, limit: int | None, length: int = -1) -> bytes | None:
    """A file's bytes while they are still those that the run met; ``None`` where they are not."""
    if access.held != Held():
        return None
    try:
        with open(access.location or access.path, "rb") as file:  # noqa: PTH123  any bytes
            if limit is not None and os.fstat(file.fileno()).st_size > limit:
                return None
            return file.read(length)
    except OSError:
        return None
