"""What is installed in folders of packages, told from the names of files alone.

Nothing of the environment is imported or started: it may belong to another Python, and may be
broken. Names are normalized (PEP 503), so that ``scikit_learn`` and ``Scikit-Learn`` are one.
"""

import json
import os
import re
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass

_ENDINGS = (".dist-info", ".egg-info")
_SEPARATORS = re.compile(r"[-_.]+")
_MODULE_ENDINGS = re.compile(r"(\.cpython-[^.]+|\.abi3|\.cp\d+[^.]*)?\.(py|so|pyd)\Z")


@dataclass(frozen=True, slots=True)
class Package:
    """One installed distribution."""

    name: str
    """Normalized."""
    version: str
    folder: str
    """Its ``.dist-info`` or ``.egg-info``."""
    origin: str = ""
    """Where it was installed from, if not from an index: a folder, a repository (PEP 610)."""


def read_packages(folders: Iterable[str]) -> list[Package]:
    """The distributions in these folders, by name; the first of a name is the one Python takes."""
    found: dict[str, Package] = {}
    for folder in dict.fromkeys(folders):
        with suppress(OSError):
            for entry in sorted(os.listdir(folder)):
                package = _package(folder, entry)
                if package is not None:
                    found.setdefault(package.name, package)
    return sorted(found.values(), key=lambda each: each.name)


def find_owners(packages: Iterable[Package], modules: Collection[str]) -> dict[str, frozenset[str]]:
    """Top-level names of modules → names of the packages that they come from.

    A package of the module's own name is taken first, and what does not lie where packages are
    installed is nobody's; only for the names left over are lists of files read, since there are
    many of them.
    """
    packages = list(packages)
    left = set(modules)
    found: dict[str, set[str]] = {}
    rest = []
    for package in packages:
        own = package.name.replace("-", "_")
        if own in left:
            found[own] = {package.name}
            left.discard(own)
        else:
            rest.append(package)
    left = left & _installed(packages) - _STARTED_BY_ITSELF
    for package in rest if left else ():
        for name in _owned(package, left):
            found.setdefault(name, set()).add(package.name)
    return {name: frozenset(owners) for name, owners in found.items()}


_STARTED_BY_ITSELF = frozenset({"_distutils_hack", "_virtualenv", "__pycache__"})
"""Modules that Python loads at every start, for the sake of a ``.pth`` file."""


def _installed(packages: Iterable[Package]) -> set[str]:
    """Top-level names of all modules that lie in the folders of these packages."""
    names: set[str] = set()
    for folder in {os.path.dirname(package.folder) for package in packages}:
        with suppress(OSError):
            names.update(_module(entry) for entry in os.listdir(folder))
    return names


def normalize(name: str) -> str:
    """The form in which names of distributions are compared (PEP 503)."""
    return _SEPARATORS.sub("-", name).lower()


def _package(folder: str, entry: str) -> Package | None:
    for ending in _ENDINGS:
        if entry.endswith(ending):
            stem = entry.removesuffix(ending)
            name, _, version = stem.partition("-")
            # An egg-info may carry the Python version as well: six-1.16.0-py3.11.egg-info.
            version = version.split("-py")[0]
            if not name or not version:
                return None
            path = os.path.join(folder, entry)
            return Package(normalize(name), version, path, _origin(path))
    return None


def _origin(folder: str) -> str:
    """A direct URL reference (PEP 610) as one text."""
    try:
        with open(os.path.join(folder, "direct_url.json"), encoding="utf-8") as file:
            told = json.load(file)
        url = str(told["url"])
        if "vcs_info" in told:
            return f"{told['vcs_info']['vcs']}+{url}@{told['vcs_info']['commit_id']}"
        if told.get("dir_info", {}).get("editable"):
            return f"editable {url}"
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return ""
    return url


def _owned(package: Package, modules: Collection[str]) -> set[str]:
    """Those of the modules that are a distribution's, by its list of files."""
    listed = os.path.join(package.folder, "top_level.txt")
    with suppress(OSError), open(listed, encoding="utf-8") as file:
        return set(modules).intersection(file.read().split())
    record = os.path.join(package.folder, "RECORD")
    with suppress(OSError), open(record, encoding="utf-8", errors="replace") as file:
        # Lists of thousands of files: to look for a few names in the whole text is much quicker.
        text = "\n" + file.read()
        return {name for name in modules if f"\n{name}/" in text or f"\n{name}." in text}
    return set()


def _module(path: str) -> str:
    return _MODULE_ENDINGS.sub("", path.split("/", 1)[0])
