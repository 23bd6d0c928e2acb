"""What weights were merged from, where nobody could follow the arithmetic."""

from typing import Any

import pytest

from whence.capture.agent.reports import Telling
from whence.capture.semantics.understanding import understand
from whence.model.edge import Basis


class Names:
    def name_of(self, path: str) -> str:
        return path.removeprefix("/p/")

    def location_of(self, path: str) -> str:
        return path


def told(event: str, **fields: Any) -> Telling:
    return Telling(1, event, {"event": event, "by": "torch", **fields})


def read(*names: str) -> list[Telling]:
    return [told("read", n=at, location=f"/p/{name}") for at, name in enumerate(names, 10)]


def wrote(name: str, number: int | None = None, **more: Any) -> Telling:
    return told("write", n=number, location=f"/p/{name}", **more)


def flows(*tellings: Telling) -> set[tuple[str, str, str, str]]:
    found = understand(tellings, {}, {}, Names()).flows
    return {(each.made[3:], each.of[3:], each.relation, each.basis.value) for each in found}


MODEL = told("object", n=1, kind="model", name="m", **{"class": "Net"})
LOADED = told("read", n=1, location="/p/a.pt")


def test_weights_of_which_nothing_is_known_come_from_all_that_were_read() -> None:
    assert flows(*read("a.pt", "b.safetensors"), wrote("m.pt")) == {
        ("m.pt", "a.pt", "merged", Basis.INFERRED.value),
        ("m.pt", "b.safetensors", "merged", Basis.INFERRED.value),
    }


def test_a_network_that_others_were_reckoned_into_is_merged_of_all() -> None:
    told_of = flows(MODEL, LOADED, *read("b.pt"), wrote("m.pt", 1))
    assert ("m.pt", "a.pt", "computed", "observed") in told_of
    assert {each for each in told_of if each[2] == "merged"} == {
        ("m.pt", "a.pt", "merged", "inferred"),
        ("m.pt", "b.pt", "merged", "inferred"),
    }


@pytest.mark.parametrize(
    "tellings",
    [
        [*read("a.pt"), wrote("m.pt")],
        [*read("a.pt", "b.csv"), wrote("m.pt")],
        [*read("a.pt", "b.pt"), wrote("m.csv")],
        [*read("a.pt", "b.pt"), wrote("a.pt")],
        [*read(*(f"{n}.pt" for n in range(30))), wrote("m.pt")],
        [
            MODEL,
            told("read", n=1, location="/p/a.pt"),
            *read("b.pt"),
            wrote("m.pt", 1, relation="converted"),
        ],
        [told("object", n=10, kind="array"), *read("a.pt", "b.pt"), wrote("m.pt", 10)],
        [
            MODEL,
            *read("a.pt", "b.pt"),
            told("step", kind="fit", inputs={}, outputs={}, model=1, at=1),
            wrote("m.pt"),
        ],
    ],
    ids=["one", "data", "no model", "itself", "many", "converted", "tensors", "trained"],
)
def test_nothing_is_inferred_where_something_else_is_likelier(tellings: list[Telling]) -> None:
    assert not [each for each in flows(*tellings) if each[2] == "merged"]
