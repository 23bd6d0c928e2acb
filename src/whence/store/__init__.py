"""Keeping: the ledger's entries and, in the same transaction, the graph built from them.

- ``interface``: what every store can do, as small protocols.
- ``memory``: the reference implementation, plain dictionaries; what it answers is right.
- ``sqlite``: the laptop's store: one file, safe among many processes, durable.
- ``opening``: which of them a URL names, and the door for others.
- ``postgres``: the team's store: a schema in a database, written by many processes.
- ``database``: what both ask of SQL, in the same words; ``sqlreader`` and ``sqlwriter`` ask it.
- ``walks``: whole walks; ``steps`` and ``arraysteps`` are the ways to go one level further.
- ``snapshot``: the edges as flat arrays in a mapped file beside the SQL rows; ``adjacency`` keeps
  it, and what was added since, at hand for walks over millions.
- ``check``: whether everything is as it was written.
- ``objects``: contents by SHA-256, for doing runs again.
- ``shelf``: small files by digest, which may be deleted at any time.
"""
