from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.errors import UsageError
from whence.server.access.permission import (
    EVERYWHERE,
    LOCAL,
    NOBODY,
    SERVICE,
    SHARED,
    Permission,
    Principal,
    Role,
    check_bind,
    check_roles,
    home_project,
    may,
    may_one_of,
    read_role,
)

R, W, P, U, A = (
    Permission.READ,
    Permission.WRITE,
    Permission.APPROVE,
    Permission.AUDIT,
    Permission.ADMIN,
)
TABLE = {
    Role.READER: {R},
    Role.CONTRIBUTOR: {R, W},
    Role.APPROVER: {R, W, P},
    Role.AUDITOR: {R, U},
    Role.ADMIN: {R, W, P, U, A},
}


@pytest.mark.parametrize(("role", "permission"), list(product(Role, Permission)))
def test_a_role_allows_what_its_row_says_and_in_its_project_alone(
    role: Role, permission: Permission
) -> None:
    who = Principal("ann", "person", {"fraud": role})
    expected = permission is Permission.PUBLIC or permission in TABLE[role]
    assert may(who, permission, "fraud") == expected
    assert may(who, permission, "churn") == (permission is Permission.PUBLIC)
    assert may(who, permission, SHARED) == (permission in {Permission.PUBLIC, Permission.READ})


def test_nobody_may_nothing_and_local_everything() -> None:
    for permission in set(Permission) - {Permission.PUBLIC}:
        assert not NOBODY.may(permission)
        assert LOCAL.may(permission, "any")


roles = st.dictionaries(st.sampled_from(["*", "", "a", "b"]), st.sampled_from(Role), max_size=4)


@given(roles, st.sampled_from(["", "a", "b", "c"]))
def test_an_auditor_writes_nothing_whatever_other_roles_say(
    held: dict[str, Role], project: str
) -> None:
    who = Principal("aud", "person", {**held, "z": Role.AUDITOR})
    for permission in (W, P, A):
        assert not may(who, permission, project)
        assert not who.may(permission)


def test_an_auditor_of_all_reads_all() -> None:
    who = Principal("aud", "person", {EVERYWHERE: Role.AUDITOR})
    assert may(who, R, "whatever")
    assert may(who, U, EVERYWHERE)


@given(roles, st.sampled_from(["", "a", "b", "c"]))
def test_a_service_approves_nothing(held: dict[str, Role], project: str) -> None:
    assert not may(Principal("bot", SERVICE, held), P, project)


@given(roles, st.sampled_from(list(Permission)))
def test_a_thing_of_several_projects_is_open_to_whoever_is_in_one(
    held: dict[str, Role], permission: Permission
) -> None:
    who = Principal("ann", "person", held)
    several = frozenset({"a", "b"})
    assert may_one_of(who, permission, several) == (
        may(who, permission, "a") or may(who, permission, "b")
    )
    assert may_one_of(who, permission, frozenset()) == may(who, permission, SHARED)


def test_records_belong_to_the_one_project_that_is_written_to() -> None:
    assert home_project(Principal("a", "service", {"x": Role.CONTRIBUTOR, "y": Role.READER})) == "x"
    two = {"x": Role.CONTRIBUTOR, "y": Role.CONTRIBUTOR}
    assert home_project(Principal("a", "service", two)) == SHARED
    assert home_project(LOCAL) == SHARED


def test_what_says_two_things_at_once_is_refused() -> None:
    with pytest.raises(UsageError, match="writes nothing"):
        check_roles({"*": Role.AUDITOR, "a": Role.ADMIN})
    with pytest.raises(UsageError, match="no role 'god'") as met:
        read_role("god")
    assert "contributor" in met.value.hint


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "::", "192.0.2.1", "whence.example.org", "127.0.0.1.nip.io"]
)
def test_an_open_address_needs_authentication(host: str) -> None:
    with pytest.raises(UsageError, match="reached by others"):
        check_bind(host, authenticated=False)
    check_bind(host, authenticated=True)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.8.8.8", "[::1]"])
def test_this_machine_alone_needs_none(host: str) -> None:
    check_bind(host, authenticated=False)
