from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.errors import UsageError
from whence.settings.table import SETTINGS, find_setting, read_size, write_size, write_value


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda each: each.name)
def test_a_default_can_be_written_and_read(setting: object) -> None:
    found = find_setting(setting.name)  # type: ignore[attr-defined]
    assert found.read(write_value(found, found.default)) == found.default
    assert found.meaning
    assert found.form


@given(st.integers(0, 1 << 49))
def test_a_size_comes_back(size: int) -> None:
    assert read_size(write_size(size), "size") == size


@pytest.mark.parametrize(
    ("text", "size"),
    [("64 MiB", 64 << 20), ("64m", 64 << 20), ("1GB", 10**9), ("1.5k", 1536), ("7", 7), ("0", 0)],
)
def test_sizes_are_written_in_many_ways(text: str, size: int) -> None:
    assert read_size(text, "size") == size


@pytest.mark.parametrize("text", ["", "much", "-1", "1 XB", "MiB", "1e9"])
def test_what_is_no_size_is_told(text: str) -> None:
    with pytest.raises(UsageError, match=r"data\.keep\.largest cannot be") as caught:
        find_setting("data.keep.largest").read(text)
    assert "64 MiB" in caught.value.hint


def test_a_misspelt_setting_has_its_nearest_named() -> None:
    with pytest.raises(UsageError) as caught:
        find_setting("data.kept")
    assert "data.keep" in caught.value.hint


@pytest.mark.parametrize("name", ["data.keep:", "data.keep.most:*.csv", "data.keep:\udc80"])
def test_a_rule_that_cannot_be_for_some_files_is_told(name: str) -> None:
    with pytest.raises(UsageError):
        find_setting(name)


def test_the_guide_has_every_setting() -> None:
    guide = Path(__file__).parents[2] / "docs" / "guides" / "keeping.md"
    rows = [line for line in guide.read_text(encoding="utf-8").splitlines() if "|" in line]
    written = [[cell.strip() for cell in row.split("|")[1:-1]] for row in rows if "`" in row]
    assert written == [
        [
            f"`{each.name}`",
            write_value(each, each.default),
            each.form.replace("|", "or"),
            each.meaning,
        ]
        for each in SETTINGS
    ]
