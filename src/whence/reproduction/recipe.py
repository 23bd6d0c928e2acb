"""From the record of a run to what it takes to do it again."""

import posixpath
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote_to_bytes

from whence.errors import ReproductionError, UsageError
from whence.model.edge import EdgeKind
from whence.model.identity import NodeId
from whence.model.node import Node, NodeKind
from whence.model.run import REPLAY, REPLAYS
from whence.query.account import account_for, describe
from whence.query.parts import wholes
from whence.reproduction.interface import EnvironmentNeed, FileNeed, Recipe
from whence.store.interface import Direction, GraphReader

_FILE = "file://"
_IN_FILES = frozenset({"sqlite", "duckdb", "file"})


def run_behind(reader: GraphReader, handle: int) -> int:
    """The run that a REF stands for: itself, the whole of a part, or what made a thing.

    Raises:
        ReproductionError: nobody knows a run that made the thing.
        UsageError: it is neither a run nor made by one.
    """
    (node,) = reader.nodes([handle])
    if node.kind is NodeKind.RUN:
        whole = wholes(reader, [handle]).get(handle)
        return handle if whole is None else run_behind(reader, whole)
    if node.kind is NodeKind.JOB:
        links = reader.links([handle], Direction.EFFECTS)
        runs = [
            each.origin for each in links if each.kind is EdgeKind.FOLLOWS and each.role != REPLAY
        ]
        if runs:
            return run_behind(reader, max(runs))
    for link in reader.links([handle], Direction.ORIGINS):
        if link.kind is EdgeKind.PINS:
            return run_behind(reader, link.target)
    if not node.is_artifact:
        raise UsageError(
            f"{node.name!r} ({node.kind.value.replace('_', ' ')}) cannot be done again",
            hint="name a run, a file that a run made, or a version of a model",
        )
    maker = maker_of(reader, handle)
    if maker is None:
        raise ReproductionError(
            f"no recorded run made {node.name}", hint="`whence trace` shows what is known of it"
        )
    return run_behind(reader, maker)


def maker_of(reader: GraphReader, handle: int) -> int | None:
    """The run that made an artifact, or made what it is an unchanged copy of."""
    copied = []
    for link in reader.links([handle], Direction.ORIGINS):
        if link.kind is EdgeKind.GENERATED_BY:
            return link.target
        if link.kind is EdgeKind.DERIVED_FROM and link.role == "copied":
            copied.append(link.target)
    digest = reader.nodes([handle])[0].digest
    for origin in copied:
        if reader.nodes([origin])[0].digest == digest:
            return maker_of(reader, origin)
    return None


def read_recipe(reader: GraphReader, handle: int) -> Recipe:
    """What a run was, as far as it takes to do it again.

    Args:
        reader: The record.
        handle: A run; of a part, the whole command is told.

    Raises:
        ReproductionError: the record does not tell what was started.
        UsageError: it is no run.
    """
    run = run_behind(reader, handle)
    told = describe(reader, run)
    if not told["command"]:
        raise ReproductionError(
            f"the record of run {told['id'][:8]} does not tell its command",
            hint="only what was started with `whence run -- COMMAND` can be done again",
        )
    parts = [describe(reader, at) for part in told["parts"] if (at := _find(reader, part["id"]))]
    cwd = told["cwd"] or "/"
    root = _root(reader, told, cwd)
    code = told["code"] or {}
    return Recipe(
        run=NodeId(told["id"]),
        job=told["job"],
        command=tuple(told["command"]),
        root=root,
        cwd=cwd,
        environment=_environment([told, *parts]),
        variables=_variables([told, *parts]),
        commit=code.get("commit"),
        diff=code.get("diff", ""),
        code=tuple(
            FileNeed(posixpath.join(root, each["path"]), each["path"], "code", each["sha256"])
            for each in code.get("files", ())
        ),
        inputs=tuple(_unique(_needs(reader, told["used"], root))),
        outputs=tuple(_unique(_needs(reader, told["generated"], root))),
        parameters=told["parameter_details"],
        metrics=numbers(told["metrics"]),
        seeds=told["seeds"],
        state=told["state"],
        exit_status=told["exit_status"],
        started_at=told["started_at"] or "",
        imports=_imports([told, *parts]),
        piped=told["execution"].get("stdin") == "pipe",
        remote=tuple(_beyond(told["used"])),
        writes=tuple(_beyond(told["generated"])),
        trackers=tuple(sorted({str(each["system"]) for each in told["links"]})),
    )


def read_outputs(
    reader: GraphReader, told: Mapping[str, Any], root: str, replay: str
) -> list[FileNeed]:
    """What a replay made, under the names and paths that the recorded run gave such files.

    Args:
        reader: The record.
        told: The replay's account.
        root: Where the workspace was for the recorded run.
        replay: What its names begin with, after that of all of them.
    """
    before = f"{REPLAYS}{replay}/"
    made = []
    for each in told["generated"]:
        name = each["name"].removeprefix(before)
        if not posixpath.join(root, name).startswith(root + "/") or (
            each["path"] == "/" + name or not (each["path"] or "").endswith("/" + name)
        ):
            name = "/" + name
        made.append({**each, "name": name})
    return list(_unique(_needs(reader, made, root)))


