"""The nouns: what Whence speaks of, as frozen values on the standard library alone.

Read in this order:

- ``identity``: how things are named for good (``NodeId``), and how ids are made.
- ``digest``: the identity of *content*; never of a thing.
- ``node``: what the graph joins: runs, artifacts, jobs, actors, registered models, versions.
- ``edge``: how they are joined, which kind may join what, and how we know (``Basis``).
- ``facet``: named, versioned attachments to a node: parameters, metrics, an environment …
- ``gap``: a place where the story stops, and why.
- ``run``: the states of a run and which may follow which.
- ``record``: a batch of the above from one source, which is what the ledger keeps.
"""
