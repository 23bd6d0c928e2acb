"""Whether installed packages are still as they were installed, by their own lists of files.

An edit in one environment can reach others through hard links, and no version number tells. The
list is that of the installer (PEP 376, ``RECORD``): sizes of all files, and digests of sources,
which is what people edit. What was compiled at the first import is in no list.
"""

import base64
import csv
import hashlib
import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from whence.capture.probes.packages import read_packages

_LARGEST = 1 << 20
_MOST = 60_000
"""Files that are looked at."""


def edited_files(folders: Sequence[str], names: Collection[str]) -> list[str]:
    """Files of these packages that are not as they were installed, below their folder.

    Args:
        folders: Where packages lie.
        names: Of which packages, normalized.
    """
    found = []
    for at, (folder, name, digest, size) in enumerate(_listed(folders, names)):
        if at >= _MOST:
            break
        if not _is_as_listed(Path(folder, name), digest, size):
            found.append(name)
    return found


def _listed(
    folders: Sequence[str], names: Collection[str]
) -> Iterator[tuple[str, str, str, int | None]]:
    for package in read_packages(folders):
        if package.name not in names or package.origin:
            continue
        listed = os.path.join(package.folder, "RECORD")  # noqa: PTH118  any bytes
        folder = os.path.dirname(package.folder)  # noqa: PTH120
        with (
            suppress(OSError, csv.Error),
            Path(listed).open(encoding="utf-8", errors="replace", newline="") as rows,
        ):
            for row in csv.reader(rows):
                if len(row) == 3 and row[1].startswith("sha256=") and not row[0].startswith(".."):
                    size = int(row[2]) if row[2].isdigit() else None
                    yield folder, row[0], row[1].removeprefix("sha256="), size


def _is_as_listed(path: Path, digest: str, size: int | None) -> bool:
    try:
        there = path.stat().st_size
        if size is not None and there != size:
            return False
        if path.suffix != ".py" or there > _LARGEST:
            return True
        told = hashlib.sha256(path.read_bytes()).digest()
    except OSError:
        return False
    return base64.urlsafe_b64encode(told).rstrip(b"=").decode() == digest