def _beyond(met: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Addresses beyond this machine; databases in a file are files."""
    for each in met:
        if each.get("uri") and each["uri"].partition(":")[0] not in _IN_FILES:
            yield each["uri"]


def numbers(metrics: Mapping[str, Any]) -> dict[str, float]:
    """Those of them that are numbers."""
    return {
        name: float(value)
        for name, value in metrics.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }


def _find(reader: GraphReader, run: str) -> int | None:
    return reader.find(NodeId(run))


# --------------------------------------------------------------------------- files
def _needs(reader: GraphReader, met: Iterable[Mapping[str, Any]], root: str) -> Iterator[FileNeed]:
    """Each file, those of a folder one by one; what lies beyond this machine is left out."""
    for each in met:
        if each.get("uri"):
            continue
        handle = _find(reader, each["artifact"])
        assert handle is not None, "it was just read"
        maker = maker_of(reader, handle)
        made_by = None if maker is None else reader.nodes([maker])[0].id
        sha256 = None if each["digest"] is None else each["digest"]["sha256"]
        place = _place(each["name"], each["path"], root)
        artifact = NodeId(each["artifact"])
        members = account_for(reader, handle).said("manifest").get("members")
        if members is None:
            yield FileNeed(
                place, each["name"], each["role"], sha256, each["size"], artifact, made_by
            )
            continue
        for inside, size, digest in members:
            yield FileNeed(
                posixpath.join(place, inside),
                f"{each['name']}/{inside}",
                each["role"],
                digest,
                size,
                artifact,
                made_by,
            )


def _unique(needs: Iterable[FileNeed]) -> Iterator[FileNeed]:
    """Each path once, the first content that was met there."""
    met = set()
    for each in needs:
        if each.path not in met:
            met.add(each.path)
            yield each


def _place(name: str, path: str | None, root: str) -> str:
    """Where a run met a file: its artifact may have been met elsewhere first."""
    if name.startswith("/"):
        return name
    if name.startswith(REPLAYS):
        return path or posixpath.join(root, name)
    return posixpath.join(root, name)


def _root(reader: GraphReader, told: Mapping[str, Any], cwd: str) -> str:
    """The workspace at that time: what is left of a path when the name is taken off its end."""
    votes: Counter[str] = Counter()
    for each in (*told["used"], *told["generated"]):
        _vote(votes, each["name"], each["path"])
    code = (told["code"] or {}).get("artifact")
    handle = None if code is None else _find(reader, code)
    if handle is not None:
        members = [
            link.target
            for link in reader.links([handle], Direction.ORIGINS)
            if link.kind is EdgeKind.HAS_MEMBER
        ]
        for node in reader.nodes(members):
            _vote(votes, node.name, _path_of(node))
    above = [root for root in votes if f"{cwd}/".startswith(f"{root.rstrip('/')}/")]
    candidates = above or list(votes)
    return max(candidates, key=lambda root: votes[root]) if candidates else cwd


def _vote(votes: Counter[str], name: str, path: str | None) -> None:
    if path and not name.startswith(("/", REPLAYS)) and path.endswith("/" + name):
        votes[path[: -len(name) - 1] or "/"] += 1


def _path_of(node: Node) -> str | None:
    if node.location is None or not node.location.startswith(_FILE):
        return None
    return unquote_to_bytes(node.location[len(_FILE) :]).decode("utf-8", "surrogateescape")


# --------------------------------------------------------------------- environment
def _environment(runs: Iterable[Mapping[str, Any]]) -> EnvironmentNeed:
    """Of the first of a command's programs that ran in a Python."""
    for told in runs:
        facts = told["environment"]
        if not facts or not facts.get("python"):
            continue
        packages = facts.get("packages", ())
        return EnvironmentNeed(
            digest=facts["digest"]["sha256"],
            interpreter=next(iter(told["execution"].get("interpreters", ())), ""),
            version=facts["python"]["version"],
            packages={each["name"]: each["version"] for each in packages},
            origins={each["name"]: each["origin"] for each in packages if each.get("origin")},
            implementation=facts["python"].get("implementation", "cpython"),
        )
    return EnvironmentNeed("", "", "")


def _variables(runs: Iterable[Mapping[str, Any]]) -> Mapping[str, str]:
    for told in runs:
        if told["environment"]:
            found: Mapping[str, str] = told["environment"].get("variables", {})
            return found
    return {}


def _imports(runs: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    names = {
        each["name"]
        for told in runs
        for each in (told["environment"] or {}).get("packages", ())
        if each.get("imported")
    }
    return tuple(sorted(names))
