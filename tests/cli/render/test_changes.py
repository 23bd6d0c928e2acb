from typing import Any

import pytest

from whence.cli.render.changes import change_lines, value_text
from whence.query.diff.difference import Change, What


def lines(layer: str, change: Change, budget: int = 60) -> list[str]:
    return [line.text for line in change_lines(layer, change, 6, budget)]


def test_values_are_written_as_one_would_write_them() -> None:
    assert value_text("adam") == "adam"
    assert value_text("two words") == '"two words"'
    assert value_text("") == '""'
    assert value_text(0.1) == "0.1"
    assert value_text(None) == "null"
    assert value_text([1, "a"]) == '[1, "a"]'
    assert value_text("a\nb\x1b") == r"a\nb\x1b"
    assert len(value_text("x" * 500)) == 60


@pytest.mark.parametrize(
    ("what", "a", "b", "line"),
    [
        ("changed", 31, 63, "  ~ leaves  31 → 63  config.yaml  [train]"),
        ("only_in_a", 31, None, "  - leaves  only in a  31  config.yaml  [train]"),
        ("only_in_b", None, 63, "  + leaves  only in b  63  config.yaml  [train]"),
    ],
)
def test_a_parameter(what: What, a: Any, b: Any, line: str) -> None:
    change = Change(what, "leaves", a, b, ("train",), {"source": "config.yaml"})
    assert lines("parameters", change) == [line]


def test_the_steps_that_share_a_change() -> None:
    change = Change("changed", "seed", 1, 2, ("a", "b", "c", "d", "e"))
    assert lines("parameters", change)[0].endswith("[a, b, c and 2 more]")


def test_a_package_that_nothing_imported() -> None:
    change = Change("changed", "idle", "1", "2", (), {"about": "package", "imported": False})
    assert lines("environment", change) == ["  ~ idle    1 → 2  not imported"]


def test_a_file_of_settings() -> None:
    detail = {"about": "file", "hunks": ["@@ -1 +1 @@\n-x\n+y"]}
    change = Change("changed", "a.conf", {}, {}, (), detail)
    assert lines("parameters", change) == [
        "  ~ a.conf  the file differs",
        "      @@ -1 +1 @@",
        "      -x",
        "      +y",
    ]


def test_code_under_another_name_and_code_whose_text_is_gone() -> None:
    detail: dict[str, Any] = {"paths": {"a": "old.py", "b": "new.py"}, "hunks": []}
    change = Change(
        "changed", "new.py", "1", "2", (), {**detail, "reason": "only its name differs"}
    )
    assert lines("code", change) == ["  ~ new.py  was old.py  only its name differs"]
    gone = Change("changed", "x.py", "1", "2", (), {"hunks": None, "reason": "not at hand"})
    assert lines("code", gone) == ["  ~ x.py    not at hand"]


def test_long_hunks_are_cut_with_a_count() -> None:
    hunk = "@@ -1,40 +1,40 @@\n" + "\n".join(f"+{at}" for at in range(40))
    change = Change("changed", "x.py", "1", "2", (), {"hunks": [hunk], "added": 40, "removed": 0})
    told = lines("code", change)
    assert len(told) == 26
    assert told[-1] == "      … 17 more lines (--json has them)"
    assert lines("code", change, 0)[1:] == ["      … 25 more lines (--json has them)"]
    assert len(lines("code", change, 10)) == 12


def test_tabs_in_code_keep_their_place() -> None:
    change = Change("changed", "Makefile", "1", "2", (), {"hunks": ["@@ -1 +1 @@\n-\tx\n+\ty"]})
    assert lines("code", change)[2:] == ["      -    x", "      +    y"]


@pytest.mark.parametrize(
    ("detail", "line"),
    [
        ({"cause": "unexplained"}, "unexplained: nothing recorded upstream differs"),
        (
            {"cause": "unknown", "because": [{"layer": "data", "name": "x", "unknown": True}]},
            "nothing upstream is known to differ, but not all of it is known",
        ),
        (
            {"cause": "consequence", "because": [{"layer": "steps", "name": "prepare"}]},
            "because of step prepare",
        ),
        (
            {
                "cause": "consequence",
                "because": [{"layer": "data", "name": f"{at}.csv"} for at in range(6)],
            },
            "because of 0.csv, 1.csv, 2.csv, 3.csv and 2 more",
        ),
    ],
)
def test_why_a_file_differs(detail: dict[str, Any], line: str) -> None:
    change = Change("changed", "m.pt", {"name": "m.pt"}, {"name": "m.pt"}, (), detail)
    assert lines("outputs", change)[1:] == [f"      {line}"]


def test_files_with_sizes_rows_and_other_names() -> None:
    a = {"name": "1.csv", "size": 1_000, "rows": 1}
    b = {"name": "2.csv", "size": 31_000_000, "rows": 336_776}
    assert lines("data", Change("changed", "2.csv", a, b)) == [
        "  ~ 2.csv   was 1.csv  1.0 kB → 31.0 MB  1 row → 336,776 rows"
    ]
    assert lines("data", Change("only_in_b", "2.csv", None, b)) == [
        "  + 2.csv   only in b  31.0 MB  336,776 rows"
    ]


def test_members_of_a_folder() -> None:
    members = {
        "added": 5,
        "removed": 1,
        "changed": 0,
        "unchanged": 94,
        "paths": {"added": ["a", "b", "c", "d", "e"], "removed": ["z"], "changed": []},
    }
    change = Change("changed", "images", {}, {}, (), {"members": members})
    assert lines("data", change)[1:] == [
        "      files inside: 5 added, 1 removed, 0 changed, 94 unchanged",
        "        + a",
        "        + b",
        "        + c",
        "        - z",
    ]


def test_how_a_run_ended() -> None:
    change = Change(
        "changed", "outcome", "completed", "failed with status 1", (), {"about": "outcome"}
    )
    assert lines("outputs", change) == ["  ~ outcome  completed → failed with status 1"]
