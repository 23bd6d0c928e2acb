"""Signatures against the vectors of RFC 8032, section 7.1, and against C2SP's own example."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.errors import LedgerError, WireError
from whence.ledger.signing import SignedNote, SigningKey, VerifierKey, sign_note

VECTORS = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
            "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
            "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
        ),
    ),
]

# The example of golang.org/x/mod/sumdb/note, on which C2SP signed-note is built.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_KEY = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"  # noqa: E501
).encode()

KEY = SigningKey("ada@laptop", bytes(range(32)))


@pytest.mark.parametrize(("seed", "public", "message", "signature"), VECTORS)
def test_the_vectors_of_rfc_8032_hold(seed: str, public: str, message: str, signature: str) -> None:
    key = SigningKey("k", bytes.fromhex(seed))
    assert key.verifier.public.hex() == public
    assert key.sign(bytes.fromhex(message)).hex() == signature
    assert key.verifier.verifies(bytes.fromhex(message), bytes.fromhex(signature))
    assert not key.verifier.verifies(bytes.fromhex(message) + b"!", bytes.fromhex(signature))


def test_the_example_of_the_note_format_is_read_and_written_byte_for_byte() -> None:
    peter = VerifierKey.parse(PETER)
    note = SignedNote.parse(NOTE)
    assert note.verify([KEY.verifier, peter]) == (peter,)
    assert note.encode() == NOTE
    private = SigningKey.parse(PETER_KEY)
    assert (private.encode(), private.verifier.encode()) == (PETER_KEY, PETER)
    assert sign_note(note.text, private).encode() == NOTE


def test_a_note_of_two_signers_is_believed_by_whoever_knows_one() -> None:
    other = SigningKey.generate("bob@desk")
    note = SignedNote.parse(sign_note(b"one\n\ntwo\n", KEY, other).encode())
    assert note.text == b"one\n\ntwo\n"
    assert note.verify([other.verifier]) == (other.verifier,)
    assert note.verify([KEY.verifier, other.verifier]) == (KEY.verifier, other.verifier)
    with pytest.raises(LedgerError, match="none of the signatures"):
        note.verify([SigningKey.generate("eve").verifier])


def test_a_bad_signature_by_a_known_key_spoils_the_note() -> None:
    note = sign_note(b"one\n", KEY, SigningKey.generate("bob"))
    forged = SignedNote(b"two\n", note.signatures)
    with pytest.raises(LedgerError, match="ada@laptop does not hold"):
        forged.verify([KEY.verifier])


def test_the_same_name_with_another_key_is_another_signer() -> None:
    note = sign_note(b"one\n", SigningKey.generate("ada@laptop"))
    with pytest.raises(LedgerError, match="none of the signatures"):
        note.verify([KEY.verifier])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name",
        "name+00000000",
        PETER[:-1],
        PETER.replace("c74f", "c74e"),
        f"x{PETER}",
        "a+b+AA==",
    ],
)
def test_what_is_no_verifier_key_is_refused(text: str) -> None:
    with pytest.raises(WireError):
        VerifierKey.parse(text)


def test_a_private_key_is_not_repeated_by_what_speaks_of_it() -> None:
    assert KEY.seed.hex() not in repr(KEY)
    secret = KEY.encode().rpartition("+")[2]
    for damaged in (KEY.encode()[:-2], KEY.encode().replace("PRIVATE", "private"), secret):
        with pytest.raises(WireError) as caught:
            SigningKey.parse(damaged)
        assert secret[:20] not in caught.value.message


@pytest.mark.parametrize(
    "note",
    [
        b"",
        b"text\n",
        b"text\n\n",
        b"text\n\nno signature\n",
        b"text\n\n\xe2\x80\x94 ada AAAA\n",
        b"te\tx\n\n" + sign_note(b"a\n", KEY).encode()[3:],
        sign_note(b"a\n", KEY).encode()[:-1],
        b"\xff\n\n" + sign_note(b"a\n", KEY).encode()[3:],
    ],
)
def test_what_is_no_signed_note_is_refused(note: bytes) -> None:
    with pytest.raises(WireError):
        SignedNote.parse(note)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_note_or_refused_and_a_note_is_written_as_it_was(data: bytes) -> None:
    try:
        note = SignedNote.parse(data)
    except WireError:
        return
    assert note.encode() == data


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=80))
def test_any_text_that_was_signed_comes_back(text: str) -> None:
    written = sign_note(f"{text}\n".encode(), KEY).encode()
    note = SignedNote.parse(written)
    assert note.text == f"{text}\n".encode()
    assert note.verify([KEY.verifier]) == (KEY.verifier,)
