"""What a Python on this disk is, and what is installed for it, asked without running any of it."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from whence.capture.probes.command import ask
from whence.capture.probes.packages import read_packages
from whence.reproduction.interface import EnvironmentNeed

OURS = "whence"
"""Whoever watches is no part of what a program ran in."""

_FOLDERS = ("site-packages", "dist-packages")
_QUESTION = """
import json, platform, sys
where = [sys.prefix, sys.base_prefix]
print(json.dumps([platform.python_version(), sys.implementation.name, where, sys.path]))
"""
_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A Python that can be started."""

    path: Path
    """As it is called: the link in a virtual environment, not what it points to."""
    prefix: Path
    home: Path
    """Where its standard library lies: the prefix itself, but for a virtual environment."""
    version: str
    implementation: str
    folders: tuple[str, ...]
    """Where its packages lie."""
    packages: Mapping[str, str]
    origins: Mapping[str, str]

    def as_need(self) -> EnvironmentNeed:
        """What a run would need that was made with it."""
        return EnvironmentNeed(
            digest="",
            interpreter=os.fspath(self.path),
            version=self.version,
            packages=self.packages,
            origins=self.origins,
            implementation=self.implementation,
        )


def inspect(path: Path, variables: Mapping[str, str] | None = None) -> Interpreter | None:
    """Look at a Python; ``None`` where there is none that can be started.

    Args:
        path: Its executable.
        variables: Of the environment in which it will run, those that may add packages.
    """
    if not os.access(path, os.X_OK):
        return None
    env = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "WHENCE_"))}
    for name in ("PYTHONPATH", "PYTHONHOME", "PYTHONNOUSERSITE"):
        if variables and name in variables:
            env[name] = variables[name]
    answer = ask([os.fspath(path), "-c", _QUESTION], cwd="/", env=env, seconds=_SECONDS)
    try:
        version, implementation, (prefix, home), places = json.loads(answer.output)
    except ValueError:
        return None
    folders = tuple(each for each in places if os.path.basename(each) in _FOLDERS)  # noqa: PTH119
    packages = read_packages(folders)
    return Interpreter(
        path,
        Path(prefix),
        Path(home),
        version,
        implementation,
        folders,
        {each.name: each.version for each in packages},
        {each.name: each.origin for each in packages if each.origin},
    )


@dataclass(frozen=True, slots=True)
class Deviation:
    """In what a Python is not the one that is needed."""

    version: str = ""
    """Its own, where it is another; empty where it is the same."""
    changed: tuple[tuple[str, str, str | None], ...] = ()
    """Name, version that is needed, version that is there."""
    further: tuple[str, ...] = ()
    """What is there and was not."""

    @property
    def matters(self) -> bool:
        """Whether something that was there is not, or is another."""
        return bool(self.version or self.changed)

    def words(self) -> str:
        """In a few words."""
        said = [f"Python {self.version}"] if self.version else []
        said += [
            f"{name} {there} rather than {needed}" if there else f"no {name}"
            for name, needed, there in self.changed[:3]
        ]
        if len(self.changed) > 3:
            said.append(f"{len(self.changed) - 3} more")
        return ", ".join(said)


def compare(found: Interpreter, need: EnvironmentNeed) -> Deviation:
    """In what a Python is not the one that is needed."""
    same = (found.version, found.implementation) == (need.version, need.implementation)
    there = found.packages
    return Deviation(
        "" if same else found.version,
        tuple(
            (name, version, there.get(name))
            for name, version in sorted(need.packages.items())
            if name != OURS and there.get(name) != version
        ),
        tuple(sorted(there.keys() - need.packages.keys() - {OURS})),
    )
