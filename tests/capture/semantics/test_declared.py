from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from whence.capture.agent.reports import Telling
from whence.capture.semantics.declared import merge_declared, read_declared, without_known
from whence.capture.semantics.metrics import POINTS


def told(form: str, source: str = "mlflow", run: str = "r1", **fields: Any) -> Telling:
    return Telling(1, "declared", {"form": form, "source": source, "run": run, **fields})


def test_parameters_have_the_tracker_as_their_source() -> None:
    found = read_declared([told("parameters", values={"lr": 0.1, "net.depth": 3})])
    assert found.facets == {
        "parameters": {
            "lr": {"value": 0.1, "source": "mlflow"},
            "net.depth": {"value": 3, "source": "mlflow"},
        }
    }


def test_the_same_point_told_twice_is_one() -> None:
    found = read_declared(
        [told("metrics", values={"loss": 1 / (at + 1)}, step=at) for at in (0, 0, 1, 1, 2)]
    )
    assert found.facets["metrics"]["loss"] == {
        "value": 1 / 3,
        "source": "mlflow",
        "step": 2,
        "count": 3,
        "series": [[0, 1.0], [1, 0.5], [2, 1 / 3]],
    }


def test_a_single_value_has_no_series() -> None:
    found = read_declared([told("metrics", values={"auc": 0.7}, step=0)])
    assert found.facets["metrics"] == {"auc": {"value": 0.7, "source": "mlflow"}}


def test_a_changed_mind_counts() -> None:
    found = read_declared(
        [told("parameters", values={"lr": 0.1}), told("parameters", values={"lr": 0.2})]
    )
    assert found.facets["parameters"]["lr"]["value"] == 0.2


def test_trackers_that_agree_are_named_together_and_others_apart() -> None:
    found = read_declared(
        [
            told("parameters", values={"lr": 0.1, "batch": 8}),
            told("parameters", "wandb", "w1", values={"lr": 0.1, "batch": 16}),
        ]
    ).facets["parameters"]
    assert found["lr"] == {"value": 0.1, "source": "mlflow, wandb"}
    assert found["batch"]["value"] == 8
    assert found["wandb:batch"] == {"value": 16, "source": "wandb"}


def test_several_runs_of_one_tracker_are_told_apart_by_their_names() -> None:
    found = read_declared(
        [told("parameters", run=run, values={"lr": lr}) for run, lr in (("r1", 0.1), ("r2", 0.2))],
        {"r1": "first", "r2": "second"},
    ).facets["parameters"]
    assert {name: each["value"] for name, each in found.items()} == {"lr": 0.1, "second:lr": 0.2}


def test_secrets_in_logged_values_are_taken_out() -> None:
    secret = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    found = read_declared(
        [told("parameters", values={"token": secret, "api_key": "hunter2hunter"})]
    )
    shown = str(found.facets)
    assert secret not in shown
    assert "hunter2" not in shown


def test_things_are_kept_once_in_order() -> None:
    model = told("model", name="churn", version="2", path="/p/m.pkl")
    found = read_declared([model, model, told("artifact", path="/p/a.txt")])
    assert [each["form"] for each in found.things] == ["model", "artifact"]
    assert found.things[0]["system"] == "mlflow"


def test_more_than_a_record_holds_is_a_gap() -> None:
    values = {f"m{at}": at for at in range(600)}
    found = read_declared([told("metrics", values=values)])
    assert len(found.facets["metrics"]) == 500
    assert [each.kind for each in found.gaps] == ["truncated"]


def test_what_the_program_stated_itself_keeps_its_name() -> None:
    stated = {"parameters": {"lr": {"value": 0.1, "source": "declared"}}}
    tracked: dict[str, dict[str, Any]] = {
        "parameters": {"lr": {"value": 0.2, "source": "wandb"}},
        "tags": {"team": "a"},
    }
    merged = merge_declared(stated, tracked)
    assert merged["parameters"]["lr"]["value"] == 0.1
    assert merged["parameters"]["wandb:lr"]["value"] == 0.2
    assert merged["tags"] == {"team": "a"}


def test_what_was_heard_is_not_imported_again() -> None:
    found: dict[str, dict[str, Any]] = {
        "metrics": {"loss": {"value": 1}, "acc": {"value": 2}},
        "parameters": {"lr": {}},
    }
    known: dict[str, dict[str, Any]] = {"metrics": {"loss": {"value": 1}}, "parameters": {"lr": {}}}
    assert without_known(found, known) == {"metrics": {"acc": {"value": 2}}}


SCALARS = st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=4)
JSON = (
    SCALARS
    | st.lists(SCALARS, max_size=2)
    | st.dictionaries(st.text(max_size=3), SCALARS, max_size=2)
)
FORMS = st.sampled_from(["parameters", "metrics", "tags", "model", "artifact", ""]) | JSON


@given(st.lists(st.tuples(FORMS, JSON, JSON, JSON), max_size=5))
def test_tellings_of_any_form_do_no_harm(lines: list[tuple[Any, ...]]) -> None:
    names = ("form", "source", "values", "step")
    told = [Telling(1, "declared", dict(zip(names, each, strict=True))) for each in lines]
    assert set(read_declared(told).facets) <= {"parameters", "metrics", "tags"}


@given(st.lists(st.tuples(st.integers(0, 2000), st.floats(-5, 5)), min_size=1))
def test_a_series_is_never_longer_than_it_may_be(points: list[tuple[int, float]]) -> None:
    lines = [told("metrics", values={"x": value}, step=step) for step, value in points]
    detail = read_declared(lines).facets["metrics"]["x"]
    assert detail["value"] == lines[-1].fields["values"]["x"] or len(set(points)) < len(points)
    assert len(detail.get("series", ())) <= POINTS
