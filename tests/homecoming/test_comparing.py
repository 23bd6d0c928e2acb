import hashlib
from pathlib import Path
from typing import Any

import pytest

from whence.homecoming.comparing import TableComparison
from whence.homecoming.prints import fingerprints
from whence.rows import hashing
from whence.workspace import ROWS_KEY, Workspace, make_workspace

BEFORE = "id,no,kind\n1,7,a\n2,8,b\n3,9,b\n"
AFTER = "id,no,kind\n1,7,a\n2,8,c\n4,6,b\n"


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.delenv("WHENCE_DIR", raising=False)
    return make_workspace(tmp_path)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def recorded(workspace: Workspace, text: str, *, stays: bool = False, kept: bool = False) -> str:
    """A table whose run has ended; it is overwritten afterwards, unless it stays or is kept."""
    path = workspace.root / "t.csv"
    path.write_text(text)
    fingerprints(workspace).take(path, digest(text))
    if kept:
        workspace.objects.put_file(path)
    if not stays:
        path.unlink()
    return digest(text)


def compared(
    workspace: Workspace, before: str, after: str, key: tuple[str, ...] = ()
) -> dict[str, Any]:
    found = TableComparison(workspace, key)(before, after, "t.csv")
    assert found is not None
    return dict(found)


def test_fingerprints_alone_are_enough(workspace: Workspace) -> None:
    found = compared(workspace, recorded(workspace, BEFORE), recorded(workspace, AFTER))
    assert found["rows"] == {"added": 1, "removed": 1, "changed": 1, "unchanged": 1}
    assert (found["key"], found["key_found"]) == (["id"], True)


def test_what_is_no_table_is_not_compared(workspace: Workspace) -> None:
    assert TableComparison(workspace)(digest("a"), digest("b"), "model.pkl") is None


def test_a_table_that_nobody_has_is_said_not_to_be_compared(workspace: Workspace) -> None:
    found = compared(workspace, digest("gone"), recorded(workspace, AFTER))
    assert found["sentences"] == [
        "not compared: no fingerprint of the older version is kept, and its bytes are not at hand"
    ]


@pytest.mark.parametrize("kept", [True, False], ids=["kept", "where it was"])
def test_what_is_at_hand_is_fingerprinted_when_it_is_asked_for(
    workspace: Workspace, kept: bool
) -> None:
    before = recorded(workspace, BEFORE)
    (workspace.root / "t.csv").write_text(AFTER)
    if kept:
        workspace.objects.put_file(workspace.root / "t.csv")
        (workspace.root / "t.csv").unlink()
    assert compared(workspace, before, digest(AFTER))["rows"]["changed"] == 1


def test_a_key_that_is_asked_for_needs_the_bytes(workspace: Workspace) -> None:
    before = recorded(workspace, BEFORE, kept=True)
    after = recorded(workspace, AFTER, stays=True)
    found = compared(workspace, before, after, ("no",))
    assert (found["key"], found["key_found"]) == (["no"], False)
    assert found["rows"] == {"added": 1, "removed": 1, "changed": 1, "unchanged": 1}


def test_without_the_bytes_the_key_that_was_found_answers_and_says_so(
    workspace: Workspace,
) -> None:
    before, after = recorded(workspace, BEFORE), recorded(workspace, AFTER)
    found = compared(workspace, before, after, ("no",))
    assert found["key"] == ["id"]
    assert found["sentences"][-1] == (
        "not compared by no: for that the bytes of both have to be at hand"
    )


def test_a_key_of_other_tables_leaves_this_one_alone(workspace: Workspace) -> None:
    comparison = TableComparison(workspace, ("nope",))
    found = comparison(recorded(workspace, BEFORE), recorded(workspace, AFTER), "t.csv")
    assert found is not None
    assert found["key"] == ["id"]
    assert not comparison.keyed


def test_other_columns_are_compared_exactly_where_the_bytes_are_at_hand(
    workspace: Workspace,
) -> None:
    before = recorded(workspace, BEFORE, kept=True)
    wide = AFTER.replace("\n", ",x\n").replace("kind,x", "kind,new")
    found = compared(workspace, before, recorded(workspace, wide, kept=True))
    assert found["rows"] == {"added": 1, "removed": 1, "changed": 1, "unchanged": 1}
    assert (found["at_least"], found["compared_on"]) == (False, ["id", "kind", "no"])
    assert found["key_found"]


def test_a_lost_key_makes_fingerprints_anew_where_the_bytes_are_at_hand(
    workspace: Workspace,
) -> None:
    before = recorded(workspace, BEFORE, kept=True)
    after = recorded(workspace, AFTER)
    (workspace.folder / ROWS_KEY).unlink()
    assert (
        "no fingerprint of the newer version" in compared(workspace, before, after)["not_compared"]
    )
    again = recorded(workspace, AFTER, stays=True)
    assert compared(workspace, before, again)["rows"]["changed"] == 1


def test_hashes_of_an_engine_that_hashes_otherwise_are_made_anew_or_not_compared(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = recorded(workspace, BEFORE)
    monkeypatch.setattr(hashing, "_NAMES", [f"{hashing.FAMILY}-other"])
    after = recorded(workspace, AFTER, kept=True)
    assert "hashed in different ways" in compared(workspace, before, after)["not_compared"]
    monkeypatch.setattr(hashing, "_NAMES", [])
    assert compared(workspace, before, after)["rows"]["changed"] == 1
