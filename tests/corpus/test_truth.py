"""The corpus itself: every truth is well formed, and no program knows of Whence."""

import ast
import json
from pathlib import Path

import jsonschema
import pytest

from clients.environments import groups
from corpus.services import SERVICES
from corpus.tables import NAMES, written
from corpus.truth import SCHEMA, Truth, fact, load, names


@pytest.fixture(params=names())
def truth(request: pytest.FixtureRequest) -> Truth:
    return load(str(request.param))


def test_there_are_enough() -> None:
    assert len(names()) >= 45


CLIENTS = Path(__file__).parents[1] / "clients"


def test_every_group_is_used() -> None:
    tested = {each.name for each in CLIENTS.iterdir() if any(each.glob("test_*.py"))}
    assert {load(name).group for name in names()} | tested == set(groups())


def test_a_truth_is_well_formed(truth: Truth) -> None:
    jsonschema.validate(truth.told, json.loads(SCHEMA.read_text(encoding="utf-8")))
    for kind in ("data", "served", "objects", "tables"):
        for table in truth.told.get(kind, {}).values():
            assert table.split()[0] in NAMES
    for service, (_, tables) in SERVICES.items():
        assert (service in truth.told.get("services", ())) == (tables in truth.told)


def test_only_also_leaves_a_value_open(truth: Truth) -> None:
    for kind in ("parameters", "seeds"):
        for each in truth.told[kind]:
            assert not isinstance(each, list) or each[1] is not None, each


def test_a_program_has_not_heard_of_whence(truth: Truth) -> None:
    files = [path for path in truth.folder.rglob("*") if path.is_file()]
    for path in files:
        if path.name != "truth.json":
            assert "whence" not in path.read_text(encoding="utf-8").lower()
        if path.suffix == ".py":
            ast.parse(path.read_text(encoding="utf-8"))


def test_what_a_truth_says_of_inputs_is_there_before(truth: Truth) -> None:
    """An input is a table, a file beside the program, prepared, remote, or made on the way."""
    made = truth.told.get("data", {}).keys() | set(truth.told["outputs"])
    prepared = (truth.folder / "prepare.py").exists()
    for place in truth.told["inputs"]:
        remote = "://" in place or place.startswith("{")
        assert remote or prepared or place in made or (truth.folder / place).exists(), place


@pytest.mark.parametrize("table", [*NAMES, "churn more"])
def test_a_table_has_the_same_bytes_each_time(table: str) -> None:
    assert written(table) == written(table)
    assert len(written(table).splitlines()) >= 12


def test_another_table_of_a_form_has_other_rows() -> None:
    one, other = written("churn").splitlines(), written("churn more").splitlines()
    assert one[0] == other[0]
    assert one[1:] != other[1:]


def test_a_value_is_looked_up_where_the_program_put_it(tmp_path: object) -> None:
    from pathlib import Path

    folder = Path(str(tmp_path))
    (folder / "m.txt").write_text("score 0.5\n")
    printed = fact(
        {"name": "loss", "printed": "loss (\\S+)"}, "loss 3\nepoch 2 loss 1.250\n", folder
    )
    assert (printed.value, printed.printed) == (1.25, "1.250")
    assert fact({"name": "s", "read": ["m.txt", "score (\\S+)"]}, "", folder).value == 0.5
    assert fact({"name": "s", "printed": "nowhere (\\S+)"}, "", folder).value == "(not printed)"
