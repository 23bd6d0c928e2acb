"""SHA-256 of what is short, without a pause."""

import hashlib

_STEP = 2_047
"""The most bytes that hashlib hashes without letting go of the interpreter."""

_LONG = 65_536
"""Bytes from which on others are to have the interpreter meanwhile."""


def sha256(*parts: bytes) -> bytes:
    """The SHA-256 of parts that follow one another.

    hashlib lets others have the interpreter while it hashes more than 2 kB. For a few microseconds
    of work that takes longer than the work, so a short part goes in steps.
    """
    told = hashlib.sha256()
    for part in parts:
        if len(part) > _LONG:
            told.update(part)
        else:
            for at in range(0, len(part), _STEP):
                told.update(part[at : at + _STEP])
    return told.digest()
