import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.settings.patterns import matches


@pytest.mark.parametrize(
    ("pattern", "name", "fits"),
    [
        ("data/raw/**", "data/raw/2024/a.csv", True),
        ("data/raw/**", "data/raw.csv", False),
        ("data/*.csv", "data/a.csv", True),
        ("data/*.csv", "data/b/a.csv", False),
        ("*.csv", "data/b/a.csv", True),
        ("**/a.csv", "a.csv", True),
        ("data/", "data/x/y", True),
        ("data/", "database", False),
        ("a?c", "abc", True),
        ("[ab].csv", "b.csv", True),
        ("[!ab].csv", "b.csv", False),
        ("[z-a].csv", "[z-a].csv", True),
        ("/srv/**", "/srv/a", True),
        ("a+b.csv", "a+b.csv", True),
    ],
)
def test_patterns_are_those_of_gitignore(pattern: str, name: str, *, fits: bool) -> None:
    assert matches(pattern, name) is fits


@given(st.text(), st.text())
def test_any_text_can_be_a_pattern(pattern: str, name: str) -> None:
    assert matches(pattern, name) in {True, False}


@given(st.text(st.characters(exclude_characters="*?[/"), min_size=1))
def test_a_name_fits_itself(name: str) -> None:
    assert matches(name, name)
    assert matches(name, "folder/" + name)
