from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from whence.errors import StoreError
from whence.settings.keys import VARIABLE, key_in, user_key, user_key_path


def test_a_key_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "config" / "signing.key"
    first = key_in(path, "ada@laptop")
    assert key_in(path, "another name") == first
    assert first.name == "ada@laptop"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["signing.key"]


def test_of_many_who_make_it_at_once_all_get_the_same(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda at: key_in(tmp_path / "k", f"n{at}"), range(16)))
    assert len(keys) == 1


def test_a_key_that_others_may_read_is_not_used(tmp_path: Path) -> None:
    path = tmp_path / "k"
    key_in(path, "ada")
    path.chmod(0o640)
    with pytest.raises(StoreError, match="others may read") as caught:
        key_in(path, "ada")
    assert "chmod 600" in caught.value.hint


def test_what_is_no_key_is_said_so_and_not_repeated(tmp_path: Path) -> None:
    path = tmp_path / "k"
    path.write_bytes(b"\xffsecret")
    path.chmod(0o600)
    with pytest.raises(StoreError):
        key_in(path, "ada")
    path.write_text("secret")
    with pytest.raises(StoreError, match="holds no key") as caught:
        key_in(path, "ada")
    assert "secret" not in caught.value.message


def test_a_persons_key_lies_in_the_configuration_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert user_key_path() == tmp_path / "whence" / "signing.key"
    assert "@" in user_key().name
    monkeypatch.setenv(VARIABLE, str(tmp_path / "other"))
    assert user_key_path() == tmp_path / "other"
