import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from whence.errors import NotFoundError, StoreVersionError, UsageError
from whence.server.access.accessfile import FILE_NAME
from whence.server.access.permission import Role
from whence.server.access.register import Register
from whence.server.access.token import hash_secret

DAY = timedelta(days=1)


@pytest.fixture
def register(tmp_path: Path) -> Iterator[Register]:
    made = Register.open(tmp_path)
    yield made
    made.close()


def test_what_is_kept_is_found_again_by_whoever_opens_it(
    tmp_path: Path, register: Register
) -> None:
    register.add_user("ann@example.org", {"fraud": Role.APPROVER})
    token, secret = register.create_token("night", by="ann", span=DAY, roles={"*": Role.READER})
    register.protect("fraud", on=True)
    other = Register.open(tmp_path)
    try:
        assert [each.name for each in other.users()] == ["ann@example.org"]
        assert other.users()[0].roles == {"fraud": Role.APPROVER}
        assert other.with_secret(secret) == token
        assert other.protected() == frozenset({"fraud"})
        assert other.key("withheld") == register.key("withheld")
    finally:
        other.close()


def test_no_secret_is_ever_kept(tmp_path: Path, register: Register) -> None:
    register.add_user("ann", {"*": Role.ADMIN})
    _, secret = register.create_token("night", by="ann", span=DAY, owner="ann")
    _, cookie = register.open_session("ann")
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert secret.encode() not in kept
    assert cookie.encode() not in kept
    assert hash_secret(secret) in kept
    assert (tmp_path / FILE_NAME).stat().st_mode & 0o077 == 0


def test_what_another_process_revokes_holds_no_more_at_once(
    tmp_path: Path, register: Register
) -> None:
    token, secret = register.create_token("night", by="x", span=DAY, roles={"*": Role.READER})
    first = register.with_secret(secret)
    assert first is not None
    assert not first.revoked
    other = Register.open(tmp_path)
    other.revoke_token("night")
    other.close()
    again = register.with_secret(secret)
    assert again is not None
    assert again.refusal(token.created) == "revoked"


def test_a_users_roles_are_those_of_his_tokens(register: Register) -> None:
    register.add_user("ann", {"a": Role.READER})
    _, secret = register.create_token("laptop", by="ann", span=DAY, owner="ann")
    register.set_role("ann", "b", Role.CONTRIBUTOR)
    register.set_role("ann", "a", None)
    token = register.with_secret(secret)
    assert token is not None
    assert token.roles == {"b": Role.CONTRIBUTOR}


def test_who_is_removed_has_nothing_left(register: Register) -> None:
    register.add_user("ann", {"*": Role.ADMIN})
    token, _ = register.create_token("laptop", by="ann", span=DAY, owner="ann")
    _, cookie = register.open_session("ann")
    register.remove_user("ann")
    assert register.user("ann") is None
    assert register.session(cookie) is None
    assert register.token(token.id).revoked
    register.add_user("ann", {})
    assert register.users()[0].roles == {}


def test_a_token_is_found_by_id_or_by_a_name_of_its_own(register: Register) -> None:
    one, _ = register.create_token("night", by="x", span=DAY, roles={"*": Role.READER})
    two, _ = register.create_token("night", by="x", span=DAY, roles={"*": Role.READER})
    with pytest.raises(NotFoundError, match="more than one") as met:
        register.token("night")
    assert one.id in met.value.hint
    register.revoke_token(one.id)
    assert register.token("night") == two
    with pytest.raises(NotFoundError):
        register.token("nothing")


def test_a_session_ends_when_it_is_closed(register: Register) -> None:
    register.add_user("ann", {"*": Role.READER})
    session, cookie = register.open_session("ann")
    assert register.session(cookie) == session
    assert register.csrf_of(session.id) == session.csrf
    register.close_session(session.id)
    assert register.session(cookie) is None
    assert not register.csrf_of(session.id)


@pytest.mark.parametrize("name", ["", "a b", "a/b", "a\nb", "x" * 201, "a\u202eb"])
def test_what_cannot_be_a_name(register: Register, name: str) -> None:
    with pytest.raises(UsageError):
        register.add_user(name, {})


@pytest.mark.parametrize("project", ["a b", "../x", "-", "x" * 101, "a\0"])
def test_what_cannot_be_a_project(register: Register, project: str) -> None:
    with pytest.raises(UsageError):
        register.add_user("ann", {project: Role.READER})
    assert register.users() == []


def test_a_token_says_whose_it_is_and_not_twice(register: Register) -> None:
    with pytest.raises(UsageError):
        register.create_token("x", by="y", span=DAY)
    with pytest.raises(NotFoundError):
        register.create_token("x", by="y", span=DAY, owner="ann")
    with pytest.raises(UsageError, match="already"):
        register.add_user("bob", {}) and register.add_user("bob", {})


def test_a_file_of_a_newer_whence_is_left_alone(tmp_path: Path) -> None:
    Register.open(tmp_path).close()
    with sqlite3.connect(tmp_path / FILE_NAME) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(StoreVersionError):
        Register.open(tmp_path)
