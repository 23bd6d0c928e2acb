from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whence.errors import StoreError, UsageError
from whence.settings.configuration import FILE_NAME, Configuration, listed, load, put
from whence.settings.table import SETTINGS


def test_what_nobody_set_is_the_default(tmp_path: Path) -> None:
    found = load(tmp_path)
    assert found.word("data.keep") == "small"
    assert found.size("data.keep.largest") == 64 << 20
    assert [row["name"] for row in listed(found)] == [each.name for each in SETTINGS]
    assert not any(row["is_set"] for row in listed(found))


def test_what_was_set_holds_until_it_is_unset(tmp_path: Path) -> None:
    put(tmp_path, "data.keep", "all")
    put(tmp_path, "data.keep.largest", "1.5 KiB")
    assert load(tmp_path).word("data.keep") == "all"
    assert load(tmp_path).size("data.keep.largest") == 1536
    put(tmp_path, "data.keep", None)
    assert load(tmp_path).word("data.keep") == "small"


def test_of_several_patterns_that_fit_the_last_holds(tmp_path: Path) -> None:
    put(tmp_path, "data.keep:data/**", "all")
    put(tmp_path, "data.keep:*.tmp", "none")
    put(tmp_path, "data.keep", "none")
    found = load(tmp_path)
    assert found.word("data.keep", "data/a/b.csv") == "all"
    assert found.word("data.keep", "data/a/b.tmp") == "none"
    assert found.word("data.keep", "other.csv") == "none"
    put(tmp_path, "data.keep:data/**", "small")
    assert load(tmp_path).word("data.keep", "data/a/b.tmp") == "small"


def test_what_people_wrote_stays(tmp_path: Path) -> None:
    own = '# our data are large\n"data.keep"="none" # for now\n\n'
    (tmp_path / FILE_NAME).write_text(own)
    put(tmp_path, "code.keep", "none")
    put(tmp_path, "data.keep", "all")
    text = (tmp_path / FILE_NAME).read_text()
    assert text.startswith("# our data are large\n\n")
    assert load(tmp_path).values == {"code.keep": "none", "data.keep": "all"}


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_any_pattern_comes_back(tmp_path_factory: pytest.TempPathFactory, pattern: str) -> None:
    folder = tmp_path_factory.mktemp("settings")
    put(folder, f"data.keep:{pattern}", "all")
    put(folder, f"data.keep:{pattern}", "none")
    assert load(folder).values == {f"data.keep:{pattern}": "none"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("data.keep = ", "is no TOML"),
        ('data.keep = "all"', "is not of the form"),
        ('"data.kep" = "all"', "no setting 'data.kep'"),
        ('"data.keep" = "some"', "cannot be 'some'"),
    ],
)
def test_a_file_that_cannot_be_understood_is_named(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / FILE_NAME).write_text(text)
    with pytest.raises(UsageError, match=said) as caught:
        load(tmp_path)
    assert caught.value.message.count(FILE_NAME) == 1


def test_a_file_that_cannot_be_written_is_an_error_of_ours(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be written"):
        put(tmp_path / "absent", "data.keep", "all")


def test_a_rule_for_paths_is_listed_below_its_setting() -> None:
    rows = listed(Configuration({"data.keep:*.csv": "all"}))
    names = [row["name"] for row in rows]
    assert names[names.index("data.keep") + 1] == "data.keep:*.csv"
