from typing import Any

from whence.cli.render.links import link_rows, thing_rows


def test_a_link_names_the_system_its_run_and_where_it_is() -> None:
    link = {"system": "mlflow", "id": "abc", "uri": "http://host", "name": "best"}
    assert link_rows([link, {"system": "wandb", "id": "x1"}]) == [
        ("mlflow", "best", "abc", "http://host"),
        ("wandb", "", "x1", ""),
    ]


def test_a_thing_is_called_as_it_is_there_and_as_it_is_here() -> None:
    things: list[dict[str, Any]] = [
        {"system": "mlflow", "form": "model", "name": "churn", "version": 3, "files": ["m.pkl"]},
        {"system": "mlflow", "form": "alias", "name": "churn", "alias": "best", "version": "3"},
        {"system": "wandb", "form": "artifact", "path": "a\x1b.txt"},
    ]
    assert thing_rows(things) == [
        ("mlflow", "model", "churn v3", "m.pkl"),
        ("mlflow", "alias", "churn@best → 3", ""),
        ("wandb", "artifact", "", "a\\x1b.txt"),
    ]
