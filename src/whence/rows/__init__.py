r"""Rows: what changed inside a table, also when its older bytes are gone.

A *fingerprint* is small and kept by the digest of the table's bytes: a 64-bit hash per row and per
column, so that two versions can be told apart row by row without holding a single value.

- ``format``: which files are tables, by name and first bytes.
- ``fingerprint``: a table's fingerprint, taken from the file; its bytes and back.
- ``compare``: two fingerprints, or two files, as one ``TableChange`` in plain sentences.
- ``shelf``: where fingerprints are kept; it can be deleted at any time.

Behind them: ``opening`` (checks, unpacking, a private folder), ``engine`` (DuckDB, locked to one
file), ``loading`` (one loader per kind), ``delimited`` and ``jsonlines`` (what text tables need
before an engine may read them).

The algorithm ``whence-rows-1``, so that others can obey it:

- A cell is a text. Of a CSV: what stands between the delimiters, quotes undone. Of JSON lines: the
  value as compact JSON, control characters as ``\u001F``; ``null`` and an absent key alike are no
  value. Of the others: DuckDB's ``VARCHAR`` form, times in UTC. A text that holds U+001F or U+001E
  is written as U+001E and the upper-case hexadecimal of its UTF-8; no value is U+001E alone.
- A row is its cells, in the order of the columns' names by code point, joined by U+001F.
- The hash of a text is the last eight bytes of its MD5, read as a little-endian number.
- A column's hash is the sum over all its cells of their hashes, modulo 2^64.

MD5 serves for speed here, not for safety: identity of *content* is always SHA-256, elsewhere. Nor
do hashes without a key hide a row from somebody who can guess it: a fingerprint stays beside the
data it tells of, readable by its owner only, and is no part of a record.
"""
