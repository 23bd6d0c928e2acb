import json

import pytest

from whence.rows.change import RowChange, TableChange, change_json
from whence.rows.drift import Drift
from whence.rows.fingerprint import Column
from whence.rows.profile import Profile
from whence.rows.segments import Segment

PROFILE = Profile(0, 0, 0, 0)


def test_names_are_safe_to_print_and_long_lists_end() -> None:
    names = ["\x1b[31m\nx", *(f"c{at}" for at in range(30))]
    change = TableChange(0, 0, None, "so", added=tuple(Column(it, "text", PROFILE) for it in names))
    sentence, first, *rest = change.sentences()
    assert sentence == "0 rows before, 0 after; which of them changed is not known: so"
    assert first == "column `\\x1b[31m\\nx` added"
    assert len(rest) == 20
    assert rest[-1] == "… and 11 more columns added"


def test_types_of_new_columns_are_told() -> None:
    change = TableChange(1, 1, RowChange(0, 0, 1), added=(Column("a", "BIGINT", PROFILE),))
    assert change.sentences() == ("the same 1 row", "column `a` added (BIGINT)")
    assert not change.same


@pytest.mark.parametrize(
    ("rows", "key", "sentence"),
    [
        (RowChange(1, 0, 5), (), "1 row added, 0 removed, 5 unchanged"),
        (
            RowChange(2, 0, 5, 1),
            ("a", "b"),
            "2 rows added, 0 removed, 1 changed, 5 unchanged, by key `a`, `b`",
        ),
        (RowChange(0, 0, 5), ("a",), "the same 5 rows"),
    ],
)
def test_rows_are_told_first(rows: RowChange, key: tuple[str, ...], sentence: str) -> None:
    assert TableChange(5, 5, rows, key=key).sentences()[0] == sentence


def test_changed_columns_are_told_by_their_share_of_the_changed_rows() -> None:
    change = TableChange(
        9000,
        9000,
        RowChange(0, 0, 8000, 1000),
        key=("id",),
        columns_changed=(("a", 1000), ("b", 999), ("c", 500), ("d", 2)),
    )
    assert change.sentences()[1] == (
        "changed rows differ in `a` in all, `b` in over 99 %, `c` in 50 %, `d` in under 1 %"
    )


def test_what_is_told_as_json_is_json() -> None:
    change = TableChange(
        10,
        11,
        RowChange(1, 0, 9, 1),
        key=("id",),
        key_found=True,
        columns_changed=(("x", 1),),
        segments=(Segment("changed", "k", ("v",), 9, 10, 20, 100),),
        drifts=(Drift("x", {"psi": 0.3}, large=True, mean=(1.0, 2.0)),),
        added=(Column("new", "text", PROFILE),),
        renamed=(("a", "b"),),
    )
    told = json.loads(json.dumps(change_json(change)))
    assert told["rows"] == {"added": 1, "removed": 0, "changed": 1, "unchanged": 9}
    assert told["added"] == [{"name": "new", "type": "text"}]
    assert told["drifts"][0]["measures"] == {"psi": 0.3}
    assert told["sentences"] == list(change.sentences())
    assert told["same"] is False
