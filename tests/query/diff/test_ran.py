import textwrap
from typing import Any

import pytest

from whence.query.diff.hunks import compare_texts
from whence.query.diff.ran import (
    Trace,
    numbers,
    parts_of,
    read_trace,
    role,
    role_alone,
    version,
)

OLD = textwrap.dedent(
    """\
    import os

    LIMIT = 3

    def called(x):
        y = x + 1
        return y

    def never(x):
        return x
    """
)
RAN: dict[str, Any] = {
    "by": "lines",
    "files": {
        "t.py": {"functions": [[1, "<module>"], [5, "called"]], "lines": "1,3,5-7,9"},
    },
    "whole": True,
}
CALLED = {
    **RAN,
    "by": "functions",
    "files": {"t.py": {"functions": [[1, "<module>"], [5, "called"]]}},
}


def parts(
    new: str, executed: dict[str, Any] = RAN, path: str = "t.py", old: str = OLD
) -> list[str]:
    """The part of each edit from the old text to a new one, of which the same lines ran."""
    a = version(path, old, read_trace(executed, [old + "\nprint(LIMIT, called, never)"]))
    b = version(path, new, read_trace(executed, [new + "\nprint(LIMIT, called, never)"]))
    edits = [each for several in compare_texts(old, new).edits for each in several]
    return [role(a, b, each).part for each in edits]


@pytest.mark.parametrize(
    ("before", "after", "by_line", "by_function"),
    [
        ("x + 1", "x + 2", "ran", "called"),
        ("LIMIT = 3", "LIMIT = 4", "ran", "ran"),
        ("    return x\n", "    return -x\n", "idle", "idle"),
        ("def never(x):", "def never(x, z=1):", "idle", "idle"),
        ("import os", "import os, sys", "imports", "imports"),
        ("y = x + 1", "y = x + 1  # one more", "layout", "layout"),
        ("y = x + 1", "y = (x +\n        1)", "layout", "layout"),
        ("def called(x):", "def called(x: int) -> int:", "layout", "layout"),
        ("y = x + 1", "print(1)", "ran", "called"),
    ],
)
def test_the_part_of_an_edit(before: str, after: str, by_line: str, by_function: str) -> None:
    assert before in OLD
    new = OLD.replace(before, after)
    assert parts(new)[0] == by_line
    assert parts(new, CALLED)[0] == by_function


def test_a_word_to_people_changes_nothing_else() -> None:
    assert parts(OLD.replace("    return y", '    print("done")\n    return y'), CALLED) == [
        "speaks"
    ]


def test_a_name_that_nothing_uses() -> None:
    assert parts(OLD.replace("LIMIT = 3", "LIMIT = 3\nSPARE = 4"), CALLED) == ["unnamed"]
    assert parts(OLD.replace("LIMIT = 3", "LIMIT = 3\nlater = LIMIT\nlater"), CALLED) == ["ran"]


def test_what_was_not_seen_may_have_run_where_not_all_was_seen() -> None:
    new = OLD.replace("    return x\n", "    return -x\n")
    assert parts(new, {**RAN, "whole": False}) == ["unseen"]
    assert parts(new, {}) == ["loaded"]


def test_a_function_that_nothing_names_is_told_though_nothing_was_followed() -> None:
    assert parts(OLD + "\ndef spare():\n    return 1\n", {})[0] == "unnamed"


def test_where_one_side_alone_was_followed_it_tells_of_both() -> None:
    new = OLD.replace("    return x\n", "    return -x\n")
    a = version("t.py", OLD, read_trace({}, [OLD]))
    b = version("t.py", new, read_trace(RAN, [new]))
    ((edit,),) = compare_texts(OLD, new).edits
    assert role(a, b, edit).part == role(b, a, type(edit)(edit.b, edit.a)).part == "idle"


def test_a_function_that_was_sent_to_a_worker_was_called_there() -> None:
    files = {"t.py": {**RAN["files"]["t.py"], "named": ["never"]}}
    new = OLD.replace("    return x\n", "    return -x\n")
    assert parts(new, {**RAN, "files": files}) == ["called"]


def test_neighbouring_lines_of_different_parts_are_told_apart() -> None:
    old = "def f(x):\n    if x:\n        return 1\n    return 2\n\nf(0)\n"
    new = old.replace("1", "5").replace("2", "6")
    files = {"t.py": {"functions": [[1, "<module>"], [1, "f"]], "lines": "1-2,4,6"}}
    trace = read_trace({**RAN, "files": files}, [new])
    (edits,) = compare_texts(old, new).edits
    a, b = version("t.py", old, trace), version("t.py", new, trace)
    assert [(part.line, part.part) for _, part in parts_of(a, b, edits)] == [
        (3, "idle"),
        (4, "ran"),
    ]
    whole = read_trace({**RAN, "files": {"t.py": {**files["t.py"], "lines": "1-6"}}}, [new])
    ((both, part),) = parts_of(version("t.py", old, whole), version("t.py", new, whole), edits)
    assert (both.a, both.b, part.part) == (range(3, 5), range(3, 5), "ran")


def test_where_it_lies() -> None:
    new = OLD.replace("y = x + 1", "y = x + 2")
    a, b = (version("t.py", text, read_trace(RAN, [text])) for text in (OLD, new))
    ((edit,),) = compare_texts(OLD, new).edits
    found = role(a, b, edit)
    assert (found.line, found.function) == (6, "called")


@pytest.mark.parametrize(
    ("path", "old", "new", "part"),
    [
        ("run.sh", "a b\n", "a b\n# as agreed\n", "layout"),
        ("run.sh", "a b\n", "a  b\n", "layout"),
        ("run.sh", "a b\n", "a c\n", "loaded"),
        ("t.py", "def f(:\n", "def g(:\n", "idle"),
    ],
)
def test_other_languages_have_lines_alone(path: str, old: str, new: str, part: str) -> None:
    executed = {"by": "lines", "files": {}, "whole": True}
    assert parts(new, executed, path, old) == [part]


def test_a_file_of_one_side() -> None:
    def alone(functions: list[list[Any]] | None, *, whole: bool = True) -> str:
        files = {} if functions is None else {"t.py": {"functions": functions}}
        trace = Trace("functions", files, whole)
        return role_alone(version("t.py", OLD, trace)).part

    assert alone([[1, "<module>"], [5, "called"]]) == "ran"
    assert alone([[1, "<module>"]]) == "idle"
    assert alone([[1, "<module>"]], whole=False) == "unseen"
    assert alone(None) == "idle"
    assert role_alone(version("t.py", OLD, Trace())).part == "loaded"


def test_ranges_that_are_none_are_left_out() -> None:
    assert numbers("1-3,7,x,-,4-") == {1, 2, 3, 7}
    assert numbers("") == frozenset()
