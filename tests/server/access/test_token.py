from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.errors import UsageError
from whence.server.access.permission import Role
from whence.server.access.token import (
    PREFIX,
    Token,
    expiry,
    has_form,
    hash_secret,
    new_secret,
    read_span,
)


def test_a_token_has_256_random_bits_and_a_prefix_that_scanners_know() -> None:
    made = {new_secret() for _ in range(50)}
    assert len(made) == 50
    assert all(has_form(each) and each.startswith(PREFIX) for each in made)
    assert all(len(each) - len(PREFIX) == 43 for each in made)


@given(st.text(max_size=60))
def test_any_text_can_be_held_against_the_form_and_hashed(text: str) -> None:
    assert len(hash_secret(text)) == 32
    assert has_form(text) in {True, False}


def token(**changes: str) -> Token:
    told = {
        "created": "2026-01-01T00:00:00.000Z",
        "expires": "2026-02-01T00:00:00.000Z",
        "revoked": "",
        **changes,
    }
    return Token("0a", "night", "service", "", {"a": Role.READER}, created_by="x", **told)


def test_a_token_holds_until_it_expires_or_is_revoked() -> None:
    assert not token().refusal("2026-01-31T23:59:59.999Z")
    assert token().refusal("2026-02-01T00:00:00.000Z") == "expired"
    gone = token(revoked="2026-01-02T00:00:00.000Z")
    assert gone.refusal("2026-01-03T00:00:00.000Z") == "revoked"


@pytest.mark.parametrize(
    ("text", "span"),
    [("90d", timedelta(days=90)), ("12h", timedelta(hours=12)), ("2w", timedelta(weeks=2))],
)
def test_times_to_live(text: str, span: timedelta) -> None:
    assert read_span(text) == span
    assert expiry(span) > expiry(timedelta())


@pytest.mark.parametrize("text", ["", "0d", "90", "d", "-1d", "367d", "99999w", "1y", "1d ", "٣d"])
def test_what_is_no_time_to_live(text: str) -> None:
    with pytest.raises(UsageError):
        read_span(text)
