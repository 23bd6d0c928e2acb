"""Rows: what changed inside a table, also when its older bytes are gone.

A *fingerprint* is kept by the digest of the table's bytes: keyed hashes of each row, of its key and
of the segments that it lies in, and of each column a small profile. So two versions can be told
apart row by row without keeping the rows.

- ``format``: which files are tables, by name and first bytes.
- ``fingerprint``: a table's fingerprint, taken from the file.
- ``compare``: two fingerprints, or two files, as one ``TableChange``.
- ``change``: what changed, in plain sentences and as JSON.
- ``shelf``: where fingerprints are kept; it can be deleted at any time.

Behind them: ``opening`` (checks, unpacking, a private folder), ``engine`` (DuckDB, locked to that
folder), ``loading`` (one loader per kind), ``delimited`` and ``jsonlines`` (what text tables need
before an engine may read them); ``cells`` (which values are equal), ``hashing`` (how they are
hashed), ``choosing`` (what identifies rows, and which segments they lie in), ``profile`` and
``drift`` (columns as a whole, and whether they moved), ``joining`` (which rows came, went and
changed), ``segments`` (where those lie), ``header`` (the fingerprint's header as bytes).

How it is done, what it keeps and what that gives away: decision record 19.
"""
