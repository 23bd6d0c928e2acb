"""Asking: every question is a pure function over a store's reader.

- ``refs``: what does this REF name?
- ``account``: everything said of one node, added up: what ``show`` prints.
- ``lineage``: the nodes and edges of an answer; ``trace`` and ``impact`` are its two directions.
- ``gaps``: where the story of a thing stops, and why.
- ``diff``: layer by layer, what two lineages share and where they part.
- ``history``: the runs of a store, latest first.
"""
