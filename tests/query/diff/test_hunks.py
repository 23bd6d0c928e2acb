import difflib

from hypothesis import given
from hypothesis import strategies as st

from whence.query.diff.hunks import compare_texts

LINES = st.lists(st.sampled_from(["a", "b", "c", "", "d"]), max_size=30)
TEXTS = st.builds(lambda lines, end: "\n".join(lines) + end, LINES, st.sampled_from(["", "\n"]))


def apply(text: str, hunks: tuple[str, ...]) -> str:
    """A small `patch`: the oracle that hunks say all there is to say."""
    old = text.split("\n")
    ended = not old[-1]
    if ended:
        old.pop()
    made: list[str] = []
    at = 0
    for hunk in hunks:
        head, *lines = hunk.split("\n")
        start, _, length = head.split(" ")[1][1:].partition(",")
        begin = int(start) - (0 if length == "0" else 1)
        made += old[at:begin]
        at = begin
        ends, last = True, ""
        for line in lines:
            if line.startswith("\\"):
                ends = ends and last == "-"
                continue
            last = line[0]
            if last in " -":
                assert old[at] == line[1:]
                at += 1
            if last in " +":
                made.append(line[1:])
        if at == len(old):
            ended = ends
    made += old[at:]
    return "\n".join(made) + ("\n" if ended and made else "")


@given(TEXTS, TEXTS)
def test_hunks_turn_the_one_text_into_the_other(a: str, b: str) -> None:
    found = compare_texts(a, b)
    assert found.hunks is not None
    assert apply(a, found.hunks) == b


@given(LINES, LINES)
def test_hunks_are_those_of_difflib(a: list[str], b: list[str]) -> None:
    one, other = ("".join(f"{line}\n" for line in lines) for lines in (a, b))
    found = compare_texts(one, other)
    assert found.hunks is not None
    assert bool(found.hunks) == (a != b)
    plain = [line for hunk in found.hunks for line in hunk.split("\n")]
    assert found.added == sum(line.startswith("+") for line in plain)
    assert found.removed == sum(line.startswith("-") for line in plain)
    assert found.added - found.removed == len(b) - len(a)


def test_a_hunk_looks_as_everywhere() -> None:
    a = "".join(f"{at}\n" for at in range(30))
    b = a.replace("7\n", "seven\n", 1).replace("25\n", "")
    found = compare_texts(a, b)
    assert found.hunks is not None
    expected = list(difflib.unified_diff(a.splitlines(), b.splitlines(), lineterm="", n=3))[2:]
    assert "\n".join(found.hunks).split("\n") == expected
    assert (found.added, found.removed) == (1, 2)


def test_a_missing_end_of_line_is_a_difference_that_shows() -> None:
    found = compare_texts("x\n", "x")
    assert found.hunks == ("@@ -1 +1 @@\n-x\n+x\n\\ No newline at end of file",)


def test_texts_that_are_not_at_hand() -> None:
    assert compare_texts(None, "x").reason == "the text of the version of a is not at hand"
    assert compare_texts("x", None).reason == "the text of the version of b is not at hand"
    assert compare_texts(None, None).reason == "the text of neither version is at hand"
    assert compare_texts(None, None).hunks is None


def test_different_digests_with_equal_kept_texts_differ_in_a_secret() -> None:
    found = compare_texts("key = [redacted]", "key = [redacted]")
    assert found.hunks == ()
    assert "secrets" in found.reason


def test_what_is_no_text_is_not_compared_by_lines() -> None:
    assert compare_texts("\0", "x").reason == "it is not text"


def test_texts_that_differ_beyond_measure_are_not_compared() -> None:
    a, b = ("".join(f"{side}{at}\n" for at in range(7_000)) for side in "ab")
    assert compare_texts(a, b).reason == "more than 6,000 lines differ"
    # A long text with one change in its middle is no such text.
    assert compare_texts(a, a.replace("a3500\n", "new\n")).added == 1
