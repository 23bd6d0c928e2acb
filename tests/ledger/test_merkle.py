"""RFC 6962's own example, the vectors of Certificate Transparency, a naive oracle, and lies."""

from collections.abc import Callable, Sequence
from hashlib import sha256
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whence.errors import LedgerError
from whence.ledger.merkle import (
    EMPTY_ROOT,
    MAX_SIZE,
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_hash,
    tree_root,
    verify_consistency,
    verify_inclusion,
)

# The eight leaves with which Certificate Transparency logs are tested, and the roots they grow.
CT_LEAVES = [
    bytes.fromhex(leaf)
    for leaf in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
CT_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
CT_INCLUSION = [
    (0, 1, []),
    (
        0,
        8,
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        5,
        8,
        [
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    (
        1,
        5,
        [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
]
CT_CONSISTENCY = [
    (1, 1, []),
    (
        1,
        8,
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        6,
        8,
        [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (
        2,
        5,
        [
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
]


def split(size: int) -> int:
    power = 1
    while 2 * power < size:
        power *= 2
    return power


def mth(leaves: Sequence[bytes]) -> bytes:
    """MTH, word for word as RFC 6962, section 2.1, defines it; over leaf hashes."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:])).digest()


def path(m: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PATH, word for word as RFC 6962, section 2.1.1."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return [*path(m, leaves[:k]), mth(leaves[k:])]
    return [*path(m - k, leaves[k:]), mth(leaves[:k])]


def subproof(m: int, leaves: Sequence[bytes], *, whole: bool) -> list[bytes]:
    """SUBPROOF, word for word as RFC 6962, section 2.1.2."""
    if m == len(leaves):
        return [] if whole else [mth(leaves)]
    k = split(len(leaves))
    if m <= k:
        return [*subproof(m, leaves[:k], whole=whole), mth(leaves[k:])]
    return [*subproof(m - k, leaves[k:], whole=False), mth(leaves[:k])]


class Log:
    """What a store keeps of a tree: its leaves and complete subtrees."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self.leaves = leaves
        self.frontier = Frontier()
        self.kept: dict[tuple[int, int], bytes] = {}
        self.roots = [EMPTY_ROOT]
        for at, leaf in enumerate(leaves):
            self.kept[0, at] = leaf
            for level, index, value in self.frontier.append(leaf):
                assert (level, index) not in self.kept
                self.kept[level, index] = value
            self.roots.append(self.frontier.root())

    def hash_of(self, level: int, index: int) -> bytes:
        return self.kept[level, index]


LARGEST = 70
LOG = Log([leaf_hash(str(at).encode()) for at in range(LARGEST)])


def test_hashes_leaves_and_nodes_apart() -> None:
    assert sha256(b"").hexdigest() == EMPTY_ROOT.hex()
    assert leaf_hash(b"").hex() == CT_ROOTS[0]
    left, right = leaf_hash(b"l"), leaf_hash(b"r")
    assert node_hash(left, right) == sha256(b"\x01" + left + right).digest()
    assert node_hash(left, right) != leaf_hash(left + right)


def test_roots_of_certificate_transparency() -> None:
    assert root_hash([]) == EMPTY_ROOT
    hashes = [leaf_hash(leaf) for leaf in CT_LEAVES]
    assert [root_hash(hashes[:size]).hex() for size in range(1, 9)] == CT_ROOTS


@pytest.mark.parametrize(("index", "size", "proof"), CT_INCLUSION)
def test_audit_paths_of_certificate_transparency(index: int, size: int, proof: list[str]) -> None:
    hashes = [leaf_hash(leaf) for leaf in CT_LEAVES]
    made = inclusion_proof(index, size, Log(hashes).hash_of)
    assert [each.hex() for each in made] == proof
    verify_inclusion(hashes[index], index, size, made, bytes.fromhex(CT_ROOTS[size - 1]))


@pytest.mark.parametrize(("first", "second", "proof"), CT_CONSISTENCY)
def test_consistency_of_certificate_transparency(first: int, second: int, proof: list[str]) -> None:
    made = consistency_proof(first, second, Log([leaf_hash(leaf) for leaf in CT_LEAVES]).hash_of)
    assert [each.hex() for each in made] == proof
    old, new = (bytes.fromhex(CT_ROOTS[size - 1]) for size in (first, second))
    verify_consistency(first, old, second, new, made)


def test_the_example_of_rfc_6962_section_2_1_3() -> None:
    a, b, c, d, e, f, j = (leaf_hash(bytes([at])) for at in range(7))
    g, h, i = node_hash(a, b), node_hash(c, d), node_hash(e, f)
    k = node_hash(g, h)
    right = node_hash(i, j)
    log = Log([a, b, c, d, e, f, j])
    assert log.roots[7] == node_hash(k, right)
    assert inclusion_proof(0, 7, log.hash_of) == [b, h, right]
    assert inclusion_proof(3, 7, log.hash_of) == [c, g, right]
    assert inclusion_proof(4, 7, log.hash_of) == [f, j, k]
    assert inclusion_proof(6, 7, log.hash_of) == [i, k]
    assert consistency_proof(3, 7, log.hash_of) == [c, d, g, right]
    assert consistency_proof(4, 7, log.hash_of) == [right]
    assert consistency_proof(6, 7, log.hash_of) == [i, j, k]


def test_agrees_with_the_definition_for_all_small_sizes() -> None:
    for size in range(LARGEST + 1):
        leaves = LOG.leaves[:size]
        assert LOG.roots[size] == tree_root(size, LOG.hash_of) == mth(leaves)
        for index in range(size):
            proof = inclusion_proof(index, size, LOG.hash_of)
            assert proof == path(index, leaves)
            verify_inclusion(LOG.leaves[index], index, size, proof, LOG.roots[size])
        for first in range(1, size + 1):
            proof = consistency_proof(first, size, LOG.hash_of)
            assert proof == subproof(first, leaves, whole=True)
            verify_consistency(first, LOG.roots[first], size, LOG.roots[size], proof)


@settings(deadline=None)
@given(st.lists(st.binary(max_size=4), max_size=300), st.data())
def test_agrees_with_the_definition(data: list[bytes], draw: st.DataObject) -> None:
    log = Log([leaf_hash(each) for each in data])
    assert log.roots[-1] == mth(log.leaves) == root_hash(log.leaves)
    if data:
        index = draw.draw(st.integers(0, len(data) - 1))
        first = draw.draw(st.integers(1, len(data)))
        assert inclusion_proof(index, len(data), log.hash_of) == path(index, log.leaves)
        assert consistency_proof(first, len(data), log.hash_of) == subproof(
            first, log.leaves, whole=True
        )


@settings(deadline=None)
@given(st.integers(0, LARGEST), st.integers(0, LARGEST))
def test_a_frontier_goes_on_where_another_stopped(stop: int, end: int) -> None:
    stop, end = sorted((stop, end))
    first = Frontier()
    for leaf in LOG.leaves[:stop]:
        first.append(leaf)
    second = Frontier(first.size, first.hashes)
    made = [row for leaf in LOG.leaves[stop:end] for row in second.append(leaf)]
    assert (second.size, second.root()) == (end, LOG.roots[end])
    assert all(LOG.kept[level, index] == value for level, index, value in made)
    assert len(second.hashes) == end.bit_count()


@pytest.mark.parametrize(("size", "hashes"), [(0, 1), (1, 0), (2, 2), (3, 1), (-1, 1)])
def test_a_frontier_refuses_what_cannot_be(size: int, hashes: int) -> None:
    with pytest.raises(ValueError, match="cannot make"):
        Frontier(size, [EMPTY_ROOT] * hashes)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (1, 1), (-1, 3), (3, 3)])
def test_there_is_no_proof_for_a_leaf_that_is_not_there(index: int, size: int) -> None:
    with pytest.raises(LedgerError, match=f"no leaf {index}"):
        inclusion_proof(index, size, LOG.hash_of)
    with pytest.raises(LedgerError, match=f"no leaf {index}"):
        verify_inclusion(LOG.leaves[0], index, size, [], LOG.roots[size])


@pytest.mark.parametrize(("first", "second"), [(2, 1), (-1, 1), (1, 0)])
def test_there_is_no_proof_that_a_log_shrank(first: int, second: int) -> None:
    with pytest.raises(LedgerError):
        consistency_proof(first, second, LOG.hash_of)
    with pytest.raises(LedgerError, match=r"went back|between 0 and"):
        verify_consistency(first, LOG.roots[first], second, LOG.roots[second], [])


def test_every_tree_begins_with_nothing() -> None:
    assert consistency_proof(0, 5, LOG.hash_of) == []
    verify_consistency(0, EMPTY_ROOT, 5, LOG.roots[5], [])
    verify_consistency(0, EMPTY_ROOT, 0, EMPTY_ROOT, [])
    with pytest.raises(LedgerError, match="without leaves"):
        verify_consistency(0, LOG.roots[5], 5, LOG.roots[5], [])
    with pytest.raises(LedgerError, match="without leaves"):
        verify_consistency(0, EMPTY_ROOT, 0, LOG.roots[1], [])
    with pytest.raises(LedgerError, match="too long"):
        verify_consistency(0, EMPTY_ROOT, 5, LOG.roots[5], [LOG.roots[5]])


@pytest.mark.parametrize("size", [2**64, 2**64 + 5, 2**80, -1])
def test_sizes_beyond_64_bits_are_no_sizes(size: int) -> None:
    with pytest.raises(LedgerError, match="between 0 and"):
        verify_inclusion(LOG.leaves[0], 0, size, [], LOG.roots[5])
    with pytest.raises(LedgerError, match="between 0 and"):
        verify_consistency(5, LOG.roots[5], size, LOG.roots[5], [])
    with pytest.raises(LedgerError, match="between 0 and"):
        verify_consistency(size, LOG.roots[5], 5, LOG.roots[5], [])


def test_the_largest_size_is_worked_through() -> None:
    proof = [EMPTY_ROOT] * 64
    with pytest.raises(LedgerError, match="does not lead"):
        verify_inclusion(LOG.leaves[0], 0, MAX_SIZE, proof, EMPTY_ROOT)
    with pytest.raises(LedgerError, match="too long"):
        verify_inclusion(LOG.leaves[0], 0, MAX_SIZE, [*proof, EMPTY_ROOT], EMPTY_ROOT)


def flip(value: bytes, bit: int) -> bytes:
    place = bit // 8 % len(value)
    return value[:place] + bytes([value[place] ^ 1 << bit % 8]) + value[place + 1 :]


# Ways to spoil a list of hashes; each gives another list, or the same if it cannot.
Lie = Callable[[list[bytes], int], list[bytes]]
LIES: dict[str, Lie] = {
    "empty": lambda _proof, _at: [],
    "short at the end": lambda proof, _at: proof[:-1],
    "short at the start": lambda proof, _at: proof[1:],
    "padded at the end": lambda proof, at: [*proof, LOG.leaves[at % LARGEST]],
    "padded at the start": lambda proof, at: [LOG.leaves[at % LARGEST], *proof],
    "padded with itself": lambda proof, _at: proof + proof,
    "reversed": lambda proof, _at: proof[::-1],
    "one bit": lambda proof, at: [
        flip(each, at) if number == at % len(proof) else each for number, each in enumerate(proof)
    ],
    "one short hash": lambda proof, at: [
        each[:-1] if number == at % len(proof) else each for number, each in enumerate(proof)
    ],
    "two hashes as one": lambda proof, _at: [b"".join(proof[:2]), *proof[2:]],
    "another's": lambda proof, at: [LOG.roots[at % LARGEST], *proof[1:]],
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
@settings(deadline=None)
@given(st.integers(1, LARGEST), st.integers(0, LARGEST - 1), st.integers(0, 10**4))
def test_no_lie_about_inclusion_passes(lie: Lie, size: int, index: int, at: int) -> None:
    index %= size
    honest = inclusion_proof(index, size, LOG.hash_of)
    told = lie(honest, at)
    if told != honest:
        with pytest.raises(LedgerError):
            verify_inclusion(LOG.leaves[index], index, size, told, LOG.roots[size])


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
@settings(deadline=None)
@given(st.integers(1, LARGEST), st.integers(1, LARGEST), st.integers(0, 10**4))
def test_no_lie_about_consistency_passes(lie: Lie, first: int, second: int, at: int) -> None:
    first, second = sorted((first, second))
    honest = consistency_proof(first, second, LOG.hash_of)
    told = lie(honest, at)
    if told != honest:
        with pytest.raises(LedgerError):
            verify_consistency(first, LOG.roots[first], second, LOG.roots[second], told)


def test_a_proof_holds_for_its_own_leaf_place_size_and_root_only() -> None:
    for size in range(1, 20):
        for index in range(size):
            proof = inclusion_proof(index, size, LOG.hash_of)
            for other in range(size):
                if other != index:
                    with pytest.raises(LedgerError):
                        verify_inclusion(LOG.leaves[other], index, size, proof, LOG.roots[size])
                    with pytest.raises(LedgerError):
                        verify_inclusion(LOG.leaves[index], other, size, proof, LOG.roots[size])
            for other in range(21):
                if other != size:
                    with pytest.raises(LedgerError):
                        verify_inclusion(LOG.leaves[index], index, size, proof, LOG.roots[other])


@pytest.mark.parametrize("odd", [b"", EMPTY_ROOT[:-1], EMPTY_ROOT + b"\0", EMPTY_ROOT * 2])
def test_what_has_not_32_bytes_is_no_hash(odd: bytes) -> None:
    leaf, root = LOG.leaves[2], LOG.roots[5]
    wrong = rf"32 bytes, not {len(odd)}$"
    with pytest.raises(LedgerError, match=wrong):
        verify_inclusion(odd, 2, 5, [], root)
    with pytest.raises(LedgerError, match=wrong):
        verify_inclusion(leaf, 2, 5, [leaf, odd], root)
    with pytest.raises(LedgerError, match=wrong):
        verify_consistency(3, root, 5, root, [odd])
    with pytest.raises(LedgerError, match=wrong):
        verify_consistency(3, odd, 5, root, [])


def test_a_leaf_hash_of_an_inner_node_is_not_taken_for_a_leaf() -> None:
    left, right = LOG.leaves[0], LOG.leaves[1]
    forged = left + right  # data whose leaf hash would be the node, were the prefixes equal
    with pytest.raises(LedgerError):
        verify_inclusion(leaf_hash(forged), 0, 1, [], LOG.roots[2])


def test_no_rewritten_history_is_consistent() -> None:
    for changed in range(20):
        leaves = list(LOG.leaves[:33])
        leaves[changed] = leaf_hash(b"rewritten")
        forged = Log(leaves)
        for first in range(changed + 1, 34):
            for log in (LOG, forged):
                proof = consistency_proof(first, 33, log.hash_of)
                with pytest.raises(LedgerError):
                    verify_consistency(first, LOG.roots[first], 33, forged.roots[33], proof)


def test_two_roots_for_one_size_are_a_fork() -> None:
    with pytest.raises(LedgerError, match="a fork"):
        verify_consistency(5, LOG.roots[5], 5, LOG.roots[6], [])


def test_growth_can_be_followed_step_by_step() -> None:
    for first, second in pairwise(range(1, LARGEST + 1, 7)):
        proof = consistency_proof(first, second, LOG.hash_of)
        verify_consistency(first, LOG.roots[first], second, LOG.roots[second], proof)
