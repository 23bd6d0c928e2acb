import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.errors import NotFoundError, StoreError
from whence.workspace import (
    Workspace,
    find_folder,
    location_of,
    make_workspace,
    open_workspace,
    rows_key,
)


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WHENCE_DIR", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def test_it_is_found_upwards(tmp_path: Path) -> None:
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    (tmp_path / ".whence").mkdir()
    assert find_folder(below) == tmp_path / ".whence"
    assert open_workspace(below).root == tmp_path


def test_first_use_makes_it_where_one_works_private_and_hidden_from_git(tmp_path: Path) -> None:
    made = make_workspace(tmp_path / "p").folder
    assert made == tmp_path / "p" / ".whence"
    assert stat.S_IMODE(made.stat().st_mode) == 0o700
    assert (made / ".gitignore").read_text() == "*\n"


def test_first_use_in_a_repository_makes_it_at_its_top(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    below = tmp_path / "src"
    below.mkdir()
    assert make_workspace(below).folder == tmp_path / ".whence"


def test_asking_makes_nothing(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError) as nothing:
        open_workspace(tmp_path)
    assert "WHENCE_DIR" in nothing.value.hint
    assert list(tmp_path.iterdir()) == []


def test_a_variable_names_it_outright(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHENCE_DIR", str(tmp_path / "elsewhere"))
    workspace = make_workspace(tmp_path / "p")
    assert workspace.folder == tmp_path / "elsewhere"
    assert workspace.root == tmp_path / "p"


def test_where_nothing_may_be_written_the_users_own_folder_serves(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    workspace = make_workspace(blocked)
    assert workspace.folder == tmp_path / "state" / "whence" / "shared"


def test_where_not_even_that_works_the_error_helps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    monkeypatch.setenv("XDG_STATE_HOME", str(blocked))
    with pytest.raises(StoreError) as nowhere:
        make_workspace(blocked)
    assert "WHENCE_DIR" in nowhere.value.hint


def test_names_are_relative_below_the_root_and_absolute_elsewhere(tmp_path: Path) -> None:
    workspace: Workspace = make_workspace(tmp_path)
    assert workspace.name_of(str(tmp_path / "a" / "b.csv")) == "a/b.csv"
    assert workspace.name_of("/elsewhere/b.csv") == "/elsewhere/b.csv"
    assert workspace.name_of(str(tmp_path) + "/caf\udce9") == "caf\\xe9"


@given(st.binary(min_size=1, max_size=20).filter(lambda raw: b"\0" not in raw))
def test_a_location_holds_any_path_exactly(raw: bytes) -> None:
    from urllib.parse import unquote_to_bytes

    uri = location_of(os.fsdecode(b"/" + raw))
    assert uri.isascii()
    assert unquote_to_bytes(uri.removeprefix("file://")) == b"/" + raw


def test_the_key_of_rows_is_made_once_whoever_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WHENCE_DIR", str(tmp_path / ".whence"))
    workspace = make_workspace(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        keys = list(pool.map(lambda _: rows_key(workspace), range(64)))
    assert len(set(keys)) == 1
    kept = workspace.folder / "rows.key"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert [path.name for path in workspace.folder.glob(".rows.key*")] == []
    kept.write_text("no key")
    with pytest.raises(StoreError):
        rows_key(workspace)
