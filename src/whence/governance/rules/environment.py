"""It was made in an environment that can be had where it will serve.

Looked at is the environment of the runs that made its model: the interpreter, the packages by their
names and versions (`numpy==2.*`, or `numpy` alone for any), the container image. It is unknown
where that is not recorded.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from whence.governance.case import Case
from whence.governance.finding import Finding
from whence.governance.option import Asked, Option, Sort
from whence.model.edge import EdgeKind
from whence.store.interface import Direction

OPTIONS = (
    Option("python", Sort.TEXT, "the interpreter's version, such as 3.11 or 3.11.*"),
    Option("require", Sort.TEXTS, "packages that must have been there, such as numpy==2.*"),
    Option("forbid", Sort.TEXTS, "packages that must not, such as torch or numpy==1.*"),
    Option("image", Sort.FLAG, "true: the container image must be known by digest", default=False),
)

_REMEDY = "train it in the environment that is asked for"


def mistake(asked: Asked) -> str:
    """What does not fit together in what is asked."""
    return "" if any(asked.values()) else "say python, require, forbid or image"


def judge(case: Case, asked: Asked) -> Iterable[Finding]:
    """One answer for each thing that does not fit, of each run that made the model."""
    found = {maker: target for maker in case.makers for target in _environments(case, maker)}
    if not found:
        yield case.unknown(
            "the environment in which it was made is not recorded",
            remedy="record the run that makes it: `whence run -- COMMAND`",
        )
    for maker, environment in found.items():
        told = case.account(environment).said("environment")
        problems = list(_problems(case, told, asked, maker))
        yield from problems
        if not problems:
            yield case.passed(f"{case.node_of(maker).name} ran in what is asked for", environment)


def _environments(case: Case, run: int) -> Iterator[int]:
    for link in case.reader.links([run], Direction.ORIGINS):
        if link.kind is EdgeKind.USED and link.role == "environment":
            yield link.target


def _problems(case: Case, told: Mapping[str, Any], asked: Asked, run: int) -> Iterator[Finding]:
    wanted = asked.text("python")
    python = told.get("python")
    version = str(python.get("version", "")) if isinstance(python, Mapping) else str(python or "")
    if wanted and not version:
        yield case.unknown("which interpreter it ran in is not recorded", run)
    elif wanted and not _is_version(version, wanted):
        yield case.failed(f"it ran in Python {version}, not {wanted}", run, remedy=_REMEDY)
    packages = {
        _plain(str(each.get("name"))): str(each.get("version"))
        for each in told.get("packages") or ()
        if isinstance(each, Mapping)
    }
    for want in asked.texts("require"):
        name, _, pattern = want.partition("==")
        version = packages.get(_plain(name), "")
        if not version:
            yield case.failed(f"{name} was not there", run, remedy=_REMEDY)
        elif pattern and not _is_version(version, pattern):
            yield case.failed(f"{name} was {version}, not {pattern}", run, remedy=_REMEDY)
    for ban in asked.texts("forbid"):
        name, _, pattern = ban.partition("==")
        version = packages.get(_plain(name), "")
        if version and (not pattern or _is_version(version, pattern)):
            yield case.failed(f"{name} {version} was there", run, remedy=_REMEDY)
    image = told.get("image") or told.get("container")
    if asked.flag("image") and "sha256:" not in str(image or ""):
        yield case.unknown("the container image is not known by digest", run, remedy=_REMEDY)


def _is_version(version: str, wanted: str) -> bool:
    """Whether a version is one: ``3.11`` stands for 3.11 and all of 3.11.*."""
    return fnmatchcase(version, wanted) or version.startswith(f"{wanted}.")


def _plain(name: str) -> str:
    """A package's name as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()
