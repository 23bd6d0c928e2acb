import base64
import hmac
import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from whence.errors import StoreError, UsageError
from whence.server.access.claims import ProviderSettings
from whence.server.access.oidc import Provider, SignInError, challenge_of

KEY = rsa.generate_private_key(65_537, 2_048)
OTHER = rsa.generate_private_key(65_537, 2_048)
CURVE = ec.generate_private_key(ec.SECP256R1())
NONCE = "n-0S6_WzA2Mj"


def published(key: Any, kid: str) -> dict[str, Any]:
    kind = jwt.algorithms.ECAlgorithm if key is CURVE else jwt.algorithms.RSAAlgorithm
    told: dict[str, Any] = json.loads(kind.to_jwk(key.public_key()))
    return {**told, "kid": kid, "use": "sig"}


class Answering(BaseHTTPRequestHandler):
    """A provider that answers as it is told to; also with what no good one would say."""

    answers: Mapping[str, Any]
    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        answer = self.answers.get(self.path)
        if isinstance(answer, str):
            self.send_response(302)
            self.send_header("Location", answer)
            self.end_headers()
            return
        self.send_response(200 if answer is not None else 404)
        self.end_headers()
        self.wfile.write(answer if isinstance(answer, bytes) else json.dumps(answer).encode())

    def log_message(self, *words: object) -> None:
        """Be quiet."""


@contextmanager
def provider(**changes: Any) -> Iterator[tuple[Provider, type[Answering]]]:
    class Answers(Answering):
        answers: Mapping[str, Any]
        asked: list[str]

    handler = Answers
    handler.asked = []
    server = HTTPServer(("127.0.0.1", 0), handler)
    issuer = f"http://127.0.0.1:{server.server_port}"
    handler.answers = {
        "/.well-known/openid-configuration": {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{issuer}/token",
            "jwks_uri": f"{issuer}/keys",
            **{name: text.replace("ISSUER", issuer) for name, text in changes.items()},
        },
        "/keys": {"keys": [published(KEY, "one"), published(CURVE, "two")]},
    }
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield (
            Provider(ProviderSettings(issuer, "whence", "", "email", ("openid",), (), ())),
            handler,
        )
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def token(of: Provider, key: Any = KEY, kid: str = "one", alg: str = "RS256", **claims: Any) -> str:
    at = int(time.time())
    told = {
        "iss": of.settings.issuer,
        "aud": "whence",
        "sub": "248289761001",
        "iat": at,
        "exp": at + 60,
        "nonce": NONCE,
        **claims,
    }
    told = {name: value for name, value in told.items() if value is not None}
    return jwt.encode(told, key, algorithm=alg, headers={"kid": kid})


def signed_with_the_public_key(good: str) -> str:
    """The same claims under HMAC, whose secret is what the provider publishes."""
    pem = KEY.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    header = base64.urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT","kid":"one"}').rstrip(b"=")
    said = header + b"." + good.split(".")[1].encode()
    made = base64.urlsafe_b64encode(hmac.digest(pem, said, "sha256")).rstrip(b"=")
    return (said + b"." + made).decode()


def test_a_token_that_holds_is_believed() -> None:
    with provider() as (one, _):
        assert one.claims(token(one), NONCE)["sub"] == "248289761001"
        curve = token(one, CURVE, "two", "ES256")
        assert one.claims(curve, NONCE)["sub"] == "248289761001"
        both = token(one, aud=["whence", "other"], azp="whence")
        assert one.claims(both, NONCE)


@pytest.mark.parametrize(
    ("claims", "told"),
    [
        ({"iss": "https://evil.example"}, "issuer"),
        ({"aud": "other"}, "[Aa]udience"),
        ({"aud": ["whence", "other"]}, "another program"),
        ({"azp": "other"}, "another program"),
        ({"exp": int(time.time()) - 3_600}, "expired"),
        ({"iat": int(time.time()) + 3_600}, "not yet valid"),
        ({"nbf": int(time.time()) + 3_600}, "not yet valid"),
        ({"nonce": "another"}, "another sign-in"),
        ({"nonce": None}, "nonce"),
        ({"exp": None}, "exp"),
        ({"sub": None}, "sub"),
        ({"aud": None}, "aud"),
    ],
    ids="iss aud auds azp exp iat nbf nonce no-nonce no-exp no-sub no-aud".split(),  # no clock
)
def test_a_claim_that_is_not_as_it_must_be(claims: dict[str, Any], told: str) -> None:
    with provider() as (one, _), pytest.raises(SignInError, match=told):
        one.claims(token(one, **claims), NONCE)


