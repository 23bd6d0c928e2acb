"""The tables of a SQL store, as data: statements, codes, migrations."""

from collections.abc import Mapping
from types import MappingProxyType

from whence.model.edge import EDGE_RULES, Basis, EdgeKind
from whence.model.node import NodeKind
from whence.store.interface import Direction

APPLICATION_ID = 0x57484E43
"""``WHNC``: marks the SQLite file as ours (pragma application_id)."""

VERSION = 3
"""The version of the tables (pragma user_version)."""

TABLES = """
-- The truth. `entry` is the canonical LedgerEntry; `body` its record, compressed, null once erased.
CREATE TABLE entry (
  idx INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE,
  entry BLOB NOT NULL, salt BLOB, body BLOB, leaf BLOB NOT NULL
);
-- Hashes of complete subtrees, level 1 and up (RFC 6962, section 2.1); leaves stand in `entry`.
CREATE TABLE tree (
  level INTEGER NOT NULL, idx INTEGER NOT NULL, hash BLOB NOT NULL, PRIMARY KEY (level, idx)
) WITHOUT ROWID;
CREATE TABLE head (
  one INTEGER PRIMARY KEY CHECK (one = 1), size INTEGER NOT NULL, root BLOB NOT NULL
);
-- Which making of the graph this is: handles kept elsewhere mean nothing under another mark.
CREATE TABLE making (one INTEGER PRIMARY KEY CHECK (one = 1), mark BLOB NOT NULL);
INSERT INTO making VALUES (1, randomblob(16));
"""
"""What is kept for good, as version 1 had it; the steps below bring it up to date."""

STEPS: Mapping[int, str] = MappingProxyType(
    {
        2: """
-- The ledger's own id.
CREATE TABLE identity (one INTEGER PRIMARY KEY CHECK (one = 1), id BLOB NOT NULL);
INSERT INTO identity VALUES (1, randomblob(16));
""",
        3: "",
    }
)
"""What each later version adds to the tables that are kept for good; the graph is made anew."""

NEW_MAKING = "UPDATE making SET mark = randomblob(16)"
"""Said in the transaction of every rebuild."""

GRAPH_TABLES = """
-- The index: everything below can be made again from `entry`.
CREATE TABLE node (
  handle INTEGER PRIMARY KEY, id BLOB NOT NULL, kind INTEGER NOT NULL, name TEXT NOT NULL,
  digest BLOB, digests TEXT, location TEXT,
  told INTEGER NOT NULL, -- the entry that calls it so
  made TEXT NOT NULL DEFAULT '', -- when it was made and its id, where an edge says so
  moment TEXT NOT NULL DEFAULT '' -- the latest that is told of it and of what it came of
);
CREATE UNIQUE INDEX node_by_id ON node (id);
CREATE INDEX node_by_name ON node (name);
CREATE INDEX node_by_kind ON node (kind);
CREATE INDEX node_by_digest ON node (digest) WHERE digest IS NOT NULL;
CREATE INDEX node_by_making ON node (location, made) WHERE made > '';
CREATE TABLE edge (
  seq INTEGER PRIMARY KEY, origin INTEGER NOT NULL, target INTEGER NOT NULL,
  kind INTEGER NOT NULL, basis INTEGER NOT NULL, role TEXT NOT NULL, detail TEXT NOT NULL,
  at TEXT NOT NULL DEFAULT '' -- when its origin read its target, where the detail says so
);
CREATE UNIQUE INDEX edge_from ON edge (origin, target, kind, basis, role, detail);
CREATE INDEX edge_to ON edge (target, origin, kind);
CREATE INDEX edge_by_reading ON edge (target, at) WHERE at > '';
-- Which entries say something about a node.
CREATE TABLE about (
  node INTEGER NOT NULL, idx INTEGER NOT NULL, PRIMARY KEY (node, idx)
) WITHOUT ROWID;
-- Which artifacts list a content as a member.
CREATE TABLE member (
  digest BLOB NOT NULL, node INTEGER NOT NULL, PRIMARY KEY (digest, node)
) WITHOUT ROWID;
-- Whose a node is, where records name a project.
CREATE TABLE belonging (
  node INTEGER NOT NULL, project TEXT NOT NULL, PRIMARY KEY (node, project)
) WITHOUT ROWID;
-- Which entries arrived and nobody has said yet what they mean: `meaning` is the record's id to be.
CREATE TABLE arrival (idx INTEGER PRIMARY KEY, meaning BLOB NOT NULL);
CREATE UNIQUE INDEX arrival_by_meaning ON arrival (meaning);
"""
"""What follows from it, in the order in which a rebuild fills it."""

GRAPH_TABLE_NAMES = ("node", "edge", "about", "member", "belonging", "arrival")

NODE_CODES: Mapping[NodeKind, int] = MappingProxyType(
    {
        NodeKind.RUN: 1,
        NodeKind.JOB: 2,
        NodeKind.ACTOR: 3,
        NodeKind.REGISTERED_MODEL: 4,
        NodeKind.MODEL_VERSION: 5,
        NodeKind.DATASET: 10,
        NodeKind.MODEL: 11,
        NodeKind.CODE: 12,
        NodeKind.ENVIRONMENT: 13,
        NodeKind.CONFIG: 14,
        NodeKind.EVALUATION: 15,
        NodeKind.PROMPT: 16,
        NodeKind.INDEX: 17,
        NodeKind.DOCUMENT: 18,
        NodeKind.TOOL: 19,
        NodeKind.SYSTEM: 6,
        NodeKind.SYSTEM_VERSION: 7,
        NodeKind.DEPLOYMENT: 8,
    }
)
NODE_KINDS = {code: kind for kind, code in NODE_CODES.items()}

EDGE_CODES: Mapping[EdgeKind, int] = MappingProxyType(
    {
        EdgeKind.USED: 1,
        EdgeKind.GENERATED_BY: 2,
        EdgeKind.DERIVED_FROM: 3,
        EdgeKind.INFORMED_BY: 4,
        EdgeKind.HAS_MEMBER: 5,
        EdgeKind.PINS: 6,
        EdgeKind.DEPLOYS: 7,
        EdgeKind.PART_OF: 20,
        EdgeKind.FOLLOWS: 21,
        EdgeKind.ASSOCIATED_WITH: 22,
        EdgeKind.ATTRIBUTED_TO: 23,
        EdgeKind.ACTED_FOR: 24,
        EdgeKind.VERSION_OF: 25,
    }
)
EDGE_KINDS = {code: kind for kind, code in EDGE_CODES.items()}

LINEAGE_BELOW = 20
"""Edges along which content flowed have codes below this one, so that SQL can say it shortly."""

if {kind for kind, code in EDGE_CODES.items() if code < LINEAGE_BELOW} != {
    kind for kind, rule in EDGE_RULES.items() if rule.lineage
}:
    raise AssertionError("the codes of edges disagree with the edge table")

ENDS: Mapping[Direction, tuple[str, str]] = MappingProxyType(
    {Direction.ORIGINS: ("origin", "target"), Direction.EFFECTS: ("target", "origin")}
)
"""The columns of ``edge`` that hold where a step of a walk starts and where it ends."""

BASIS_CODES: Mapping[Basis, int] = MappingProxyType(
    {Basis.OBSERVED: 1, Basis.DECLARED: 2, Basis.IMPORTED: 3, Basis.INFERRED: 4}
)
BASES = {code: basis for basis, code in BASIS_CODES.items()}
