"""What git has at the recorded commit, where that is what the run read."""

import hashlib
import tempfile
from functools import partial
from pathlib import Path

from whence.reproduction.sources.interface import Absent, Asked, Offer
from whence.reproduction.sources.repositories import Blob, blobs, write_blob

NAME = "git"


def find(asked: Asked) -> Offer | Absent | None:
    """The content, in a recorded commit or the present one."""
    for blob in blobs(asked):
        if asked.size in {None, blob.size} and _holds(blob, asked.sha256):
            return Offer(f"git, {blob.name} at {blob.commit[:10]}", partial(write_blob, blob))
    return None


def _holds(blob: Blob, sha256: str) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "blob"
        try:
            write_blob(blob, copy)
        except OSError:
            return False
        with copy.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == sha256
