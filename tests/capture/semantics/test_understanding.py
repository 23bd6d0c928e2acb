import base64
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from whence.capture.agent.reports import Telling
from whence.capture.semantics.understanding import Understood, understand
from whence.recording.observation import Flow


class Names:
    def name_of(self, path: str) -> str:
        return path.removeprefix("/p/")

    def location_of(self, path: str) -> str:
        return "file://" + path


def told(event: str, pid: int = 1, **fields: Any) -> Telling:
    return Telling(pid, event, {"event": event, **fields})


def read(*tellings: Telling) -> Understood:
    return understand(tellings, {}, {}, Names())


def step(kind: str, by: str, inputs: dict[str, int], **more: Any) -> Telling:
    fields: dict[str, Any] = {"outputs": {}, "where": "/p/train.py:4", "at": 1, **more}
    return told("step", kind=kind, by=by, inputs=inputs, **fields)


MODEL: dict[str, Any] = {"kind": "model", "name": "m", "class": "Forest", "framework": "sklearn"}
SKETCH = b"\0" * 8
TRAINING = (
    told("read", n=1, location="/p/features.parquet", by="pandas.read_parquet", columns=["a"]),
    told("object", n=1, kind="table", name="df", type="DataFrame", shape=[10, 2]),
    told("derived", n=2, of=[1], how="train_test_split[0]", split="train", shape=[8, 2]),
    told("derived", n=3, of=[1], how="train_test_split[1]", split="test", shape=[2, 2]),
    told(
        "object",
        n=2,
        kind="table",
        name="X_train",
        rows={"count": 8, "of": 8, "sketch": base64.b64encode(SKETCH).decode()},
    ),
    told("object", n=4, **MODEL),
    step("fit", "Forest.fit", {"X": 2}, model=4),
    step("predict", "Forest.predict", {"X": 3}, model=4, outputs={"y_pred": 5}),
    step("evaluate", "accuracy_score", {"y_true": 6, "y_pred": 5}, value=0.9),
    told("write", n=4, location="/p/model.pkl", by="joblib.dump"),
    told("write", n=5, location="/p/predictions.csv", by="pandas.to_csv"),
)


def test_a_model_comes_from_the_split_that_it_was_fitted_on() -> None:
    found = read(*TRAINING)
    features = "file:///p/features.parquet"
    trained = Flow(
        "file:///p/model.pkl", features, "trained", {"by": "Forest.fit", "split": "train"}
    )
    assert [each for each in found.flows if each.made.endswith("model.pkl")] == [trained]
    assert found.models == {"file:///p/model.pkl": {"class": "Forest", "framework": "sklearn"}}


def test_predictions_come_from_the_data_and_from_what_the_model_was_fitted_on() -> None:
    splits = {
        (each.relation, each.detail.get("split"))
        for each in read(*TRAINING).flows
        if each.made.endswith("predictions.csv")
    }
    assert splits == {("computed", "test"), ("trained", "train")}


def test_steps_say_which_rows_of_which_file_reached_them() -> None:
    steps = read(*TRAINING).steps["steps"]
    assert [each["kind"] for each in steps] == [
        "read",
        "fit",
        "predict",
        "evaluate",
        "write",
        "write",
    ]
    (fitted,) = steps[1]["inputs"]
    assert (fitted["what"], fitted["of"], fitted["split"]) == (
        "X_train",
        ["features.parquet"],
        "train",
    )
    assert fitted["rows"]["count"] == 8
    assert steps[1]["where"] == "train.py:4"
    behind = [each for each in steps[3]["inputs"] if each.get("via")]
    assert [(each["role"], each["of"], each["split"]) for each in behind] == [
        ("X", ["features.parquet"], "test")
    ]
    (digest,) = read(*TRAINING).sketches
    assert fitted["rows"]["digest"] == digest


