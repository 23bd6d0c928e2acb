"""Every call that travels to a moment of a store elsewhere: what it takes and what it gives.

One request holds a list of calls, each ``[name, argument, …]``; its answer is a list of as many
answers, or of fewer where these are large: whoever asks then asks for the rest.
"""

import base64
import binascii
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from types import MappingProxyType
from typing import Any

from whence.errors import WireError
from whence.ledger.audit import AuditRow
from whence.model.identity import NodeId
from whence.model.node import Node, NodeKind
from whence.store.interface import (
    Direction,
    Head,
    Kept,
    Link,
    Made,
    Reach,
    Reader,
    StatedFacet,
)
from whence.wire.shapes import decode, encode

VERSION = 1
"""The version of this table; a server says which it speaks."""

MOST_CALLS = 1_000
"""Calls of one request."""

PAGE = 200
"""Entries, or records, that come with one call."""

NODES_OF_TREE = 20_000
"""Interior hashes that come with one call."""


@dataclass(frozen=True, slots=True)
class Form:
    """How one kind of value travels."""

    write: Callable[[Any], Any]
    read: Callable[[Any], Any]
    """Raises ``WireError`` for what is no such value."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One call."""

    do: Callable[..., Any]
    """Asks a reader: takes the reader, then the arguments."""
    takes: tuple[Form, ...]
    gives: Form


def encode_call(name: str, arguments: Sequence[Any]) -> list[Any]:
    """A call as it travels."""
    forms = CALLS[name].takes
    return [name, *(form.write(each) for form, each in zip(forms, arguments, strict=True))]


def decode_answer(name: str, value: Any) -> Any:
    """What came back for a call.

    Raises:
        WireError: it is no answer to that call.
    """
    return CALLS[name].gives.read(value)


def answer_call(reader: Reader, call: Any) -> Any:
    """Ask a reader what a call asks; the answer as it travels.

    Raises:
        WireError: it is no call.
    """
    match call:
        case [str(name), *arguments] if name in CALLS:
            ask = CALLS[name]
        case [str(name), *_]:
            raise WireError(
                f"there is no call {name!a:.80}", hint="install the same whence on both sides"
            )
        case _:
            raise WireError("a call is a list: its name, then its arguments")
    if len(arguments) != len(ask.takes):
        raise WireError(f"{name} takes {len(ask.takes)} arguments, not {len(arguments)}")
    given = [form.read(each) for form, each in zip(ask.takes, arguments, strict=True)]
    try:
        return ask.gives.write(ask.do(reader, *given))
    except (LookupError, OverflowError):
        raise WireError(f"{name} speaks of a handle that nobody gave out") from None


# ------------------------------------------------------------------- the forms


def _checked(*kinds: type) -> Form:
    def check(value: Any) -> Any:
        if type(value) not in kinds:
            raise WireError(f"expected {kinds[0].__name__}, got {type(value).__name__}")
        return value

    return Form(lambda value: value, check)


def _list_of(form: Form) -> Form:
    def write(values: Iterable[Any]) -> list[Any]:
        return [form.write(each) for each in values]

    def read(value: Any) -> list[Any]:
        if type(value) is not list:
            raise WireError(f"expected a list, got {type(value).__name__}")
        return [form.read(each) for each in value]

    return Form(write, read)


def _or_none(form: Form) -> Form:
    return Form(
        lambda value: None if value is None else form.write(value),
        lambda value: None if value is None else form.read(value),
    )


def _told(kind: type) -> Form:
    return Form(encode, lambda value: decode(kind, value, kind.__name__))


def _read_direction(value: Any) -> Direction:
    try:
        return Direction(value)
    except ValueError:
        raise WireError(f"{value!a:.80} is no direction") from None


def _read_kind(value: Any) -> NodeKind:
    try:
        return NodeKind(value)
    except ValueError:
        raise WireError(f"{value!a:.80} is no kind of node") from None


def _read_made(value: Any) -> Made:
    match value:
        case [str(moment), int(handle)]:
            return Made(moment, handle)
    raise WireError("expected a moment and a handle")


def _read_reach(value: Any) -> Reach:
    match value:
        case [list(handles), bool(truncated)]:
            return Reach([INTEGER.read(each) for each in handles], truncated)
    raise WireError("expected handles, and whether there are more")


