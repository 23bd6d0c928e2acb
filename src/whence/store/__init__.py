"""Keeping: the ledger's entries and, in the same transaction, the graph built from them.

- ``interface``: what every store can do, as small protocols.
- ``memory``: the reference implementation, plain dictionaries; what it answers is right.
- ``sqlite``: the laptop's store: one file, safe among many processes, durable.
- ``adjacency``: a compact snapshot of the edges beside the SQL rows, for walks over millions.
"""
