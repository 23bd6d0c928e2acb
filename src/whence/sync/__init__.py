"""Records that travel between stores, both ways; see decision record 26.

What travels is the ledger's entries, with their salts: so an entry is the same leaf wherever it is
kept, and sending it twice keeps it once. Read in this order:

- ``travelling``: an entry as one line of bytes, and what must hold of it when it arrives.
- ``receiving``: keeping what arrived; the sender's checkpoint, and how it is verified later.
- ``retelling``: the same event told to two stores; decision record 33.
- ``peers``: the other side: a store that can be opened here, or a server.
- ``remotes``: which others this workspace knows, and what it remembers of each.
- ``giving``: handing over; what is held back and offered again.
- ``exchange``: ``push`` and ``pull``.
- ``opening``: a server as this workspace's own store.
"""
