"""Who asks, behind a proxy: believed of the proxy that was named, and of nobody else."""

import http.client
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from serving import serving
from whence.server.access.accessfile import AccessFile
from whence.server.access.audit import AuditLog


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "address"),
    [(("--trusted-proxy", "127.0.0.1"), "203.0.113.9"), ((), "127.0.0.1")],
)
def test_only_a_named_proxy_is_believed(
    tmp_path: Path, options: tuple[str, ...], address: str
) -> None:
    (tmp_path / ".whence").mkdir()
    with serving(tmp_path, "--auth", "tokens", *options) as (url, _):
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
        forwarded = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}
        connection.request("GET", "/api/v1/log", headers=forwarded)
        assert connection.getresponse().status == 401
        # Over https, as the proxy says, the same page has another origin.
        origin = {**forwarded, "Origin": url.replace("http:", "https:")}
        connection.close()
        connection.request("DELETE", "/api/v1/session", headers=origin)
        assert connection.getresponse().status == (404 if options else 403)
        connection.close()
    file = AccessFile(tmp_path / ".whence")
    denied = [each for each in AuditLog(file).latest(10) if each.event.kind == "denied"]
    file.close()
    assert {each.event.address for each in denied} == {address}