def test_a_signature_that_anybody_could_make_is_not_taken() -> None:
    with provider() as (one, _):
        unsigned = token(one, None, alg="none")
        symmetric = signed_with_the_public_key(token(one))
        foreign = token(one, OTHER)
        unknown = token(one, OTHER, kid="three")
        body = token(one).split(".")
        other = token(one, sub="admin").split(".")
        spliced = ".".join((body[0], other[1], body[2]))
        for each in (unsigned, symmetric, foreign, unknown, spliced, "", "a.b.c", "x" * 5_000):
            with pytest.raises(SignInError):
                one.claims(each, NONCE)


def test_a_fresh_key_is_fetched_but_not_for_every_guess() -> None:
    with provider() as (one, handler):
        one.claims(token(one), NONCE)
        for _ in range(5):
            with pytest.raises(SignInError):
                one.claims(token(one, OTHER, kid="new"), NONCE)
        assert handler.asked.count("/keys") == 1
        assert one._keys is not None
        one._keys = (one._keys[0] - 61, one._keys[1])
        handler.answers = {**handler.answers, "/keys": {"keys": [published(OTHER, "new")]}}
        assert one.claims(token(one, OTHER, kid="new"), NONCE)


def test_the_server_speaks_to_the_issuer_and_to_nobody_else() -> None:
    elsewhere = "http://127.0.0.1:9/keys"
    with provider(jwks_uri=elsewhere) as (one, _), pytest.raises(StoreError, match="not at the"):
        one.claims(token(one), NONCE)
    with provider(token_endpoint="http://169.254.169.254/latest") as (one, _):
        _, browser = one.begin("http://127.0.0.1/login/callback", {})
        (state,) = one._pending
        with pytest.raises(StoreError, match="not at the issuer"):
            one.finish(state, "code", browser)
    with (
        provider(issuer="https://evil.example") as (one, _),
        pytest.raises(StoreError, match="calls"),
    ):
        one.begin("http://127.0.0.1/login/callback", {})


@pytest.mark.parametrize(
    "answer", ["http://127.0.0.1:9/", b"[]", b"not json", b"x" * (2 << 20), None]
)
def test_an_odd_answer_or_a_redirect_is_an_error_and_not_followed(answer: Any) -> None:
    with provider() as (one, handler):
        handler.answers = {"/.well-known/openid-configuration": answer}
        with pytest.raises(StoreError):
            one.begin("http://127.0.0.1/login/callback", {})


def test_a_sign_in_ends_once_and_in_the_browser_in_which_it_began() -> None:
    with provider() as (one, _):
        address, browser = one.begin("http://127.0.0.1/login/callback", {"a": "b"})
        (state,) = one._pending
        pending = one._pending[state]
        assert f"code_challenge={challenge_of(pending.verifier)}" in address
        assert f"nonce={pending.nonce}" in address
        with pytest.raises(SignInError, match="another browser"):
            one.finish(state, "code", "x" + browser)
        with pytest.raises(SignInError, match="not begun here"):
            one.finish(state, "code", browser)
        one.begin("http://127.0.0.1/login/callback", {})
        (state,) = one._pending
        one._pending[state] = replace(one._pending[state], began=time.monotonic() - 601)
        with pytest.raises(SignInError, match="too long ago"):
            one.finish(state, "code", browser)


def test_a_provider_that_is_away_is_told_so() -> None:
    settings = ProviderSettings("http://127.0.0.1:9", "whence", "", "email", ("openid",), (), ())
    with pytest.raises(StoreError, match="cannot be reached"):
        Provider(settings).begin("http://127.0.0.1/login/callback", {})


def test_the_challenge_is_that_of_the_standard() -> None:
    """RFC 7636, appendix B."""
    assert challenge_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == (
        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    )


def test_an_error_of_sign_in_is_wrong_use() -> None:
    assert issubclass(SignInError, UsageError)
