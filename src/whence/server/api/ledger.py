"""The ledger's head, and the proofs that it only grew and that an entry is in it."""

from typing import Annotated

import msgspec
from msgspec import Meta

from whence.ledger.checkpoint import Checkpoint, encode_hash
from whence.ledger.merkle import HashReader, consistency_proof, inclusion_proof, tree_root
from whence.server.access.permission import Permission
from whence.server.problems import RefusedError
from whence.server.routing import Call, Reply, Route, Words
from whence.store.interface import Reader

Size = Annotated[int, Meta(ge=0, le=2**62)]


class HeadTold(msgspec.Struct):
    """The state of the ledger."""

    identity: str
    """The ledger's own id."""
    size: int
    root: str
    """RFC 6962, section 2.1, in base64."""


class Proof(msgspec.Struct):
    """Hashes that show something of the ledger (RFC 6962, section 2.1), in base64."""

    size: int
    root: str
    hashes: list[str]


class Inclusion(Words):
    """Which entry, in which state of the ledger."""

    index: Size
    size: Size | None = None
    """How many entries the ledger had; now, unless said."""


class Consistency(Words):
    """From which state of the ledger to which."""

    old: Size
    new: Size | None = None
    """How many entries the later one had; now, unless said."""


def head(call: Call) -> Reply:
    """Tell how many entries the ledger has, and under which root."""
    with call.reading() as reader:
        now = reader.head()
        return Reply(
            {"identity": _identity(reader), "size": now.size, "root": encode_hash(now.root)}
        )


def checkpoint(call: Call) -> Reply:
    """Give the ledger's head as text that can be kept elsewhere (C2SP tlog-checkpoint)."""
    with call.reading() as reader:
        now = reader.head()
        text = Checkpoint(f"whence/{_identity(reader)}", now.size, now.root).encode()
    return Reply(text, media="text/plain; charset=utf-8")


def inclusion(call: Call) -> Reply:
    """Prove that an entry is in the ledger."""
    asked: Inclusion = call.query
    with call.reading() as reader:
        size = _size(reader, asked.size)
        if asked.index >= size:
            raise RefusedError(404, f"the ledger has no entry {asked.index} among its {size}")
        hash_of = _hashes(reader)
        return _proof(size, hash_of, inclusion_proof(asked.index, size, hash_of))


def consistency(call: Call) -> Reply:
    """Prove that the ledger only grew between two of its states."""
    asked: Consistency = call.query
    with call.reading() as reader:
        new = _size(reader, asked.new)
        if asked.old > new:
            raise RefusedError(404, f"the ledger has {new} entries, not {asked.old}")
        hash_of = _hashes(reader)
        return _proof(new, hash_of, consistency_proof(asked.old, new, hash_of))


def _size(reader: Reader, asked: int | None) -> int:
    size = reader.head().size
    if asked is None:
        return size
    if asked > size:
        raise RefusedError(404, f"the ledger has {size} entries, not {asked}")
    return asked


def _hashes(reader: Reader) -> HashReader:
    """The hashes of the tree: asked for one by one where that goes, else all of them read."""
    single: HashReader | None = getattr(reader, "subtree_hash", None)
    if single is not None:
        return single
    nodes = {(level, index): value for level, index, value in reader.tree_nodes()}
    nodes |= {(0, row.index): row.leaf for row in reader.audit_rows()}
    return lambda level, index: nodes[level, index]


def _proof(size: int, hash_of: HashReader, hashes: list[bytes]) -> Reply:
    root = tree_root(size, hash_of)
    return Reply(
        {
            "size": size,
            "root": encode_hash(root),
            "hashes": [encode_hash(each) for each in hashes],
        }
    )


ROUTES = (
    Route("GET", "/api/v1/ledger", head, Permission.READ, answer=HeadTold),
    Route("GET", "/api/v1/ledger/checkpoint", checkpoint, Permission.READ, answer=bytes),
    Route(
        "GET",
        "/api/v1/ledger/inclusion",
        inclusion,
        Permission.READ,
        query=Inclusion,
        answer=Proof,
    ),
    Route(
        "GET",
        "/api/v1/ledger/consistency",
        consistency,
        Permission.READ,
        query=Consistency,
        answer=Proof,
    ),
)


def _identity(reader: Reader) -> str:
    return str(getattr(reader, "identity", lambda: "")())