def test_a_column_of_a_prediction_is_of_the_same_rows() -> None:
    found = read(
        *TRAINING[:8],
        told("derived", n=7, of=[5], how="[:, 1]"),
        step("evaluate", "roc_auc_score", {"y_true": 6, "y_score": 7}, value=0.9),
    )
    (behind,) = [each for each in found.steps["steps"][-1]["inputs"] if each.get("via")]
    assert (behind["of"], behind["split"], behind["via"]) == (
        ["features.parquet"],
        "test",
        "y_score",
    )


def test_a_loaded_model_that_is_fitted_again_is_fine_tuned() -> None:
    found = read(
        told("read", n=1, location="/p/base", by="from_pretrained"),
        told("read", n=2, location="/p/texts.csv", by="pandas.read_csv"),
        step("fit", "Trainer.train", {"train": 2}, model=1),
        told("write", n=1, location="/p/tuned", by="save_pretrained"),
    )
    assert {(each.of, each.relation) for each in found.flows} == {
        ("file:///p/base", "fine-tuned"),
        ("file:///p/texts.csv", "trained"),
    }


def test_a_forked_child_goes_on_with_its_parent_s_objects() -> None:
    found = read(
        told("read", n=1, location="/p/a.csv", by="pandas.read_csv"),
        told("fork", pid=2, parent=1),
        told("write", pid=2, n=1, location="/p/b.csv", by="pandas.to_csv"),
    )
    assert [each.of for each in found.flows] == ["file:///p/a.csv"]


def test_what_was_done_over_and_over_is_told_once_with_a_count() -> None:
    (kept,) = read(
        *[told("read", n=at, location="/p/a.csv", by="pandas.read_csv") for at in range(50)]
    ).steps["steps"]
    assert kept["count"] == 50


def test_a_loop_makes_a_chain_as_long_as_it_likes() -> None:
    chain = [told("derived", n=at + 1, of=[at], how="assign") for at in range(1, 5_000)]
    found = read(
        told("read", n=1, location="/p/a.csv", by="r"),
        *chain,
        told("write", n=5_000, location="/p/b.csv", by="w"),
    )
    assert [each.of for each in found.flows] == ["file:///p/a.csv"]


def test_objects_that_come_from_each_other_do_not_hang() -> None:
    found = read(
        told("derived", n=1, of=[2], how="x"),
        told("derived", n=2, of=[1], how="y"),
        told("write", n=1, location="/p/a.csv", by="w"),
    )
    assert found.flows == ()


def test_gaps_of_hooks_are_passed_on_where_their_kind_is_known() -> None:
    found = read(
        told("gap", kind="observer-blind", about="torch", reason="r", remedy=""),
        told("gap", kind="nonsense", about="x", reason="r"),
    )
    assert [(each.kind, each.about) for each in found.gaps] == [("observer-blind", "torch")]


def test_what_breaks_a_reader_leaves_a_gap_and_the_rest() -> None:
    odd: list[Any] = [[[]]]
    found = read(
        told("object", n=1, kind="table", rows={"count": odd, "sketch": "no…sense"}),
        step("fit", "F.fit", {"X": odd}),  # type: ignore[dict-item]
        told("metric", name="loss", value=0.5),
    )
    assert [gap.about for gap in found.gaps] == ["steps"]
    assert found.metrics["loss"]["value"] == 0.5


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)
_FIELDS = (
    "name value owner values origins n of by location kind inputs outputs seeded parent reason"
).split()
_EVENTS = "parameters configured metric seed random object read write derived step gap fork".split()


@given(
    st.lists(
        st.tuples(
            st.sampled_from(_EVENTS),
            st.dictionaries(
                st.sampled_from(
                    [
                        "name",
                        "value",
                        "owner",
                        "values",
                        "origins",
                        "n",
                        "of",
                        "by",
                        "location",
                        "kind",
                        "inputs",
                        "outputs",
                        "seeded",
                        "parent",
                        "reason",
                    ]
                ),
                _JSON,
            ),
        ),
        max_size=5,
    )
)
def test_tellings_without_their_form_are_left_out(lines: list[tuple[str, dict[str, Any]]]) -> None:
    read(*[told(event, **fields) for event, fields in lines])
