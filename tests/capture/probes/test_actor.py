import os
import pwd
import subprocess
from pathlib import Path

import pytest

from whence.capture.probes.actor import read_actor
from whence.capture.probes.git import read_code_state


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    return tmp_path


def test_the_user_is_the_systems_and_not_a_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("USER", "somebody-else")
    actor = read_actor()
    assert actor.uid == os.getuid()
    assert actor.name == pwd.getpwuid(os.getuid()).pw_name


def test_whom_git_takes_them_for(repository: Path) -> None:
    assert read_actor(str(repository)).git == ""
    for key, value in {"user.name": "Ada L.", "user.email": "ada@example.org"}.items():
        subprocess.run(["git", "-C", str(repository), "config", key, value], check=True)
    assert read_actor(str(repository)).git == "Ada L. <ada@example.org>"


def test_without_git_there_is_still_a_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert read_actor().name


def test_the_code_state_says_whom_git_takes_them_for_in_the_same_words(repository: Path) -> None:
    state = read_code_state(str(repository))
    assert state is not None
    assert state.identity == ""
    for key, value in {"user.name": "Ada L.", "user.email": "ada@example.org"}.items():
        subprocess.run(["git", "-C", str(repository), "config", key, value], check=True)
    state = read_code_state(str(repository))
    assert state is not None
    assert state.identity == read_actor(str(repository)).git == "Ada L. <ada@example.org>"
    assert "identity" not in state.facts()
    assert read_actor(git="Bob").git == "Bob"
