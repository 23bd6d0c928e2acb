"""The formula on the page is the formula in the code."""

from pathlib import Path

from whence.query.completeness.table import COSTS, LAYERS, QUESTIONS
from whence.query.leakage.answer import KINDS

PAGE = (Path(__file__).parents[2] / "docs" / "completeness.md").read_text(encoding="utf-8")


def rows_after(header: str) -> list[list[str]]:
    table = PAGE[PAGE.index(header) :].split("\n\n", maxsplit=1)[0]
    return [
        [cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]
    ]


def test_the_questions_on_the_page_are_those_that_are_asked() -> None:
    asked = [
        [name, str(layer.weight), question, str(weight), QUESTIONS[name, question]]
        for name, layer in LAYERS.items()
        for question, weight in layer.questions.items()
    ]
    assert rows_after("| layer | counts | question |") == asked
    assert len(asked) == len(QUESTIONS)


def test_the_page_says_when_a_layer_is_not_counted() -> None:
    told = rows_after("| layer | is not counted where |")
    assert told == [[name, layer.absent] for name, layer in LAYERS.items()]


def test_the_page_has_the_costs() -> None:
    told = rows_after("| cost | rank | meaning |")
    assert told == [[f"`{each.name}`", str(each.rank), each.meaning] for each in COSTS.values()]


def test_the_page_has_every_kind_of_leakage() -> None:
    told = {row[0].strip("`"): row[1] for row in rows_after("| kind | what it means | severity |")}
    assert told == dict(KINDS)
