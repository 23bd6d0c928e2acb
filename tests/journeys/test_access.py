"""A team's server, from its first token to the audit log, as its people meet it."""

import json
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from scratch import Project, make_project
from serving import serving

TOKEN = re.compile(r"whn_[A-Za-z0-9_-]{43}")


class Home:
    """A served folder, whoever set it up, and two others with homes of their own."""

    def __init__(self, folder: Path, url: str, first: str, served: Project) -> None:
        self.url = url
        self.first = first
        """The token that was printed when the server started for the first time."""
        self.served = served
        self.ada = make_project(folder / "ada")
        self.bot = make_project(folder / "bot")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    for name in ("server", "ada", "bot"):
        (tmp_path / name).mkdir()
    served = make_project(tmp_path / "server")
    (served.folder / ".whence").mkdir()
    with serving(served.folder, "--auth", "tokens", variables=served.env) as (url, process):
        assert process.stdout is not None
        said = ""
        while not TOKEN.search(said):
            said += process.stdout.readline()
        yield Home(tmp_path, url, TOKEN.findall(said)[0], served)


def test_from_the_first_token_to_the_audit_log(home: Home) -> None:
    ada, bot, url = home.ada, home.bot, home.url
    # Nobody is let in without a token, nor with a word.
    assert "who you are" in ada.whence("user", "list", "--server", url, status=2).stderr
    ada.whence("login", url, "--token", home.first, status=2)
    assert "does not know" in ada.whence("login", url, "--token", "-", input="x", status=2).stderr
    # Ada sets the server up with the first token, and gives a bot one of its own.
    ada.whence("login", url, "--token", "-", input=home.first)
    (kept,) = Path(ada.env["HOME"]).rglob("credentials.json")
    assert kept.stat().st_mode & 0o077 == 0
    ada.whence("user", "add", "ada@example.org", "--role", "admin", "--server", url)
    own = ada.whence("token", "create", "laptop", "--for", "ada@example.org", "--server", url)
    ada.whence("login", url, "--token", "-", input=own.stdout)
    made = ada.ask("token", "create", "nightly", "--role", "contributor", "--server", url)
    revoked = ada.whence("token", "revoke", "bootstrap", "--server", url)
    assert "holds no more" in revoked.stdout
    # The bot records, and may do nothing else.
    bot.env |= {"WHENCE_STORE": url, "WHENCE_TOKEN": made["token"]}
    (bot.folder / "train.py").write_text("print('trained')")
    bot.commit()
    bot.run("python3", "train.py")
    assert "train" in bot.whence("log").stdout
    denied = bot.whence("token", "list", status=2).stderr
    assert "does not allow" in denied
    # What was done and denied is in the log, for whoever may read it.
    told = ada.ask("audit", "--server", url)
    events = [(each["event"], each["who"]) for each in told["events"]][::-1]
    assert events[0] == ("token-created", "local")
    assert ("user-added", "bootstrap") in events
    assert ("denied", "nightly") in events
    assert ("denied", "nobody") in events
    assert not TOKEN.search(json.dumps(told))
    listed = ada.whence("audit", "--server", url).stdout
    assert "nightly" in listed
    # A token that is revoked holds no more at once; who signs out is out.
    ada.whence("token", "revoke", "nightly", "--server", url)
    assert "does not hold" in bot.whence("log", status=2).stderr
    ada.whence("logout", url)
    assert "a token is needed" in ada.whence("user", "list", "--server", url, status=2).stderr


def test_whoever_holds_the_folder_is_its_admin_and_its_log_cannot_be_changed(home: Home) -> None:
    served = home.served
    served.whence("user", "add", "aud", "--role", "auditor")
    refused = served.whence("user", "role", "aud", "admin", "--project", "churn", status=2)
    assert "writes nothing" in refused.stderr
    assert served.ask("user", "list")["users"][0]["roles"] == {"*": "auditor"}
    assert "churn" in served.whence("audit", "--protect", "churn").stdout
    assert "every hash holds" in served.whence("fsck").stdout
    assert served.ask("fsck")["audit"]["finding"] == ""
    with sqlite3.connect(served.folder / ".whence" / "access.sqlite") as connection:
        connection.execute("DELETE FROM audit WHERE place = 1")
    connection.close()
    assert "the audit log" in served.whence("fsck", status=1).stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("user", "add", "a b"), "cannot be a name"),
        (("user", "role", "nobody", "admin"), "no user 'nobody'"),
        (("user", "add", "ann", "--role", "reader", "--project", "../x"), "cannot name a project"),
        (("token", "create", "x"), "a role of its own"),
        (("token", "create", "x", "--role", "reader", "--expires", "soon"), "not a time to live"),
        (("token", "revoke", "x"), "no token 'x'"),
        (("login", "ftp://x"), "not the address of a server"),
        (("login", "http://127.0.0.1:9"), "cannot be reached"),
        (("serve", "--host", "0.0.0.0"), "reached by others"),
        (("serve", "--tls-cert", "x", "--tls-key", "y"), "cannot be used for https"),
        (("serve", "--auth", "oidc"), "there is no"),
        (("serve", "--allowed-host", "http://x"), "not the name of a host"),
    ],
    ids=" ".join,
)
def test_wrong_words_are_answered_in_words(
    tmp_path: Path, words: tuple[str, ...], told: str
) -> None:
    project = make_project(tmp_path)
    (project.folder / ".whence").mkdir()
    said = project.whence(*words, status=2).stderr
    assert told in said
