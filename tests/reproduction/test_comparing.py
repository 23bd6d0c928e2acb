"""Bytes first, then whoever knows the format; whoever fails has said nothing."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from whence import plugins
from whence.errors import ReproductionError
from whence.reproduction import comparing
from whence.reproduction.comparing import compare_files, first_difference
from whence.reproduction.interface import Comparer, Comparison, Likeness, Pair


def two(folder: Path, one: bytes, other: bytes) -> tuple[Path, Path]:
    paths = folder / "recorded", folder / "again"
    paths[0].write_bytes(one)
    paths[1].write_bytes(other)
    return paths


def test_equal_bytes_are_not_looked_into(tmp_path: Path) -> None:
    found = compare_files(*two(tmp_path, b"{", b"{"), name="broken.json")
    assert found == Comparison(Likeness.BYTES, "bytes")


@pytest.mark.parametrize(
    ("one", "other", "at"),
    [
        (b"", b"", None),
        (b"same", b"same", None),
        (b"same", b"some", 1),
        (b"longer", b"long", 4),
        (b"", b"x", 0),
        (b"a" * (1 << 20) + b"b", b"a" * (1 << 20) + b"c", 1 << 20),
    ],
)
def test_the_first_byte_that_differs(
    tmp_path: Path, one: bytes, other: bytes, at: int | None
) -> None:
    assert first_difference(*two(tmp_path, one, other)) == at


def test_a_format_that_nobody_knows_is_unread_with_the_first_byte(tmp_path: Path) -> None:
    found = compare_files(*two(tmp_path, b"\0\1\2\3", b"\0\1\2\4"), name="weights.bin")
    assert found.likeness is Likeness.UNREAD
    assert found.reason == "no comparer knows this format; the first byte that differs is byte 3"
    assert found.detail == {"first_byte": 3, "sizes": [4, 4]}


def test_two_formats_under_one_name_are_not_one(tmp_path: Path) -> None:
    found = compare_files(*two(tmp_path, gzip.compress(b"x"), b"\0plain"), name="data")
    assert found.likeness is Likeness.UNREAD


def test_a_broken_file_is_unread_and_says_why(tmp_path: Path) -> None:
    found = compare_files(*two(tmp_path, b'{"a": 1}', b'{"a": '), name="metrics.json")
    assert found.likeness is Likeness.UNREAD
    assert "json: JSONDecodeError" in found.reason


def test_a_file_that_is_gone_is_unread(tmp_path: Path) -> None:
    found = compare_files(tmp_path / "no", tmp_path / "nor", name="metrics.json")
    assert (found.likeness, found.reason) == (
        Likeness.UNREAD,
        "cannot be read: No such file or directory",
    )


class Failing:
    name = "failing"

    def takes(self, name: str, head: bytes) -> bool:
        return True

    def compare(self, pair: Pair) -> Comparison:
        raise ReproductionError("cannot", hint="never mind")


def test_a_comparer_that_fails_has_said_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def only() -> Iterator[Comparer]:
        yield Failing()

    monkeypatch.setattr(comparing, "comparers", only)
    found = compare_files(*two(tmp_path, b"1", b"2"), name="x")
    assert (found.likeness, found.comparer) == (Likeness.UNREAD, "bytes")
    assert found.reason.startswith("failing: cannot")


def test_other_peoples_comparers_are_asked_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = tmp_path / "stranger-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: stranger\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[whence.comparers]\nmine = stranger_comparer:Mine\n")
    (tmp_path / "stranger_comparer.py").write_text(
        "from whence.reproduction.interface import Comparison, Likeness\n"
        "class Mine:\n"
        "    name = 'mine'\n"
        "    def takes(self, name, head): return name.endswith('.json')\n"
        "    def compare(self, pair): return Comparison(Likeness.ROWS, self.name)\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    found = compare_files(*two(tmp_path, b"{}", b"{ }"), name="a.json")
    assert (found.likeness, found.comparer) == (Likeness.ROWS, "mine")


def test_each_of_ours_is_found_and_named_as_it_names_itself() -> None:
    for name in plugins.names(comparing.GROUP):
        if plugins.is_own(comparing.GROUP, name):
            made = plugins.load(comparing.GROUP, name)
            assert made is not None
            assert made().name == name


def test_the_name_is_the_programs_and_not_the_files(tmp_path: Path) -> None:
    one, other = (json.dumps(it).encode() for it in ({"a": 1, "b": 2}, {"b": 2, "a": 1}))
    found = compare_files(*two(tmp_path, one, other), name="reports/metrics.json")
    assert (found.likeness, found.harmless) == (Likeness.CANONICAL, ("the order of keys",))
