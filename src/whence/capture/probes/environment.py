"""What a run's programs ran in: interpreters, packages, operating system, container."""

import hashlib
import os
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from whence.capture.agent.reports import Interpreter, Reports
from whence.capture.probes.packages import Package, find_owners, read_packages
from whence.capture.probes.smallfile import read_small
from whence.model.gap import Gap
from whence.recording.redact import redact_url

KnownPackages = dict[tuple[str, ...], list[Package]]
"""Folders → the packages that they hold."""

_PACKAGE_FOLDERS = ("site-packages", "dist-packages")


@dataclass(frozen=True, slots=True)
class EnvironmentFacts:
    """An environment as far as it is known from outside."""

    name: str
    """``python 3.11.7``, or the system's name where no Python ran."""
    interpreters: tuple[Mapping[str, Any], ...] = ()
    packages: tuple[Package, ...] = ()
    owners: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Modules that were loaded, by their top-level names → the packages that they come from."""
    system: Mapping[str, Any] = field(default_factory=dict)
    container: Mapping[str, Any] = field(default_factory=dict)
    gaps: tuple[Gap, ...] = ()

    @property
    def imported(self) -> frozenset[str]:
        """Names of the packages of which a module was loaded."""
        return frozenset(chain.from_iterable(self.owners.values()))

    def facts(self) -> dict[str, Any]:
        """As JSON: the same for every run in the same environment, whatever each imported."""
        lock = "".join(f"{each.name}=={each.version}\n" for each in self.packages)
        told: dict[str, Any] = {
            "python": self.interpreters[0] if self.interpreters else None,
            "further_pythons": list(self.interpreters[1:]),
            "packages": [
                {"name": each.name, "version": each.version}
                | ({"origin": redact_url(each.origin)} if each.origin else {})
                for each in self.packages
            ],
            "packages_sha256": hashlib.sha256(lock.encode()).hexdigest() if lock else "",
            "system": self.system,
            "container": self.container,
        }
        return {name: value for name, value in told.items() if value}


def read_environment(reports: Reports, known: KnownPackages | None = None) -> EnvironmentFacts:
    """The environment of the Pythons that reported, or of the system where none did.

    Args:
        reports: What they told.
        known: What folders hold, as far as it was read already; added to here.
    """
    system = _system()
    told: dict[str, Any] = {"system": system, "container": _container(os.environ)}
    if not reports.interpreters:
        return EnvironmentFacts(str(system.get("name") or "system"), **told)
    folders = tuple(
        folder
        for interpreter in reports.interpreters
        for folder in interpreter.path
        if os.path.basename(folder) in _PACKAGE_FOLDERS
    )
    known = {} if known is None else known
    if folders not in known:
        known[folders] = read_packages(folders)
    packages = known[folders]
    first = reports.interpreters[0]
    return EnvironmentFacts(
        f"{_SPOKEN.get(first.implementation, first.implementation)} {first.version}",
        interpreters=tuple(_interpreter(each) for each in reports.interpreters),
        packages=tuple(packages),
        owners=find_owners(packages, reports.imported),
        gaps=_gaps(reports.interpreters, packages),
        **told,
    )


_SPOKEN = {"cpython": "python"}


def _interpreter(told: Interpreter) -> dict[str, Any]:
    """What an interpreter is; where it lies differs from machine to machine and is no part."""
    return {
        "version": told.version,
        "implementation": told.implementation,
        "flags": {name: value for name, value in told.flags.items() if value},
    }


def _gaps(interpreters: Sequence[Interpreter], packages: Sequence[Package]) -> tuple[Gap, ...]:
    if packages:
        return ()
    reason = "no folder of installed packages could be read"
    return (Gap("environment-unknown", interpreters[0].executable, reason),)


def _system() -> dict[str, Any]:
    named = os.uname()
    facts = {
        "name": _os_release().get("PRETTY_NAME") or named.sysname,
        "kernel": f"{named.sysname} {named.release}",
        "architecture": named.machine,
    }
    with suppress(ValueError, OSError, AttributeError):
        libc = os.confstr("CS_GNU_LIBC_VERSION")
        if libc:
            facts["libc"] = libc
    return facts


def _os_release() -> dict[str, str]:
    """The fields of os-release(5)."""
    for path in ("/etc/os-release", "/usr/lib/os-release"):
        text = read_small(path)
        if text:
            return {
                name: value.strip("\"'")
                for name, value in re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE)
            }
    return {}


_IMAGE_VARIABLES = ("CONTAINER_IMAGE", "IMAGE_NAME", "SINGULARITY_CONTAINER", "APPTAINER_CONTAINER")


def _container(environ: Mapping[str, str]) -> dict[str, Any]:
    """The container that this process is in, and its image where something tells it."""
    image = next((environ[name] for name in _IMAGE_VARIABLES if environ.get(name)), "")
    podman = read_small("/run/.containerenv")
    told = re.search(r'^image="([^"]+)"', podman, re.MULTILINE)
    kind = ""
    if podman:
        kind = "podman"
    elif os.path.exists("/.dockerenv"):
        kind = "docker"
    elif environ.get("KUBERNETES_SERVICE_HOST"):
        kind = "kubernetes"
    elif environ.get("SINGULARITY_NAME") or environ.get("APPTAINER_NAME"):
        kind = "apptainer"
    if not kind:
        return {}
    image = image or (told[1] if told else "")
    return {"kind": kind, "image": redact_url(image)} if image else {"kind": kind}
