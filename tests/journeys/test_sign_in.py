"""`whence login`, whole: the command, a server, a browser and a real OpenID provider."""

import http.client
import re
import subprocess
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from scratch import Project, make_project
from serving import serving

# The provider uses what its own libraries are going to drop.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

SETTINGS = """
[oidc]
issuer = "{issuer}"
client_id = "whence"
client_secret_file = "{secret}"
name_claim = "email"

[[oidc.roles]]
claim = "groups"
value = "ml"
role = "reader"
"""


class Browser:
    """Follows redirects, keeps cookies of each host, and fills in the provider's form."""

    def __init__(self, person: str) -> None:
        self._person = person
        self._cookies: dict[str, str] = {}

    def visit(self, address: str) -> tuple[int, str]:
        for _ in range(6):
            parts = urlsplit(address)
            form = "/oauth2/authorize" in parts.path
            connection = http.client.HTTPConnection(parts.netloc, timeout=20)
            headers = {"Cookie": self._cookies.get(parts.netloc, "")}
            if form:
                headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urlencode({"sub": self._person}) if form else None
            target = f"{parts.path}?{parts.query}"
            connection.request("POST" if form else "GET", target, body, headers)
            answer = connection.getresponse()
            said = answer.read().decode()
            connection.close()
            if cookie := answer.headers["Set-Cookie"]:
                self._cookies[parts.netloc] = cookie.partition(";")[0]
            if answer.status not in {302, 303}:
                return answer.status, said
            address = answer.headers["Location"]
        raise AssertionError(address)


def begin(project: Project, url: str) -> tuple["subprocess.Popen[bytes]", str]:
    login = project.start(
        "login", url, "--no-browser", stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert login.stderr is not None
    said = ""
    while not (found := re.search(r"http://\S+/login\?\S+", said)):
        line = login.stderr.readline().decode()
        assert line, said
        said += line
    return login, found[0]


def test_whoever_signs_in_with_the_provider_is_known_to_the_server(tmp_path: Path) -> None:
    from oidc_provider_mock import User, run_server_in_thread

    claims = {"email": "ann@example.org", "email_verified": True, "groups": ["ml"]}
    (tmp_path / "server").mkdir()
    (tmp_path / "ann").mkdir()
    served, ann = make_project(tmp_path / "server"), make_project(tmp_path / "ann")
    with run_server_in_thread(user_claims=[User(sub="1", claims=claims)]) as provider:
        issuer = f"http://localhost:{provider.server_port}"
        (served.folder / ".whence").mkdir()
        secret = tmp_path / "secret"
        secret.write_text("hush")
        (served.folder / ".whence" / "access.toml").write_text(
            SETTINGS.format(issuer=issuer, secret=secret)
        )
        with serving(served.folder, "--auth", "oidc", variables=served.env) as (url, _):
            login, address = begin(ann, url)
            try:
                status, said = Browser("1").visit(address)
                assert status == 200, said
                out, _ = login.communicate(timeout=30)
            finally:
                login.kill()
                login.communicate()
            assert (status, login.returncode) == (200, 0), said
            assert "signed in" in said
            assert b"as ann@example.org" in out
            ann.env["WHENCE_STORE"] = url
            assert "No runs" in ann.whence("log").stdout
            assert "does not allow" in ann.whence("user", "list", status=2).stderr
            ann.whence("logout", url)
            assert "a token is needed" in ann.whence("log", status=2).stderr
