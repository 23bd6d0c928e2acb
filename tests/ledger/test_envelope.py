"""DSSE envelopes, against the example in DSSE's own protocol document."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.errors import LedgerError, WireError
from whence.ledger.envelope import Envelope, encoded, seal, statement
from whence.ledger.signing import SigningKey

KEY = SigningKey("ada@laptop", bytes(range(32)))


def test_what_is_signed_is_what_dsse_says() -> None:
    told = encoded("http://example.com/HelloWorld", b"hello world")
    assert told == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"


def test_an_envelope_comes_back_and_holds() -> None:
    sealed = seal(b'{"a": 1}', KEY)
    again = Envelope.decode(sealed.encode())
    assert again == sealed
    assert again.verify([KEY.verifier]) == (KEY.verifier,) == again.signers()


def test_another_payload_or_type_does_not_hold() -> None:
    sealed = seal(b"one", KEY)
    for forged in (
        Envelope(b"two", sealed.type, sealed.signatures),
        Envelope(sealed.payload, "text/plain", sealed.signatures),
    ):
        with pytest.raises(LedgerError, match="does not hold"):
            forged.verify([KEY.verifier])


def test_a_key_that_is_not_believed_is_no_signer() -> None:
    with pytest.raises(LedgerError, match="believed"):
        seal(b"one", KEY).verify([SigningKey.generate("bob").verifier])


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["payload", "payloadType", "signatures", "keyid", "sig"]), inner
        )
    ),
    max_leaves=9,
)


@given(json_values)
def test_any_value_is_an_envelope_or_refused(value: object) -> None:
    try:
        envelope = Envelope.decode(value)
    except WireError:
        return
    with pytest.raises((LedgerError, WireError)):
        envelope.signers()


def test_a_statement_names_things_by_digest() -> None:
    told = statement([("m.pkl", "ab" * 32)], "https://w3id.org/whence/x/v1", {"k": 1})
    assert told["_type"] == "https://in-toto.io/Statement/v1"
    assert told["subject"] == [{"name": "m.pkl", "digest": {"sha256": "ab" * 32}}]
