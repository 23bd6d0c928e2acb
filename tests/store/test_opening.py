import os
import subprocess
import sys
from pathlib import Path

import pytest

from whence.errors import UsageError
from whence.settings.configuration import put
from whence.store.memory import MemoryStore
from whence.store.opening import open_store
from whence.store.sqlite import FILE_NAME, SqliteStore
from whence.testing.records import a_node, a_record
from whence.workspace import STORE_VARIABLE, Workspace


def test_without_a_url_it_is_the_folder_itself(tmp_path: Path) -> None:
    for url in (None, "", "sqlite://"):
        store = open_store(url, tmp_path)
        assert isinstance(store, SqliteStore)
        assert store.folder == tmp_path


def test_a_url_may_name_another_folder(tmp_path: Path) -> None:
    store = open_store(f"sqlite://{tmp_path}/the%20record", tmp_path / "here")
    with store.writing() as writer:
        writer.append(a_record("one", [a_node("a")]))
    store.close()
    assert (tmp_path / "the record" / FILE_NAME).is_file()
    assert not (tmp_path / "here").exists()


def test_one_may_try_out_a_store_that_is_gone_afterwards(tmp_path: Path) -> None:
    assert isinstance(open_store("memory://", tmp_path), MemoryStore)


@pytest.mark.parametrize("url", ["nowhere", "ftp://x/y", "C:\\data", "://", "sqlite:/tmp"])
def test_what_names_no_store_is_said_with_what_does(url: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="names no store") as caught:
        open_store(url, tmp_path)
    assert "sqlite://" in caught.value.hint


def test_the_environment_goes_before_the_setting_and_that_before_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(STORE_VARIABLE, raising=False)
    assert isinstance(Workspace(tmp_path, tmp_path).store, SqliteStore)
    put(tmp_path, "store.url", "memory://")
    assert isinstance(Workspace(tmp_path, tmp_path).store, MemoryStore)
    monkeypatch.setenv(STORE_VARIABLE, f"sqlite://{tmp_path}/named")
    store = Workspace(tmp_path, tmp_path).store
    assert isinstance(store, SqliteStore)
    assert store.folder == tmp_path / "named"


@pytest.mark.parametrize("url", ["postgresql://ada:secret@db/whence", "not a url", "https:/x"])
def test_a_password_has_no_place_in_the_settings(url: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"store\.url"):
        put(tmp_path, "store.url", url)


def test_asking_works_where_there_is_no_folder(tmp_path: Path) -> None:
    with SqliteStore(tmp_path / "elsewhere").writing() as writer:
        writer.append(a_record("one", [a_node("a", "flights.csv")]))
    here = tmp_path / "here"
    here.mkdir()
    environment = {
        **os.environ,
        STORE_VARIABLE: f"sqlite://{tmp_path}/elsewhere",
        "XDG_STATE_HOME": str(tmp_path / "state"),
    }
    done = subprocess.run(
        [sys.executable, "-m", "whence", "show", "flights.csv"],
        cwd=here,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "flights.csv" in done.stdout
    assert list(here.iterdir()) == []
