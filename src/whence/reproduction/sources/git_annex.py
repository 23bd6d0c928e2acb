"""Objects of git-annex in the repository whose key is the SHA-256 of their content."""

import shutil
from functools import partial

from whence.reproduction.sources.interface import Absent, Asked, Offer
from whence.reproduction.sources.repositories import (
    blobs,
    common_folder,
    read_small,
    repository_of,
)

NAME = "git-annex"


def find(asked: Asked) -> Offer | Absent | None:
    """The content among a repository's annexed objects, or the commit that names its key."""
    for top in dict.fromkeys(filter(None, map(repository_of, asked.paths))):
        folder = common_folder(top)
        if folder is None:
            continue
        # Two levels of folders, made of a hash of the key in one of two ways.
        for path in (folder / "annex" / "objects").glob(f"*/*/*{asked.sha256}*/*{asked.sha256}*"):
            if path.is_file() and asked.holds(path):
                return Offer(f"git-annex, {path.name}", partial(shutil.copyfile, path))
    for blob in blobs(asked):
        told = read_small(blob)
        if b"/annex/objects/" in told and asked.sha256.encode() in told:
            return Absent(
                f"git-annex knows it as {blob.name}, and its object is not here",
                f"git annex get {blob.name}",
            )
    return None
