"""The pages that describe the house are held to the house."""

import re
import tomllib
from pathlib import Path

from whence.model.edge import EDGE_RULES
from whence.model.gap import GAP_KINDS

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def floors_in_contract() -> list[set[str]]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    contracts = project["tool"]["importlinter"]["contracts"]
    layers = next(each["layers"] for each in contracts if each["type"] == "layers")
    return [set(re.findall(r"\w+", layer)) for layer in layers]


def rows_after(text: str, header: str) -> list[list[str]]:
    table = text[text.index(header) :].split("\n\n", maxsplit=1)[0]
    return [
        [cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]
    ]


def test_the_floors_on_the_page_are_those_of_the_contract() -> None:
    page = (DOCS / "architecture.md").read_text()
    told = [set(re.findall(r"\w+", rooms)) for _, rooms in rows_after(page, "| floor | rooms |")]
    assert told == floors_in_contract()


def test_every_room_is_there_and_described() -> None:
    page = (DOCS / "architecture.md").read_text()
    described = {row[0].strip("`") for row in rows_after(page, "| room | what it is for |")}
    listed = set().union(*floors_in_contract())
    source = ROOT / "src" / "whence"
    there = {
        path.stem
        for path in source.iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    assert listed == there - {"__init__"}
    assert described == listed - {"__main__", "plugins", "errors"}


def test_the_glossary_has_the_edge_table() -> None:
    rows = rows_after((DOCS / "glossary.md").read_text(), "| edge | from | to | PROV |")
    told = {row[0].strip("`"): row[3] for row in rows}
    assert told == {kind.value: rule.prov for kind, rule in EDGE_RULES.items()}


def test_every_decision_is_listed_and_every_listed_one_is_there() -> None:
    index = (DOCS / "decisions" / "README.md").read_text()
    listed = set(re.findall(r"\((\d{4}-[\w-]+\.md)\)", index))
    assert listed == {path.name for path in (DOCS / "decisions").glob("0*.md")}


def test_every_kind_of_gap_is_explained() -> None:
    page = (DOCS / "gaps.md").read_text()
    for kind in GAP_KINDS:
        assert f"`{kind}`" in page
