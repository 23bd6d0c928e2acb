"""The parts of a system as a person names them: files and folders on disk, addresses, REFs."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from whence.capture.digests import FileDigest, digest_files
from whence.errors import NotFoundError, UsageError
from whence.model.gap import Gap
from whence.model.identity import NodeId
from whence.model.node import NodeKind
from whence.recording.observation import FileSeen, Member
from whence.recording.registry.assembly import PART_SORTS, Part, ToolSeen
from whence.recording.resolve import manifest_digest
from whence.workspace import Workspace, location_of

MOST_FILES = 20_000
"""Files of one folder; an index of more is better named by a REF."""

Resolve = Callable[[str], NodeId]
"""The thing that a REF names; raises NotFoundError where there is none."""

_WIRE = "->"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a file, or a command line, says of a system."""

    parts: tuple[tuple[str, str, str], ...]
    """Name, sort, and what the person calls it."""
    wires: tuple[tuple[str, str], ...] = ()
    name: str = ""
    words: Mapping[str, Any] = field(default_factory=dict)
    """``description``, ``tags``, ``owners``, ``licence``."""


def read_plan(path: Path) -> Plan:
    """A system as a YAML file describes it.

    Raises:
        UsageError: it is none; says where and why.
        NotFoundError: there is no such file.
    """
    import yaml  # noqa: PLC0415  only where a file is given

    try:
        told = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506  texts, lists, mappings alone
    except OSError as error:
        raise NotFoundError(f"{path} cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f":{mark.line + 1}" if mark is not None else ""
        problem = getattr(error, "problem", None) or "it is not YAML in UTF-8"
        raise UsageError(f"{path}{where}: {problem}") from error
    return _Reading(str(path)).plan(told)


class _Reading:
    """One file; every mistake is told with its name."""

    def __init__(self, path: str) -> None:
        self._path = path

    def plan(self, told: Any) -> Plan:
        whole = self._mapping(told, "the file")
        words = ("description", "tags", "owners", "licence")
        self._only(whole, ("system", "parts", "wires", *words), "the file")
        parts = tuple(
            self._part(str(name), each)
            for name, each in self._mapping(whole.get("parts"), "parts").items()
        )
        wires = whole.get("wires") or []
        if not isinstance(wires, list):
            raise self._wrong("wires", "a list, each such as: search -> answer")
        said = {name: whole[name] for name in words if whole.get(name) is not None}
        for name in ("tags", "owners"):
            if name in said:
                said[name] = self._texts(said[name], name)
        for name in ("description", "licence"):
            if name in said and not isinstance(said[name], str):
                raise self._wrong(name, "a text")
        return Plan(
            parts,
            tuple(wire for each in wires for wire in self._wire(each)),
            str(whole.get("system") or ""),
            said,
        )

    def _part(self, name: str, told: Any) -> tuple[str, str, str]:
        of = self._mapping(told, f"parts: {name}")
        if len(of) != 1:
            raise self._wrong(f"parts: {name}", "one line, such as: {model: llm@3}")
        ((sort, ref),) = of.items()
        if sort not in PART_SORTS:
            raise self._wrong(f"parts: {name}: {sort}", f"one of {', '.join(PART_SORTS)}")
        if not isinstance(ref, str) or not ref:
            raise self._wrong(f"parts: {name}: {sort}", "a path, an address or a REF")
        return name, str(sort), ref

    def _wire(self, told: Any) -> list[tuple[str, str]]:
        if isinstance(told, str):
            return read_wires(told)
        raise self._wrong(f"wires: {told!r}", "a text such as: search -> answer")

    def _texts(self, told: Any, name: str) -> dict[str, str]:
        if isinstance(told, list) and all(isinstance(each, str) for each in told):
            return dict.fromkeys(told, "")
        return {
            str(key): "" if value is None else str(value)
            for key, value in self._mapping(told, name).items()
        }

    def _mapping(self, told: Any, what: str) -> Mapping[Any, Any]:
        if isinstance(told, Mapping):
            return told
        raise self._wrong(what, "a mapping of names")

    def _only(self, told: Mapping[Any, Any], known: tuple[str, ...], what: str) -> None:
        for name in told:
            if name not in known:
                raise self._wrong(f"{what}: {name!r}", f"one of {', '.join(known)}")

    def _wrong(self, what: str, wanted: str) -> UsageError:
        return UsageError(f"{self._path}: {what}: this should be {wanted}")


def read_wires(text: str) -> list[tuple[str, str]]:
    """``search -> answer -> guard`` as pairs.

    Raises:
        UsageError: there is no arrow, or nothing at one of its ends.
    """
    ends = [each.strip() for each in text.split(_WIRE)]
    if len(ends) < 2 or not all(ends):
        raise UsageError(f"{text!r} is no wire", hint="for example 'search -> answer'")
    return list(pairwise(ends))


def find_parts(workspace: Workspace, plan: Plan, base: Path, resolve: Resolve) -> list[Part]:
    """The things that the parts of a plan are.

    Args:
        workspace: Which names files.
        plan: What was said.
        base: The folder from which paths are told.
        resolve: Finds what a REF names.

    Raises:
        NotFoundError: a part is neither on disk nor in the record.
        UsageError: a folder has too many files, or a file cannot be read.
    """
    found = []
    for name, sort, ref in plan.parts:
        path = base / ref
        if sort in {"model", "system"} and not path.exists():
            found.append(Part(name, sort, resolve(ref), ref))
        elif path.exists():
            found.append(Part(name, sort, _seen(workspace, path, PART_SORTS[sort]), ref))
        else:
            found.append(Part(name, sort, _known(resolve, sort, ref), ref))
    return found


def _known(resolve: Resolve, sort: str, ref: str) -> NodeId | ToolSeen:
    """What the record knows by this REF; a tool may be known by its name alone."""
    if sort == "tool" and "://" in ref:
        return ToolSeen(ref)
    try:
        return resolve(ref)
    except NotFoundError:
        if sort == "tool":
            return ToolSeen(ref)
        raise


def _seen(workspace: Workspace, path: Path, kind: NodeKind) -> FileSeen:
    """A file, or a folder with all that is in it, as it lies there now."""
    absolute = os.path.abspath(path)  # noqa: PTH100  a symbolic link keeps its own name
    name, location = workspace.name_of(absolute), location_of(absolute)
    if not path.is_dir():
        content = _digest([absolute])[absolute]
        return FileSeen(name, location, kind, "part", content.sha256, content.size)
    inside = sorted(each for each in path.rglob("*") if each.is_file())
    if len(inside) > MOST_FILES:
        raise UsageError(
            f"{path} has {len(inside):,} files",
            hint=f"at most {MOST_FILES:,} are taken as one part; name one file that stands for it",
        )
    if not inside:
        raise UsageError(f"{path} is empty", hint="name a file or a folder with files")
    digests = _digest([str(each) for each in inside])
    members = tuple(
        Member(
            each.relative_to(path).as_posix(), digests[str(each)].size, digests[str(each)].sha256
        )
        for each in inside
    )
    size = sum(member.size for member in members)
    return FileSeen(name, location, kind, "part", manifest_digest(members), size, members=members)


def _digest(paths: list[str]) -> dict[str, FileDigest]:
    found = {}
    for path, content in digest_files(paths).items():
        if isinstance(content, Gap):
            raise UsageError(f"{path}: {content.reason}", hint=content.remedy)
        found[str(path)] = content
    return found
