"""Proofs as files, and a log that lies about itself in every way we know of."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whence.errors import LedgerError, WireError
from whence.ledger.checkpoint import Checkpoint
from whence.ledger.merkle import (
    EMPTY_ROOT,
    Frontier,
    consistency_proof,
    leaf_hash,
)
from whence.ledger.proof import InclusionProof, prove_inclusion, verify_succession

ORIGIN = "example.org/churn"
SIGNATURE = (
    "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/"
    "Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8="
)


class Log:
    """A log that keeps all its nodes, and every head it ever had."""

    def __init__(self, entries: list[bytes], origin: str = ORIGIN) -> None:
        self.entries = entries
        self.nodes: dict[tuple[int, int], bytes] = {}
        frontier = Frontier()
        self.checkpoints = [Checkpoint(origin, 0, EMPTY_ROOT)]
        for at, entry in enumerate(entries):
            leaf = self.nodes[0, at] = leaf_hash(entry)
            for level, index, value in frontier.append(leaf):
                self.nodes[level, index] = value
            self.checkpoints.append(Checkpoint(origin, at + 1, frontier.root()))

    def hash_of(self, level: int, index: int) -> bytes:
        return self.nodes[level, index]

    def prove(self, index: int, size: int) -> InclusionProof:
        return prove_inclusion(index, self.checkpoints[size], self.hash_of)

    def prove_growth(self, first: int, second: int) -> list[bytes]:
        return consistency_proof(first, second, self.hash_of)


LOG = Log([b"entry %d" % at for at in range(40)])
FORK = Log([b"entry %d" % at if at != 7 else b"rewritten" for at in range(40)])


def test_is_written_as_the_specification_shows() -> None:
    # The first leaves of Certificate Transparency's vectors, so that the hashes are known.
    log = Log([b"", b"\x00", b"\x10"])
    proof = replace(log.prove(2, 3), signatures=(SIGNATURE,), extra=b"anything")
    assert proof.encode().decode() == (
        "c2sp.org/tlog-proof@v1\n"
        "extra YW55dGhpbmc=\n"
        "index 2\n"
        "+sVCA+fMaWzw38tCySodnbr3CtnmIfS9jZhmLwDjwSU=\n"
        "\n"
        "example.org/churn\n"
        "3\n"
        "rra8/idLcKFPsGel5VeCZNsPqbUa9eC6FZFY8yngbnc=\n"
        "\n"
        f"{SIGNATURE}\n"
    )


@pytest.mark.parametrize("signatures", [(), (SIGNATURE,), (SIGNATURE, "— w.example AAAAAAA=")])
@pytest.mark.parametrize("extra", [b"", b"\0\xff"])
def test_every_proof_is_read_back_and_holds(signatures: tuple[str, ...], extra: bytes) -> None:
    for size in range(1, 41):
        for index in range(0, size, 3):
            proof = replace(LOG.prove(index, size), signatures=signatures, extra=extra)
            again = InclusionProof.parse(proof.encode())
            assert again == proof
            again.verify(LOG.entries[index], LOG.checkpoints[size])


def test_a_checkpoint_is_carried_verbatim() -> None:
    head = Checkpoint(ORIGIN, 3, LOG.checkpoints[3].root, ("an extension", "— like a signature"))
    proof = replace(LOG.prove(2, 3), checkpoint=head, signatures=(SIGNATURE,))
    assert proof.encode().endswith(head.encode() + b"\n" + SIGNATURE.encode() + b"\n")
    assert InclusionProof.parse(proof.encode()) == proof


def test_there_is_no_proof_for_what_came_later() -> None:
    with pytest.raises(LedgerError, match="no leaf 5"):
        LOG.prove(5, 5)


HONEST = LOG.prove(11, 30)
ENTRY = LOG.entries[11]
TRUSTED = LOG.checkpoints[30]
LIES: dict[str, Callable[[], InclusionProof]] = {
    "other origin": lambda: replace(HONEST, checkpoint=replace(TRUSTED, origin="example.org/evil")),
    "old checkpoint": lambda: LOG.prove(11, 29),
    "newer checkpoint": lambda: LOG.prove(11, 31),
    "fork": lambda: FORK.prove(11, 30),
    "fork under the right root": lambda: replace(FORK.prove(11, 30), checkpoint=TRUSTED),
    "smaller size": lambda: replace(HONEST, checkpoint=replace(TRUSTED, size=12)),
    "swapped index": lambda: replace(HONEST, index=12),
    "another's proof": lambda: replace(LOG.prove(12, 30), index=11),
    "padded proof": lambda: replace(HONEST, hashes=(*HONEST.hashes, HONEST.hashes[0])),
    "short proof": lambda: replace(HONEST, hashes=HONEST.hashes[:-1]),
    "empty proof": lambda: replace(HONEST, hashes=()),
    "a hash of another length": lambda: replace(HONEST, hashes=(b"", *HONEST.hashes[1:])),
    "size 0": lambda: replace(HONEST, checkpoint=Checkpoint(ORIGIN, 0, EMPTY_ROOT)),
    "size 0 with a root": lambda: replace(HONEST, checkpoint=replace(TRUSTED, size=0)),
    "more than 64 bits": lambda: replace(HONEST, checkpoint=replace(TRUSTED, size=2**64 + 30)),
    "index of more than 64 bits": lambda: replace(HONEST, index=2**64 + 11),
    "negative index": lambda: replace(HONEST, index=-19),
    "duplicate signature lines": lambda: replace(HONEST, signatures=(SIGNATURE, SIGNATURE)),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_lying_log_is_found_out(lie: Callable[[], InclusionProof]) -> None:
    HONEST.verify(ENTRY, TRUSTED)
    with pytest.raises((LedgerError, WireError)):
        InclusionProof.parse(lie().encode()).verify(ENTRY, TRUSTED)


def test_another_entry_is_not_proved() -> None:
    for entry in (b"", ENTRY + b" ", LOG.entries[12]):
        with pytest.raises(LedgerError, match="does not lead"):
            HONEST.verify(entry, TRUSTED)


@settings(deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 7))
def test_one_flipped_bit_of_a_file_is_found_out(at: int, bit: int) -> None:
    data = bytearray(HONEST.encode())
    data[at % len(data)] ^= 1 << bit
    with pytest.raises((LedgerError, WireError)):
        InclusionProof.parse(bytes(data)).verify(ENTRY, TRUSTED)


def test_growth_is_succession() -> None:
    for first in range(41):
        for second in range(first, 41, 4):
            old, new = LOG.checkpoints[first], LOG.checkpoints[second]
            verify_succession(old, new, LOG.prove_growth(first, second))


SUCCESSIONS: dict[str, tuple[Checkpoint, Checkpoint, list[bytes]]] = {
    "other origin": (TRUSTED, replace(LOG.checkpoints[40], origin="e"), LOG.prove_growth(30, 40)),
    "went back": (TRUSTED, LOG.checkpoints[29], LOG.prove_growth(29, 30)),
    "back to nothing": (TRUSTED, LOG.checkpoints[0], []),
    "fork": (TRUSTED, FORK.checkpoints[30], []),
    "rewritten": (TRUSTED, FORK.checkpoints[40], FORK.prove_growth(30, 40)),
    "rewritten, with the old proof": (TRUSTED, FORK.checkpoints[40], LOG.prove_growth(30, 40)),
    "no proof": (TRUSTED, LOG.checkpoints[40], []),
    "padded proof": (TRUSTED, LOG.checkpoints[40], [*LOG.prove_growth(30, 40), EMPTY_ROOT]),
    "proof for another size": (TRUSTED, LOG.checkpoints[40], LOG.prove_growth(29, 40)),
    "proof where none is due": (TRUSTED, TRUSTED, [EMPTY_ROOT]),
}


@pytest.mark.parametrize(("old", "new", "proof"), SUCCESSIONS.values(), ids=SUCCESSIONS)
def test_a_rewritten_history_is_no_succession(
    old: Checkpoint, new: Checkpoint, proof: list[bytes]
) -> None:
    with pytest.raises(LedgerError):
        verify_succession(old, new, proof)


TEXT = replace(HONEST, extra=b"x", signatures=(SIGNATURE,)).encode().decode()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("proof@v1", "proof@v2"),
        ("c2sp", "\ufeffc2sp"),
        ("extra eA==\n", "extra \n"),
        ("extra eA==\n", "extra eA=\n"),
        ("extra eA==\n", "extra eB==\n"),
        ("extra eA==\n", "extra eA==\nextra eA==\n"),
        ("extra eA==\nindex 11\n", "index 11\nextra eA==\n"),
        ("index 11\n", ""),
        ("index 11\n", "index 011\n"),
        ("index 11\n", "index  11\n"),
        ("index 11\n", "index -11\n"),
        ("index 11\n", "index 11 \n"),
        ("index 11\n", "index 30\n"),
        ("index 11\n", f"index {2**64 + 11}\n"),
        ("index 11\n", "index 11\n" + "\n"),
        ("index 11\n", "index 11\n" + "A" * 43 + "=\n" + " \n"),
        ("index 11\n", "index 11\n" + ("A" * 43 + "=\n") * 65),
        ("\n\nexample", "\nexample"),
        ("\n\nexample", "\n\n\nexample"),
        ("\n", "\r\n"),
        ("\n— ", "\n- "),
        ("\n— example", "\n—  example"),
        ("behind-the-sofa", "behind+the-sofa"),
        ("behind-the-sofa", "behind\u2003the-sofa"),
        ("AYQ8=", "AYQ8"),
        ("AYQ8=", "AYQ8=\nmore"),
        ("AYQ8=\n", "AYQ8="),
        ("AYQ8=\n", "AYQ8=\n\n"),
        (SIGNATURE + "\n", ""),
        (SIGNATURE, "\n".join(f"— k{at} AAAAAAA=" for at in range(65))),
        ("example.org/churn\n", ""),
    ],
)
def test_a_file_out_of_form_is_refused(old: str, new: str) -> None:
    InclusionProof.parse(TEXT.encode())
    assert old in TEXT
    with pytest.raises(WireError):
        InclusionProof.parse(TEXT.replace(old, new).encode())


@pytest.mark.parametrize("at", [3, 60, -5])
def test_what_is_not_utf_8_is_refused(at: int) -> None:
    data = bytearray(TEXT.encode())
    data[at] = 0xFF
    with pytest.raises(WireError):
        InclusionProof.parse(bytes(data))


pieces = st.sampled_from([*TEXT.encode().split(b"\n"), b"\n", b"\n\n", b"index 0", b"\xff", b"0"])


@settings(deadline=None)
@given(st.binary() | st.lists(pieces).map(b"\n".join))
def test_any_bytes_are_a_proof_or_refused(data: bytes) -> None:
    try:
        proof = InclusionProof.parse(data)
    except WireError:
        return
    assert proof.encode() == data
