"""The tables of the guide are those of the code."""

from pathlib import Path

from whence.reproduction.comparers.harmless import HARMLESS
from whence.reproduction.comparers.tolerance import TOLERANCES
from whence.reproduction.interface import Likeness

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "guides" / "verdicts.md").read_text(encoding="utf-8")


def rows_after(header: str) -> list[list[str]]:
    table = PAGE[PAGE.index(header) :].split("\n\n", maxsplit=1)[0]
    return [
        [cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]
    ]


def test_the_levels_are_those_of_the_code_best_first() -> None:
    told = [row[0].strip("`") for row in rows_after("| level | what it means |")]
    assert told == [each.value for each in Likeness]


def test_the_tolerances_are_those_that_are_used() -> None:
    told = [[row[0], float(row[1])] for row in rows_after("| numbers | tolerance | because |")]
    assert told == [[row.kind, row.relative] for row in TOLERANCES.values()]


def test_the_harmless_differences_are_those_that_are_masked() -> None:
    header = "| key | formats | what differs | why that says nothing | known from |"
    assert rows_after(header) == [
        [f"`{row.key}`", row.formats, row.what, row.because, row.source]
        for row in HARMLESS.values()
    ]


def test_every_harmless_difference_is_met_by_a_comparer() -> None:
    comparers = ROOT / "src" / "whence" / "reproduction" / "comparers"
    code = "".join(path.read_text(encoding="utf-8") for path in comparers.glob("*.py"))
    by_name = {key for key, row in HARMLESS.items() if row.names}
    noted = {key for key in HARMLESS if code.count(f'"{key}"') > 1}
    assert by_name | noted == set(HARMLESS)
