"""The tables of a store in PostgreSQL, as data: the same columns as ``store.schema`` has."""

from collections.abc import Mapping
from types import MappingProxyType

VERSION = 2
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
  name TEXT COLLATE "C" NOT NULL, digest BYTEA, digests TEXT, location TEXT, told BIGINT NOT NULL,
  made TEXT COLLATE "C" NOT NULL, moment TEXT COLLATE "C" NOT NULL
);
CREATE UNIQUE INDEX node_by_id ON node (id);
CREATE INDEX node_by_name ON node USING hash (name);
CREATE INDEX node_by_kind ON node (kind, handle);
CREATE INDEX node_by_digest ON node (digest) WHERE digest IS NOT NULL;
CREATE INDEX node_by_making ON node (md5(location), made) WHERE made > '';
CREATE TABLE edge (
  seq BIGINT PRIMARY KEY, origin BIGINT NOT NULL, target BIGINT NOT NULL,
  kind INTEGER NOT NULL, basis INTEGER NOT NULL, role TEXT NOT NULL, detail TEXT NOT NULL,
  at TEXT COLLATE "C" NOT NULL
);
CREATE INDEX edge_from ON edge (origin, target, kind);
CREATE INDEX edge_to ON edge (target, origin, kind);
CREATE INDEX edge_by_reading ON edge (target, at) WHERE at > '';
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

_MOMENT = "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{6}Z"

STEPS: Mapping[int, str] = MappingProxyType(
    {
        2: f"""
CREATE TABLE IF NOT EXISTS arrival (idx BIGINT PRIMARY KEY, meaning BYTEA NOT NULL UNIQUE);
ALTER TABLE node ADD COLUMN made TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE node ADD COLUMN moment TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE edge ADD COLUMN at TEXT COLLATE "C" NOT NULL DEFAULT '';
-- A key follows a brace or a comma; inside a text there are backslashes before quotes.
UPDATE edge SET at = substring(detail FROM '(?:[{{]|, )"at": "({_MOMENT})"')
  WHERE detail ~ '(?:[{{]|, )"at": "{_MOMENT}"';
UPDATE node SET made = told.first || ' ' || encode(id, 'hex'), moment = told.last FROM (
  SELECT origin, min(made COLLATE "C") AS first, max(made COLLATE "C") AS last
  FROM (
    SELECT origin, substring(detail FROM '(?:[{{]|, )"made": "({_MOMENT})"') AS made FROM edge
    WHERE kind IN (2, 3) AND detail !~ '(?:[{{]|, )"at": "'
  ) AS said WHERE made > '' GROUP BY origin
) AS told WHERE told.origin = node.handle;
UPDATE node SET moment = told.last FROM (
  SELECT origin, max(at) AS last FROM edge WHERE at > '' GROUP BY origin
) AS told WHERE told.origin = node.handle AND told.last > moment;
-- No effect is earlier than its cause.
DO $$ BEGIN
  LOOP
    UPDATE node SET moment = told.last FROM (
      SELECT edge.origin, max(cause.moment) AS last
      FROM edge JOIN node AS cause ON cause.handle = edge.target
      WHERE cause.moment > '' GROUP BY edge.origin
    ) AS told WHERE told.origin = node.handle AND told.last > node.moment;
    EXIT WHEN NOT FOUND;
  END LOOP;
END $$;
-- A program of before would leave these out, so it is to fail.
ALTER TABLE node ALTER COLUMN made DROP DEFAULT;
ALTER TABLE node ALTER COLUMN moment DROP DEFAULT;
ALTER TABLE edge ALTER COLUMN at DROP DEFAULT;
CREATE INDEX node_by_making ON node (md5(location), made) WHERE made > '';
CREATE INDEX edge_by_reading ON edge (target, at) WHERE at > '';
""",
    }
)
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
        "node": ("int8", "bytea", "int4", "text", "bytea", "text", "text", "int8", "text", "text"),
        "edge": ("int8", "int8", "int8", "int4", "int4", "text", "text", "text"),
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
