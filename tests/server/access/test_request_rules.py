import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.server.access.request_rules import (
    Asked,
    check_csrf,
    check_request,
    cookies_of,
    host_name,
)

NAMES = frozenset({"whence.example.org"})
OURS = [
    "localhost",
    "localhost:8642",
    "127.0.0.1:1",
    "[::1]:8642",
    "WHENCE.example.org",
    "10.1.2.3",
]
FOREIGN = [
    "evil.example",
    "localhost.evil.example",
    "evil.example:8642",
    "whence.example.org.evil.example",
    "127.0.0.1.nip.io",
    "10.1.2.4",
    "0.0.0.0",
    "[::2]",
    "2130706433",
    "xn--lclhost-9db",
]
BROKEN = [
    "",
    "a b",
    "localhost@evil.example",
    "localhost/..",
    "local\thost",
    "localhost:port",
    "[::1",
]
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"]


def asked(method: str, host: str, **headers: str) -> Asked:
    told = [(b"host", host.encode("latin-1"))]
    told += [(name.replace("_", "-").encode(), text.encode()) for name, text in headers.items()]
    return Asked(method, told, "http", "10.1.2.3")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("host", OURS)
def test_our_names_are_answered_to(method: str, host: str) -> None:
    assert check_request(asked(method, host), NAMES) is None


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("host", FOREIGN)
def test_no_other_name_is_answered_to_by_any_method(method: str, host: str) -> None:
    refusal = check_request(asked(method, host), NAMES)
    assert refusal is not None
    assert refusal.status == 421


@pytest.mark.parametrize("host", BROKEN)
def test_what_is_no_host_is_a_bad_request(host: str) -> None:
    refusal = check_request(asked("GET", host), NAMES)
    assert refusal is not None
    assert refusal.status == 400


@given(st.text(alphabet=st.characters(max_codepoint=255), max_size=40))
def test_whatever_a_host_header_holds_is_judged(text: str) -> None:
    name = host_name(text)
    assert not set(name) & set("/@?#\\ %")
    assert name == name.lower()


@pytest.mark.parametrize("method", [each for each in METHODS if each not in {"GET", "HEAD"}])
@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "https://localhost:8642"},
        {"origin": "http://localhost:8643"},
        {"origin": "http://localhost:8642.evil.example"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"sec_fetch_site": "Cross-Site", "origin": "http://localhost:8642"},
        {"sec_fetch_site": "nonsense"},
    ],
    ids=str,
)
def test_a_page_from_elsewhere_changes_nothing(method: str, headers: dict[str, str]) -> None:
    refusal = check_request(asked(method, "localhost:8642", **headers), NAMES)
    assert refusal is not None
    assert refusal.status == 403


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "http://localhost:8642"},
        {"sec_fetch_site": "same-origin", "origin": "http://localhost:8642"},
        {"sec_fetch_site": "none"},
    ],
    ids=str,
)
def test_our_own_page_and_no_page_may(headers: dict[str, str]) -> None:
    assert check_request(asked("DELETE", "localhost:8642", **headers), NAMES) is None


def test_a_page_from_elsewhere_may_link_here_but_not_load_from_here() -> None:
    link = {"sec_fetch_site": "cross-site", "sec_fetch_mode": "navigate"}
    image = {"sec_fetch_site": "cross-site", "sec_fetch_mode": "no-cors"}
    assert check_request(asked("GET", "localhost", **link), NAMES) is None
    refusal = check_request(asked("GET", "localhost", **image), NAMES)
    assert refusal is not None
    assert refusal.status == 403


@pytest.mark.parametrize("name", ["host", "authorization", "origin", "cookie", "content-length"])
def test_a_header_that_two_would_read_differently_is_refused(name: str) -> None:
    told = [(b"host", b"localhost"), (name.encode(), b"localhost"), (name.encode(), b"x")]
    refusal = check_request(Asked("GET", told), NAMES)
    assert refusal is not None
    assert refusal.status == 400


def test_a_change_by_a_signed_in_browser_needs_its_token() -> None:
    assert check_csrf("GET", "", "abc") is None
    assert check_csrf("POST", "abc", "abc") is None
    for sent, wanted in (("", "abc"), ("abd", "abc"), ("", "")):
        assert check_csrf("POST", sent, wanted) is not None


def test_a_cookie_that_is_there_twice_is_none() -> None:
    assert cookies_of("a=1; b=2; a=3") == {"b": "2"}
    assert cookies_of("a=1=2;  b = x ;c") == {"a": "1=2", "b ": " x"}
    assert cookies_of("") == {}
