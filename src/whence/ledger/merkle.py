"""Merkle trees as in RFC 6962, section 2.1 (unchanged in RFC 9162), over SHA-256.

::

    MTH({})      = SHA-256()                      the root of nothing
    MTH({d0})    = SHA-256(0x00 || d0)            a leaf hash
    MTH(D[0:n])  = SHA-256(0x01 || MTH(D[0:k]) || MTH(D[k:n]))
                   where k is the largest power of two below n

The different first bytes keep a node from passing for a leaf. The subtree of the leaves
``index * 2**level`` up to ``(index + 1) * 2**level`` is *complete* and never changes again; every
root and every proof is made of such subtrees, so a store that keeps their hashes can answer without
the leaves. They are named by ``(level, index)``, level 0 being the leaves, as in C2SP tlog-tiles.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence

from whence.errors import LedgerError

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()
"""The root of a tree without leaves."""

MAX_SIZE = 2**64 - 1
"""The largest tree that RFC 9162, section 4.10, can speak of (``tree_size`` is 64 bits)."""

HashReader = Callable[[int, int], bytes]
"""Gives the hash of the complete subtree ``(level, index)``."""


def leaf_hash(data: bytes) -> bytes:
    """The hash of one leaf's bytes."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node over the hashes of its two children."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_hash(leaves: Iterable[bytes]) -> bytes:
    """The Merkle Tree Hash over leaf hashes."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root()


class Frontier:
    """The right edge of a growing tree: one hash for each bit that is set in its size.

    Args:
        size: How many leaves there are already.
        hashes: The complete subtrees that they consist of, largest first.

    Raises:
        ValueError: there are more or fewer hashes than the size asks for.
    """

    def __init__(self, size: int = 0, hashes: Sequence[bytes] = ()) -> None:
        if size < 0 or len(hashes) != size.bit_count():
            raise ValueError(f"{len(hashes)} subtrees cannot make {size} leaves")
        self._size = size
        self._hashes = list(hashes)

    @property
    def size(self) -> int:
        """How many leaves there are."""
        return self._size

    @property
    def hashes(self) -> tuple[bytes, ...]:
        """The complete subtrees, largest first: all that is needed to go on later."""
        return tuple(self._hashes)

    def append(self, leaf: bytes) -> list[tuple[int, int, bytes]]:
        """Add one leaf hash.

        Returns:
            The nodes that became complete by it, as (level, index, hash), lowest first; the leaf
            itself is not among them.
        """
        made: list[tuple[int, int, bytes]] = []
        hashes, index, level = self._hashes, self._size, 0
        while index & 1:
            leaf = node_hash(hashes.pop(), leaf)
            index >>= 1
            level += 1
            made.append((level, index, leaf))
        hashes.append(leaf)
        self._size += 1
        return made

    def root(self) -> bytes:
        """The Merkle Tree Hash of all leaves so far."""
        return _join(self._hashes) if self._hashes else EMPTY_ROOT


def tree_root(size: int, hash_of: HashReader) -> bytes:
    """The Merkle Tree Hash of the first ``size`` leaves, from complete subtrees.

    Args:
        size: How many leaves; the reader's tree may have grown beyond.
        hash_of: Reads complete subtrees; asked once for each bit that is set in the size.
    """
    return _range_hash(0, size, hash_of) if size else EMPTY_ROOT


def inclusion_proof(index: int, size: int, hash_of: HashReader) -> list[bytes]:
    """The Merkle audit path of a leaf, its sibling first (RFC 6962, section 2.1.1).

    Args:
        index: Which leaf, from 0.
        size: Of how large a tree; the reader's may have grown beyond.
        hash_of: Reads complete subtrees; asked O(log(size)**2) times at most.

    Raises:
        LedgerError: such a tree has no such leaf.
    """
    if not 0 <= index < size:
        raise LedgerError(f"a tree of {size} leaves has no leaf {index}")
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(_range_hash(middle, end, hash_of))
            end = middle
        else:
            path.append(_range_hash(start, middle, hash_of))
            start = middle
    return path[::-1]


def consistency_proof(first: int, second: int, hash_of: HashReader) -> list[bytes]:
    """Why a tree of ``second`` leaves begins with one of ``first`` (RFC 6962, section 2.1.2).

    Empty when the sizes are equal, or ``first`` is 0: every tree begins with nothing.

    Args:
        first: The smaller size.
        second: The larger size; the reader's tree may have grown beyond.
        hash_of: Reads complete subtrees.

    Raises:
        LedgerError: ``first`` is larger than ``second``.
    """
    if not 0 <= first <= second:
        raise LedgerError(f"a tree of {second} leaves does not begin with {first}")
    if first in {0, second}:
        return []
    proof: list[bytes] = []
    start, end = 0, second
    while end != first:
        middle = start + _split(end - start)
        if first <= middle:
            proof.append(_range_hash(middle, end, hash_of))
            end = middle
        else:
            proof.append(_range_hash(start, middle, hash_of))
            start = middle
    if start:  # else it is the first tree as a whole, whose root the verifier knows
        proof.append(_range_hash(start, end, hash_of))
    return proof[::-1]


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> None:
    """Check a Merkle audit path (RFC 9162, section 2.1.3.2).

    Args:
        leaf: The leaf hash, which the caller has computed from the leaf itself.
        index: Where the leaf is said to stand.
        size: The size of the tree.
        proof: What ``inclusion_proof`` made.
        root: The root of that tree, from a source that the caller trusts.

    Raises:
        LedgerError: this leaf does not stand there, or the proof does not show it.
    """
    _check_sizes(size)
    _check_hashes(leaf, root, *proof)
    if not 0 <= index < size:
        raise LedgerError(f"a tree of {size} leaves has no leaf {index}")
    sides = _sides(index, size - 1)
    _check_length(proof, len(sides))
    result = leaf
    for sibling, is_left in zip(proof, sides, strict=True):
        result = node_hash(sibling, result) if is_left else node_hash(result, sibling)
    if result != root:
        raise LedgerError(f"the proof does not lead from leaf {index} to the root of {size} leaves")


def verify_consistency(
    first: int, first_root: bytes, second: int, second_root: bytes, proof: Sequence[bytes]
) -> None:
    """Check that a tree is what an earlier one has grown into (RFC 9162, section 2.1.4.2).

    Raises:
        LedgerError: the later tree does not begin with the earlier one (history was rewritten), or
            the proof does not show it.
    """
    _check_sizes(first, second)
    _check_hashes(first_root, second_root, *proof)
    if first > second:
        raise LedgerError(f"the log went back from {first} to {second} entries")
    for size, root in ((first, first_root), (second, second_root)):
        if size == 0 and root != EMPTY_ROOT:
            raise LedgerError("a tree without leaves has another root")
    if first in {0, second}:
        if proof:
            raise LedgerError("the consistency proof is too long")
        if first == second and first_root != second_root:
            raise LedgerError(f"two trees of {first} leaves have different roots: a fork")
        return
    _climb(first, first_root, second, second_root, proof)


def _climb(
    first: int, first_root: bytes, second: int, second_root: bytes, proof: Sequence[bytes]
) -> None:
    """Both roots from one proof, for ``0 < first < second``."""
    node, last = first - 1, second - 1
    while node & 1:
        node >>= 1
        last >>= 1
    sides = _sides(node, last)
    path = list(proof)
    if node == 0:  # the first tree is itself the lowest node, which the proof then leaves out
        path.insert(0, first_root)
    _check_length(path, len(sides) + 1)
    old = new = path[0]
    for sibling, is_left in zip(path[1:], sides, strict=True):
        if is_left:
            old = node_hash(sibling, old)
            new = node_hash(sibling, new)
        else:
            new = node_hash(new, sibling)
    if old != first_root:
        raise LedgerError(f"the proof does not lead to the root of {first} leaves")
    if new != second_root:
        raise LedgerError(f"the proof does not lead to the root of {second} leaves")


def _sides(node: int, last: int) -> list[bool]:
    """For each step from a node up to the root: whether the sibling stands on the left.

    Args:
        node: The node's place on its level (``fn`` of RFC 9162).
        last: The last place on that level (``sn``).
    """
    sides: list[bool] = []
    while last:
        sides.append(node & 1 == 1 or node == last)
        if node == last:  # the right edge: levels where it has no sibling are passed over
            while not node & 1:
                node >>= 1
                last >>= 1
        node >>= 1
        last >>= 1
    return sides


def _check_length(proof: Sequence[bytes], wanted: int) -> None:
    if len(proof) != wanted:
        raise LedgerError(f"the proof is too {'long' if len(proof) > wanted else 'short'}")


def _check_sizes(*sizes: int) -> None:
    for size in sizes:
        if not 0 <= size <= MAX_SIZE:
            raise LedgerError("a tree's size lies between 0 and 2**64 - 1")


def _check_hashes(*hashes: bytes) -> None:
    for each in hashes:
        if len(each) != HASH_BYTES:
            raise LedgerError(f"a hash has {HASH_BYTES} bytes, not {len(each)}")


def _split(size: int) -> int:
    """The largest power of two below a size of at least 2."""
    return 1 << (size - 1).bit_length() - 1


def _range_hash(start: int, end: int, hash_of: HashReader) -> bytes:
    """MTH(D[start:end]), where ``start`` is a multiple of the largest power of two that fits."""
    hashes: list[bytes] = []
    while start < end:
        level = (end - start).bit_length() - 1
        hashes.append(hash_of(level, start >> level))
        start += 1 << level
    return _join(hashes)


def _join(hashes: Sequence[bytes]) -> bytes:
    """The root over complete subtrees that stand side by side, largest first."""
    root = hashes[-1]
    for left in hashes[-2::-1]:
        root = node_hash(left, root)
    return root
