from typing import Any

from whence.capture.agent.reports import Telling
from whence.capture.semantics.links import labels_of, read_links


def link(**fields: Any) -> Telling:
    return Telling(1, "link", fields)


def name_of(path: str) -> str:
    return path.removeprefix("/p/")


def test_each_foreign_run_is_linked_once_with_all_that_is_known() -> None:
    told = [
        link(system="mlflow", id="a", uri="http://host/#/runs/a"),
        link(system="mlflow", id="a", uri="http://host/#/runs/a", name="first"),
        link(system="tensorboard", id="/p/runs/x", uri="file:///p/runs/x"),
    ]
    assert read_links(told, name_of) == (
        {"system": "mlflow", "id": "a", "uri": "http://host/#/runs/a", "name": "first"},
        {"system": "tensorboard", "id": "runs/x", "uri": "file:///p/runs/x"},
    )
    assert labels_of(told) == {"a": "first"}


def test_passwords_in_addresses_are_taken_out() -> None:
    (found,) = read_links([link(system="mlflow", id="a", uri="postgresql://me:hunter2@db/x")], str)
    assert "hunter2" not in found["uri"]


def test_a_link_without_an_id_is_none() -> None:
    assert read_links([link(system="mlflow"), link(system="mlflow", id=3)], str) == ()
