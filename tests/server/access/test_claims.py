from pathlib import Path
from typing import Any

import pytest

from whence.errors import UsageError
from whence.server.access.claims import (
    FILE_NAME,
    ClaimRule,
    load_provider,
    name_from,
    roles_from,
)
from whence.server.access.permission import Role

RULES = (
    ClaimRule("groups", "ml", "*", Role.READER),
    ClaimRule("groups", "churn-team", "churn", Role.CONTRIBUTOR),
    ClaimRule("groups", "churn-leads", "churn", Role.APPROVER),
    ClaimRule("department", "audit", "*", Role.AUDITOR),
)

GOOD = """
[oidc]
issuer = "https://login.example.org/realm"
client_id = "whence"
name_claim = "preferred_username"

[[oidc.roles]]
claim = "groups"
value = "ml"
role = "reader"
"""


@pytest.mark.parametrize(
    ("claims", "roles"),
    [
        ({}, {}),
        ({"groups": "ml"}, {"*": Role.READER}),
        ({"groups": ["ml", "churn-team"]}, {"*": Role.READER, "churn": Role.CONTRIBUTOR}),
        ({"groups": ["churn-team", "churn-leads"]}, {"churn": Role.APPROVER}),
        ({"department": "audit"}, {"*": Role.AUDITOR}),
        ({"groups": {"ml": True}}, {}),
        ({"groups": [["ml"], 3, None]}, {}),
        ({"groups": "ml churn-leads"}, {}),
    ],
)
def test_claims_become_roles_by_the_table(claims: dict[str, Any], roles: dict[str, Role]) -> None:
    assert roles_from(claims, RULES) == roles


def test_nobody_is_an_auditor_and_something_else() -> None:
    with pytest.raises(UsageError, match="writes nothing"):
        roles_from({"groups": "ml", "department": "audit"}, RULES)


def test_an_address_counts_only_if_it_was_verified() -> None:
    assert name_from({"email": "ann@example.org", "email_verified": True}, "email")
    with pytest.raises(UsageError, match="verified"):
        name_from({"email": "ann@example.org", "email_verified": False}, "email")
    with pytest.raises(UsageError, match="no 'email'"):
        name_from({"email": ["ann"]}, "email")
    with pytest.raises(UsageError, match="cannot be a name"):
        name_from({"email": "ann\nadmin"}, "email")


def test_the_file_tells_of_the_provider(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text(GOOD)
    told = load_provider(tmp_path)
    assert told.issuer == "https://login.example.org/realm"
    assert told.rules == (ClaimRule("groups", "ml", "*", Role.READER),)
    assert (told.name_claim, told.client_secret) == ("preferred_username", "")
    (tmp_path / "secret").write_text("hush\n")
    secret = f'client_secret_file = "{tmp_path / "secret"}"\n\n[[oidc'
    (tmp_path / FILE_NAME).write_text(GOOD.replace("[[oidc", secret, 1))
    assert load_provider(tmp_path).client_secret == "hush"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("https://login", "http://login"), "not an https address"),
        (("https://login", "https://user@login"), "more than an address"),
        (("/realm", "/realm?x=1"), "more than an address"),
        (('client_id = "whence"', ""), "needs client_id"),
        (("client_id", "clientid"), "needs client_id"),
        (("[oidc]", "[oidc]\nissue = 1"), "has no issue"),
        (('role = "reader"', 'role = "boss"'), "no role 'boss'"),
        (('role = "reader"', ""), "number 1"),
        (("[oidc]\n", "[oidc\n"), "cannot be read"),
        (("[oidc]", "[other]\n[oidc]"), "one table"),
        (("[oidc]", '[oidc]\nscopes = ["email"]'), "openid"),
        (("[oidc]", '[oidc]\nclient_secret_file = "/nowhere"'), "client_secret_file"),
        (("[oidc]", "[oidc]\nhosts = 3"), "list of addresses"),
    ],
    ids=str,
)
def test_what_is_wrong_in_it_is_told_with_its_place(
    tmp_path: Path, change: tuple[str, str], told: str
) -> None:
    assert change[0] in GOOD
    (tmp_path / FILE_NAME).write_text(GOOD.replace(*change, 1))
    with pytest.raises(UsageError, match=told) as met:
        load_provider(tmp_path)
    assert FILE_NAME in met.value.message


def test_without_the_file_it_is_told_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"there is no .*access\.toml"):
        load_provider(tmp_path)
