"""The table of the guide is the table of the code."""

from pathlib import Path

from whence.server.limits import LIMITS

PAGE = (Path(__file__).parents[2] / "docs" / "guides" / "server.md").read_text(encoding="utf-8")


def test_the_guide_has_the_limits() -> None:
    table = PAGE[PAGE.index("| limit | value |") :].split("\n\n", maxsplit=1)[0]
    rows = [[cell.strip() for cell in row.strip("|").split("|")] for row in table.splitlines()[2:]]
    assert rows == [
        [f"`{name}`", f"{row.value:,}", row.unit, row.answer] for name, row in LIMITS.items()
    ]
