"""The Hugging Face hub: its cache on this machine, and a file at a recorded revision.

The cache names large files by the SHA-256 of their content, small ones by git's own id.
"""

import os
import re
import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from urllib.parse import quote

from whence.reproduction.sources.downloading import download
from whence.reproduction.sources.interface import Absent, Address, Asked, Offer

NAME = "Hugging Face"
_URI = re.compile(
    r"hf://(?P<kind>datasets/|spaces/)?(?P<repo>[\w.-]+/[\w.-]+|[\w.-]+)@(?P<revision>[^/]+)/(?P<file>.+)\Z"
)
_FOLDERS = {"datasets/": "datasets--", "spaces/": "spaces--", None: "models--"}


def find(asked: Asked) -> Offer | Absent | None:
    """The content in the hub's cache, or at a revision that the record names."""
    for place in _cached(asked):
        if asked.holds(place):
            return Offer(f"the Hugging Face cache, {place}", partial(shutil.copyfile, place))
    for each in asked.addresses:
        told = _URI.match(each.uri)
        if told is not None:
            host = os.environ.get("HF_ENDPOINT") or "https://huggingface.co"
            file = quote(told["file"])
            uri = f"{host}/{told['kind'] or ''}{told['repo']}/resolve/{told['revision']}/{file}"
            token = os.environ.get("HF_TOKEN")
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            fetch = partial(download, uri, size=asked.size, headers=headers)
            return Offer(each.uri, fetch, is_here=False)
    return None


def _cached(asked: Asked) -> Iterator[Path]:
    for hub in _hubs():
        yield from (each for each in hub.glob(f"*/blobs/{asked.sha256}") if each.is_file())
        for address in asked.addresses:
            yield from _snapshot(hub, address)


def _snapshot(hub: Path, address: Address) -> Iterator[Path]:
    told = _URI.match(address.uri)
    if told is not None:
        folder = _FOLDERS[told["kind"]] + told["repo"].replace("/", "--")
        snapshots = hub / folder / "snapshots" / told["revision"]
        place = snapshots / told["file"]
        if ".." not in place.parts and place.is_file():
            yield place


def _hubs() -> list[Path]:
    home = os.environ.get("HF_HOME") or "~/.cache/huggingface"
    named = os.environ.get("HF_HUB_CACHE")
    return [Path(each).expanduser() for each in (named, f"{home}/hub") if each]
