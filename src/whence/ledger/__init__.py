"""Tamper evidence: why a record that was kept can be believed later. Pure; keeps nothing itself.

The ledger is a list of entries that only grows. An entry is a few public fields and a *salted
commitment* to a record's body; the body stands beside it in the store and can be erased, with its
salt, while everything here still verifies. Over the entries stands a Merkle tree (RFC 6962), whose
root speaks for all of them in 32 bytes::

    record ─▶ body ─┐
              salt ─┴─▶ commitment ─▶ LedgerEntry ─▶ leaf hash ─┐
                                                   all others ─┴─▶ root ─▶ Checkpoint

Read in this order:

- ``entry``: ``LedgerEntry``, its canonical bytes; ``commit`` and ``verify_body``.
- ``merkle``: leaf and node hashes, ``Frontier`` to append in O(log n), inclusion and consistency
  proofs: made from the hashes of complete subtrees, which a store keeps as rows, and verified.
- ``checkpoint``: ``Checkpoint``, the head as text to keep elsewhere (C2SP tlog-checkpoint).
- ``proof``: ``InclusionProof``, a file that shows one entry to anybody, offline (C2SP tlog-proof);
  ``verify_succession``, by which a client notices that history was rewritten.
- ``signing``: Ed25519 keys, and texts that they signed (C2SP signed-note).
- ``envelope``: signed statements that other tools read (DSSE, in-toto).
- ``audit``: hash all that a store keeps, and name the first fault.

Who believes what: a proof shows that an entry is in *a* tree; that this is the log's tree, the
caller knows only from a checkpoint got by another way. Nothing here trusts what came with a proof.
Bytes that are not in their form raise ``WireError``; claims that do not hold, ``LedgerError``.
"""
