"""Objects of Git LFS in the repository; it names them by the SHA-256 of their content."""

import shutil
from functools import partial

from whence.reproduction.sources.interface import Absent, Asked, Offer
from whence.reproduction.sources.repositories import (
    blobs,
    common_folder,
    read_small,
    repository_of,
)

NAME = "Git LFS"
_POINTER = b"version https://git-lfs.github.com/spec/"


def find(asked: Asked) -> Offer | Absent | None:
    """The content among a repository's LFS objects, or the commit that points to it."""
    for top in dict.fromkeys(filter(None, map(repository_of, asked.paths))):
        folder = common_folder(top)
        if folder is None:
            continue
        sha256 = asked.sha256
        path = folder / "lfs" / "objects" / sha256[:2] / sha256[2:4] / sha256
        if path.is_file() and asked.holds(path):
            return Offer(f"Git LFS, {path}", partial(shutil.copyfile, path))
    for blob in blobs(asked):
        told = read_small(blob)
        if told.startswith(_POINTER) and asked.sha256.encode() in told:
            return Absent(
                f"Git LFS knows it as {blob.name}, and its object is not here",
                f"git lfs fetch origin {blob.commit}",
            )
    return None