def _write_bytes(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _read_bytes(value: Any) -> bytes:
    try:
        return base64.b64decode(TEXT.read(value), validate=True)
    except (binascii.Error, ValueError):
        raise WireError("expected bytes in base64") from None


def _read_head(value: Any) -> Head:
    match value:
        case [int(size), str(root)]:
            return Head(size, _read_bytes(root))
    raise WireError("expected a size and a root")


def _write_row(row: AuditRow) -> list[Any]:
    packed = (None if each is None else _write_bytes(each) for each in row[1:])
    return [row.index, *packed]


def _read_row(value: Any) -> AuditRow:
    match value:
        case [int(index), str(entry), salt, body, str(leaf)]:
            return AuditRow(
                index, _read_bytes(entry), BYTES.read(salt), BYTES.read(body), _read_bytes(leaf)
            )
    raise WireError("expected an entry: its place, itself, salt, body and leaf")


def _read_tree_node(value: Any) -> tuple[int, int, bytes]:
    match value:
        case [int(level), int(index), str(told)]:
            return level, index, _read_bytes(told)
    raise WireError("expected a node of the tree: its level, its place and its hash")


def _write_projects(value: Mapping[int, frozenset[str]]) -> list[Any]:
    return [[handle, sorted(names)] for handle, names in value.items()]


def _read_projects(value: Any) -> dict[int, frozenset[str]]:
    found = {}
    for each in _list_of(_checked(list)).read(value):
        match each:
            case [int(handle), list(names)]:
                found[handle] = frozenset(TEXT.read(name) for name in names)
            case _:
                raise WireError("expected a handle and its projects")
    return found


TEXT = _checked(str)
INTEGER = _checked(int)
BYTES = _or_none(Form(_write_bytes, _read_bytes))
_ID = Form(NodeId, lambda value: NodeId(TEXT.read(value)))
_FLAG = _checked(bool)
_HANDLES = _list_of(INTEGER)
_MAYBE = _or_none(INTEGER)
_DIRECTION = Form(lambda value: value.value, _read_direction)
_KIND = Form(lambda value: value.value, _read_kind)
_MADE = _list_of(Form(list, _read_made))
_REACH = Form(lambda value: [list(value.handles), value.truncated], _read_reach)
_HEAD = Form(lambda value: [value.size, _write_bytes(value.root)], _read_head)
_ROWS = _list_of(Form(_write_row, _read_row))
_TREE = _list_of(Form(lambda value: [value[0], value[1], _write_bytes(value[2])], _read_tree_node))
_PROJECTS = Form(_write_projects, _read_projects)
_SIZE = Form(list, lambda value: tuple(_HANDLES.read(value)))


# ------------------------------------------------------------------- the calls


def _records(reader: Reader, start: int) -> Iterator[Kept]:
    return islice(reader.records(start), PAGE)


def _tree_nodes(reader: Reader, start: int) -> Iterator[tuple[int, int, bytes]]:
    return islice(reader.tree_nodes(), start, start + NODES_OF_TREE)


def _latest(reader: Reader, kind: NodeKind, limit: int, before: int | None) -> list[int]:
    return reader.latest(kind, limit, before=before)


def _made_at(reader: Reader, location: str, moment: str, limit: int, later: bool) -> list[Made]:
    return reader.made_at(location, moment, limit, later=later)


def _reach(
    reader: Reader, start: int, direction: Direction, limit: int | None, depth: int | None
) -> Reach:
    return reader.reach(start, direction, limit=limit, depth=depth)


CALLS: Mapping[str, Ask] = MappingProxyType(
    {
        "find": Ask(lambda reader, node: reader.find(node), (_ID,), _MAYBE),
        "nodes": Ask(
            lambda reader, handles: reader.nodes(handles), (_HANDLES,), _list_of(_told(Node))
        ),
        "links": Ask(
            lambda reader, handles, direction: reader.links(handles, direction),
            (_HANDLES, _DIRECTION),
            _list_of(_told(Link)),
        ),
        "made_at": Ask(_made_at, (TEXT, TEXT, INTEGER, _FLAG), _MADE),
        "readings": Ask(
            lambda reader, handle, since, until: reader.readings(handle, since, until),
            (INTEGER, TEXT, TEXT),
            _list_of(_told(Link)),
        ),
        "moments": Ask(
            lambda reader, handles: reader.moments(handles), (_HANDLES,), _list_of(TEXT)
        ),
        "facets": Ask(
            lambda reader, handle: reader.facets(handle), (INTEGER,), _list_of(_told(StatedFacet))
        ),
        "projects": Ask(lambda reader, handles: reader.projects(handles), (_HANDLES,), _PROJECTS),
        "introduced": Ask(
            lambda reader, handles: reader.introduced(handles), (_HANDLES,), _list_of(TEXT)
        ),
        "starting_with": Ask(
            lambda reader, prefix, limit: reader.starting_with(prefix, limit),
            (TEXT, INTEGER),
            _HANDLES,
        ),
        "named": Ask(
            lambda reader, name, limit: reader.named(name, limit), (TEXT, _MAYBE), _HANDLES
        ),
        "names_like": Ask(
            lambda reader, text, limit: reader.names_like(text, limit),
            (TEXT, INTEGER),
            _list_of(TEXT),
        ),
        "with_digest": Ask(lambda reader, sha256: reader.with_digest(sha256), (TEXT,), _HANDLES),
        "with_content_starting": Ask(
            lambda reader, prefix, limit: reader.with_content_starting(prefix, limit),
            (TEXT, INTEGER),
            _HANDLES,
        ),
        "containing": Ask(lambda reader, sha256: reader.containing(sha256), (TEXT,), _HANDLES),
        "latest": Ask(_latest, (_KIND, INTEGER, _MAYBE), _HANDLES),
        "reach": Ask(_reach, (INTEGER, _DIRECTION, _MAYBE, _MAYBE), _REACH),
        "path": Ask(
            lambda reader, start, goal: reader.path(start, goal),
            (INTEGER, INTEGER),
            _or_none(_HANDLES),
        ),
        "size": Ask(lambda reader: reader.size(), (), _SIZE),
        "head": Ask(lambda reader: reader.head(), (), _HEAD),
        "identity": Ask(lambda reader: reader.identity(), (), TEXT),
        "place": Ask(lambda reader, record: reader.place(record), (_ID,), _MAYBE),
        "records": Ask(_records, (INTEGER,), _list_of(_told(Kept))),
        "entries": Ask(
            lambda reader, start, stop: reader.entries(start, min(stop, start + PAGE)),
            (INTEGER, INTEGER),
            _ROWS,
        ),
        "tree_nodes": Ask(_tree_nodes, (INTEGER,), _TREE),
    }
)
"""Name → what it does, as ``store.interface.Reader`` has it, but that lists come page by page."""
