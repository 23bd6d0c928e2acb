import os
from pathlib import Path

import pytest

from whence.errors import StoreError, UsageError
from whence.settings.credentials import (
    VARIABLE,
    credentials_file,
    keep_token,
    server_of,
    token_for,
)

SERVER = "https://whence.example.org/team"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv(VARIABLE, raising=False)


def test_a_token_is_kept_for_one_server_alone() -> None:
    keep_token(SERVER, "one")
    keep_token("http://localhost:8000", "two")
    assert token_for("https://WHENCE.example.org:443/other") == "one"
    assert token_for("http://localhost:8000/x") == "two"
    assert token_for("http://localhost:8001") is None
    assert credentials_file().stat().st_mode & 0o777 == 0o600
    keep_token(SERVER, None)
    assert token_for(SERVER) is None


def test_the_variable_goes_before_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    keep_token(SERVER, "one")
    monkeypatch.setenv(VARIABLE, "other")
    assert token_for(SERVER) == "other"


def test_a_file_that_others_may_read_is_not_used() -> None:
    keep_token(SERVER, "one")
    credentials_file().chmod(0o644)
    with pytest.raises(StoreError, match="may be read by others"):
        token_for(SERVER)


@pytest.mark.parametrize("text", ["{", "[]", '{"a": 1}'])
def test_a_file_that_holds_something_else_is_said(text: str) -> None:
    path = credentials_file()
    path.parent.mkdir()
    handle = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    os.write(handle, text.encode())
    os.close(handle)
    with pytest.raises(StoreError):
        token_for(SERVER)


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("HTTP://Example.org:80/a?b", "http://example.org"),
        ("https://[::1]:8443", "https://[::1]:8443"),
    ],
)
def test_a_server_is_scheme_host_and_port(url: str, server: str) -> None:
    assert server_of(url) == server


@pytest.mark.parametrize("url", ["", "example.org", "ftp://x", "http://", "http://a:x"])
def test_what_is_no_server_is_said(url: str) -> None:
    with pytest.raises(UsageError):
        server_of(url)
