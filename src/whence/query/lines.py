"""Names with versions: registered models and systems, where their aliases point, their history."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from whence.model.edge import EdgeKind
from whence.model.line import LINE_KINDS, LINES, MODELS, VERSION_KINDS, Line, number_of
from whence.model.node import Node
from whence.query.account import Account, account_for
from whence.query.deployments import deployments_of
from whence.store.interface import Direction, GraphReader


@dataclass(frozen=True, slots=True)
class LineVersion:
    """One version of a name."""

    handle: int
    number: int
    node: Node


def versions_of(reader: GraphReader, line: int) -> list[LineVersion]:
    """The versions of a registered model or a system, by number.

    Where two share one, in an order that is the same in every store.
    """
    links = reader.links([line], Direction.EFFECTS)
    handles = [link.origin for link in links if link.kind is EdgeKind.VERSION_OF]
    found = []
    for handle, node in zip(handles, reader.nodes(handles), strict=True):
        number = number_of(node)
        if number is not None:
            found.append(LineVersion(handle, number, node))
    return sorted(found, key=lambda each: (each.number, each.node.id))


def line_of(reader: GraphReader, handle: int) -> int | None:
    """The name of which a version is one; the name itself of a name; else ``None``."""
    (node,) = reader.nodes([handle])
    if node.kind in LINE_KINDS:
        return handle
    if node.kind not in VERSION_KINDS:
        return None
    links = reader.links([handle], Direction.ORIGINS)
    return next((link.target for link in links if link.kind is EdgeKind.VERSION_OF), None)


def aliases_of(
    reader: GraphReader, line: int, versions: Sequence[LineVersion] | None = None
) -> dict[str, list[LineVersion]]:
    """Where each alias points now: several versions where two stores gave the same number."""
    account = account_for(reader, line)
    versions = versions_of(reader, line) if versions is None else versions
    found: dict[str, list[LineVersion]] = {}
    for alias, number in sorted(account.said("alias").items()):
        same = [each for each in versions if each.number == number]
        meant = _meant(account, alias, number) if len(same) > 1 else None
        chosen = [each for each in same if each.node.id == meant]
        if same:
            found[alias] = chosen or same
    return found


def _meant(account: Account, alias: str, number: int) -> str | None:
    """The version that the latest move of an alias named by its id."""
    moves = [row for row in _rows(account) if row["what"] == "alias" and row.get("alias") == alias]
    latest = max(moves, key=lambda row: str(row["at"]), default={})
    return latest.get("version") if latest.get("after") == number else None


def retirement_of(account: Account) -> dict[str, Any] | None:
    """Since when, why and by whom a thing is not to be used; ``None`` while it is."""
    told = account.said("retired")
    if not told.get("retired"):
        return None
    return {name: told[name] for name in ("at", "by", "reason")}


def retired_text(account: Account) -> str:
    """``delay@3 is retired since 2026-03-01: why``; empty where it is not."""
    told = retirement_of(account)
    if told is None:
        return ""
    return f"{account.node.name} is retired since {told['at'][:10]}: {told['reason']}"


def history_of(reader: GraphReader, handle: int) -> list[dict[str, Any]]:
    """Who changed what of a thing in the register, the latest first.

    Of a name, all its versions too: each row says in ``name`` which of them.
    """
    (node,) = reader.nodes([handle])
    things = [handle]
    if node.kind in LINE_KINDS:
        things += [each.handle for each in versions_of(reader, handle)]
    rows = [
        {"name": account.node.name, **row}
        for account in (account_for(reader, thing) for thing in things)
        for row in _rows(account)
    ]
    return sorted(rows, key=lambda row: str(row["at"]))[::-1]


def _rows(account: Account) -> Iterator[Mapping[str, Any]]:
    told = account.said("registration")
    if told:
        yield {"what": "registered", "at": told["registered_at"], "by": told["by"]}
    yield from account.said("changes").values()


def line_called(reader: GraphReader, name: str) -> Line:
    """Of what sort a name is, as far as is known; a model where nothing is.

    Raises:
        UsageError: the name can be none.
    """
    known = (line for line in LINES if reader.find(line.node(name).id) is not None)
    return next(known, MODELS)


def pointing_to(reader: GraphReader, handle: int) -> list[str]:
    """What still leads people to a version: aliases, and where it is live."""
    line = line_of(reader, handle)
    told = []
    if line is not None and line != handle:
        (name,) = reader.nodes([line])
        for alias, found in aliases_of(reader, line).items():
            if any(each.handle == handle for each in found):
                told.append(f"{name.name}@{alias} still points to it")
    told += [
        f"it still serves in {each.serving.environment}"
        for each in deployments_of(reader, handle)
        if each.serving.is_live()
    ]
    return told
