"""The tables of a store in PostgreSQL, as data: the same columns as ``store.schema`` has."""

from collections.abc import Mapping
from types import MappingProxyType

VERSION = 1
"""The version of these tables; what brings an older one up to date stands in ``STEPS``."""

TABLES = """
-- Which version these tables are.
CREATE TABLE form (one INTEGER PRIMARY KEY CHECK (one = 1), version INTEGER NOT NULL);
-- The truth. See store/schema.py for what each column holds.
CREATE TABLE entry (
  idx BIGINT PRIMARY KEY, id BYTEA NOT NULL UNIQUE,
  entry BYTEA NOT NULL, salt BYTEA, body BYTEA, leaf BYTEA NOT NULL
);
ALTER TABLE entry ALTER COLUMN body SET STORAGE EXTERNAL; -- it is compressed already
CREATE TABLE tree (
  level INTEGER NOT NULL, idx BIGINT NOT NULL, hash BYTEA NOT NULL, PRIMARY KEY (level, idx)
);
CREATE TABLE head (
  one INTEGER PRIMARY KEY CHECK (one = 1), size BIGINT NOT NULL, root BYTEA NOT NULL
);
CREATE TABLE making (one INTEGER PRIMARY KEY CHECK (one = 1), mark BYTEA NOT NULL);
CREATE TABLE identity (one INTEGER PRIMARY KEY CHECK (one = 1), id BYTEA NOT NULL);
-- The index. Names are compared by code point, as everywhere else in Whence; texts of any length
-- are found by their hash, since a row of a B-tree holds no more than 2,700 bytes.
CREATE TABLE node (
  handle BIGINT PRIMARY KEY, id BYTEA NOT NULL, kind INTEGER NOT NULL,
  name TEXT COLLATE "C" NOT NULL, digest BYTEA, digests TEXT, location TEXT, told BIGINT NOT NULL
);
CREATE UNIQUE INDEX node_by_id ON node (id);
CREATE INDEX node_by_name ON node USING hash (name);
CREATE INDEX node_by_kind ON node (kind, handle);
CREATE INDEX node_by_digest ON node (digest) WHERE digest IS NOT NULL;
CREATE TABLE edge (
  seq BIGINT PRIMARY KEY, origin BIGINT NOT NULL, target BIGINT NOT NULL,
  kind INTEGER NOT NULL, basis INTEGER NOT NULL, role TEXT NOT NULL, detail TEXT NOT NULL
);
CREATE INDEX edge_from ON edge (origin, target, kind);
CREATE INDEX edge_to ON edge (target, origin, kind);
CREATE TABLE about (node BIGINT NOT NULL, idx BIGINT NOT NULL, PRIMARY KEY (node, idx));
-- What one entry changed: so that a writer knows what others did since its last turn.
CREATE INDEX about_by_entry ON about (idx);
CREATE INDEX node_by_told ON node (told);
CREATE TABLE member (digest BYTEA NOT NULL, node BIGINT NOT NULL, PRIMARY KEY (digest, node));
CREATE TABLE belonging (
  node BIGINT NOT NULL, project TEXT COLLATE "C" NOT NULL, PRIMARY KEY (node, project)
);
CREATE TABLE arrival (idx BIGINT PRIMARY KEY, meaning BYTEA NOT NULL UNIQUE);
"""

STEPS: Mapping[int, str] = MappingProxyType({})
"""What each later version changes."""

LOG_TABLES = ("entry", "tree")
"""Nothing here is ever changed, but for a body and its salt that are erased."""

STATE_TABLES = ("head", "making")

FIXED_TABLES = ("form", "identity")

INDEX_TABLES = ("node", "edge", "about", "member", "belonging", "arrival")

COLUMNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "entry": ("int8", "bytea", "bytea", "bytea", "bytea", "bytea"),
        "tree": ("int4", "int8", "bytea"),
        "node": ("int8", "bytea", "int4", "text", "bytea", "text", "text", "int8"),
        "edge": ("int8", "int8", "int8", "int4", "int4", "text", "text"),
        "about": ("int8", "int8"),
        "member": ("bytea", "int8"),
        "belonging": ("int8", "text"),
        "arrival": ("int8", "bytea"),
    }
)
"""The types of the columns of what is inserted by the many."""


def grants(schema: str, role: str) -> str:
    """What a service needs: it may add to the log, and can change nothing in it.

    Args:
        schema: Of the store, a plain identifier.
        role: Of the service, a plain identifier.
    """
    return "\n".join(
        [
            f"GRANT USAGE ON SCHEMA {schema} TO {role};",
            f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {role};",
            *(f"GRANT INSERT ON {schema}.{table} TO {role};" for table in LOG_TABLES),
            *(f"GRANT INSERT, UPDATE ON {schema}.{table} TO {role};" for table in STATE_TABLES),
            *(
                f"GRANT INSERT, UPDATE, DELETE ON {schema}.{table} TO {role};"
                for table in INDEX_TABLES
            ),
        ]
    )
