"""The cache of DVC, by the MD5 that a ``.dvc`` file or ``dvc.lock`` has for the path.

These files are read as they are now and as the recorded commits have them. What is found in the
cache counts only if its SHA-256 is the one asked for: a cache may be changed through its links.
"""

import configparser
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from whence.reproduction.sources.interface import Absent, Asked, Offer
from whence.reproduction.sources.repositories import Blob, blob_size, read_small, repository_of

NAME = "DVC"
_MD5 = re.compile(r"[0-9a-f]{32}\Z")
_DIR = ".dir"


def find(asked: Asked) -> Offer | Absent | None:
    """The content in DVC's cache, or the file by which DVC knows it."""
    known = ""
    for path in asked.paths:
        top = _project_of(path)
        if top is None:
            continue
        for md5, by in _hashes(path, top, asked.commits):
            for place in _in_cache(top, md5):
                if asked.holds(place):
                    return Offer(f"DVC's cache, md5 {md5}", partial(shutil.copyfile, place))
            known = known or by
    if not known:
        return None
    return Absent(
        "DVC knows the file, and its cache does not hold this version", f"dvc fetch {known}"
    )


def _project_of(path: Path) -> Path | None:
    return next((each for each in path.parents if (each / ".dvc").is_dir()), None)


def _hashes(path: Path, top: Path, commits: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """The MD5s that DVC has had for a file, with the name of what says so."""
    met = set()
    for meta in _metas(path, top):
        for text in _versions(meta, commits):
            for out in _outs(text):
                md5 = _hash_of(out, meta.parent, path, top)
                if md5 is not None and md5 not in met:
                    met.add(md5)
                    yield md5, os.path.relpath(meta, top)


def _metas(path: Path, top: Path) -> Iterator[Path]:
    """Files that may say something of a path: beside it, and beside each folder above it."""
    for each in (path, *path.parents):
        if each == top:
            break
        yield each.with_name(each.name + ".dvc")
        yield each.parent / "dvc.lock"


def _versions(meta: Path, commits: tuple[str, ...]) -> Iterator[bytes]:
    if meta.is_file():
        yield meta.read_bytes()
    top = repository_of(meta)
    if top is not None:
        name = os.path.relpath(meta, top)
        for commit in (*commits, "HEAD"):
            size = blob_size(top, commit, name)
            if size is not None:
                yield read_small(Blob(top, commit, name, size))


def _outs(text: bytes) -> Iterator[Mapping[str, Any]]:
    try:
        told = yaml.safe_load(text)
    except (yaml.YAMLError, UnicodeDecodeError):
        return
    if not isinstance(told, dict):
        return
    stages = told.get("stages")
    for stage in (told, *(stages.values() if isinstance(stages, dict) else ())):
        for part in ("outs", "deps") if isinstance(stage, dict) else ():
            listed = stage.get(part)
            entries = listed if isinstance(listed, list) else ()
            yield from (each for each in entries if isinstance(each, dict))


def _hash_of(out: Mapping[str, Any], folder: Path, path: Path, top: Path) -> str | None:
    """The MD5 of a path by an entry for it, or for a folder that it lies in."""
    place = Path(os.path.normpath(folder / str(out.get("path", ""))))
    md5 = str(out.get("md5") or "")
    if place == path and _MD5.match(md5):
        return md5
    if place not in path.parents or not md5.endswith(_DIR):
        return None
    inside = path.relative_to(place).as_posix()
    for listing in _in_cache(top, md5.removesuffix(_DIR), _DIR):
        try:
            members = json.loads(listing.read_bytes())
            found = next(str(each["md5"]) for each in members if each["relpath"] == inside)
        except (ValueError, TypeError, KeyError, StopIteration):
            continue
        return found if _MD5.match(found) else None
    return None


def _in_cache(top: Path, md5: str, ending: str = "") -> Iterator[Path]:
    if _MD5.match(md5):
        for cache in _caches(top):
            for folder in (cache / "files" / "md5", cache):  # from DVC 3 on, and before
                path = folder / md5[:2] / (md5[2:] + ending)
                if path.is_file():
                    yield path


def _caches(top: Path) -> Iterator[Path]:
    home = Path(os.environ.get("XDG_CONFIG_HOME") or "~/.config").expanduser()
    for config in (top / ".dvc" / "config.local", top / ".dvc" / "config", home / "dvc" / "config"):
        parser = configparser.ConfigParser(strict=False, interpolation=None)
        try:
            parser.read(config, encoding="utf-8")
            told = parser.get("cache", "dir", fallback="")
        except (configparser.Error, UnicodeDecodeError):
            continue
        if told:
            yield config.parent / Path(told).expanduser()
    yield top / ".dvc" / "cache"
