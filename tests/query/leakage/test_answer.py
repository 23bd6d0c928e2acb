"""Which histories are warned of, which are noted, and which are left in peace."""

import hashlib
from array import array
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from whence.model.node import NodeKind
from whence.query.gaps import gaps_json
from whence.query.leakage.answer import leakage_json
from whence.recording.observation import FileSeen, RunSeen
from whence.testing.worlds import World, file_seen, pipeline, run_seen

SKETCHES: dict[str, Sequence[int]] = {}


def rows(first: int, last: int) -> dict[str, Any]:
    """Rows of a table, by their numbers."""
    hashes = sorted(
        int.from_bytes(hashlib.blake2b(b"%d" % each, digest_size=8).digest(), "little")
        for each in range(first, last)
    )[:1024]
    digest = hashlib.sha256(array("Q", hashes).tobytes()).hexdigest()
    SKETCHES[digest] = hashes
    return {"count": last - first, "of": last - first, "digest": digest}


def given(number: int, what: str, role: str = "X", **more: Any) -> dict[str, Any]:
    return {"role": role, "object": number, "what": what, **more}


def step(kind: str, by: str, model: int | None, *inputs: dict[str, Any], **more: Any) -> Any:
    told: dict[str, Any] = {
        "kind": kind,
        "by": by,
        "where": f"train.py:{len(inputs) + 10}",
        "inputs": inputs,
    }
    if model is not None:
        told["model"] = {"role": "model", "object": model, "class": "Forest"}
    return {**told, **more}


DATA = file_seen("data.csv", "all rows", NodeKind.DATASET)
MODEL = file_seen("m.pkl", "weights", NodeKind.MODEL, "output")
REPORT = file_seen("metrics.json", "auc", NodeKind.EVALUATION, "output")


def run(*steps: Any, job: str = "train", minute: int = 0, **more: Any) -> RunSeen:
    fields: dict[str, Any] = {"used": (DATA,), "generated": (MODEL,), **more}
    return run_seen(job, 1, minute, steps={"steps": list(steps), "told": len(steps)}, **fields)


def used(seen: FileSeen) -> FileSeen:
    return replace(seen, role="input")


def leaks(*runs: RunSeen, of: str = "m.pkl") -> tuple[list[str], list[str]]:
    warnings, notes = told(*runs, of=of)
    return [each["kind"] for each in warnings], [each["kind"] for each in notes]


def told(*runs: RunSeen, of: str = "m.pkl") -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    world = World(*runs)
    return leakage_json(world.store, world.thing(of), SKETCHES.get)


FIT = step("fit", "Forest.fit", 1, given(2, "X_train", rows=rows(0, 800), of=["data.csv"]))
TEST = step(
    "evaluate", "Forest.score", 1, given(3, "X_test", rows=rows(800, 1000), of=["data.csv"])
)
OLD = step("evaluate", "Forest.score", 1, given(2, "X_train", rows=rows(0, 800), of=["data.csv"]))


def test_other_rows_of_the_same_file_are_no_leak() -> None:
    assert leaks(run(FIT, TEST)) == ([], [])


def test_test_rows_in_the_training_rows_are_counted() -> None:
    mixed = step("evaluate", "accuracy_score", 1, given(3, "X_test", rows=rows(750, 950)))
    warnings, notes = told(run(FIT, mixed, mixed | {"by": "f1_score"}))
    (warning,) = warnings
    assert notes == []
    assert (warning["kind"], warning["severity"]) == ("rows-in-both", "high")
    assert warning["rows"] == {
        "evaluated": 200,
        "trained": 800,
        "shared": 50,
        "share": 0.25,
        "low": 0.25,
        "high": 0.25,
    }
    assert warning["evaluated"]["by"] == ["accuracy_score", "f1_score"]
    assert warning["trained"]["where"] == ["train.py:11"]
    assert "50 of the 200 rows (X_test)" in warning["message"]


def test_a_share_of_large_tables_is_told_with_its_interval() -> None:
    fit = step("fit", "Forest.fit", 1, given(2, "X_train", rows=rows(0, 8_000)))
    mixed = step("evaluate", "accuracy_score", 1, given(3, "X_test", rows=rows(7_000, 9_000)))
    (warning,) = told(run(fit, mixed))[0]
    its = warning["rows"]
    assert its["low"] < 0.5 < its["high"]
    assert its["low"] < its["share"] < its["high"]
    assert "between" in warning["message"]


def test_measured_on_training_data_alone_is_a_warning_and_beside_held_out_data_a_note() -> None:
    assert leaks(run(FIT, OLD)) == (["evaluated-on-training-data"], [])
    assert leaks(run(FIT, OLD, TEST)) == ([], ["train-score"])


def test_the_whole_table_is_training_data_too() -> None:
    everything = step("evaluate", "Forest.score", 1, given(4, "X", rows=rows(0, 1000)))
    assert leaks(run(FIT, everything)) == (["evaluated-on-training-data"], [])
    assert leaks(run(FIT, everything, TEST)) == ([], ["train-score"])


def test_a_few_rows_that_repeat_are_a_note() -> None:
    fit = step("fit", "Forest.fit", 1, given(2, "X_train", rows=rows(0, 120)))
    test = step("evaluate", "Forest.score", 1, given(3, "X_test", rows=rows(119, 149)))
    assert leaks(run(fit, test)) == ([], ["repeated-rows"])


def test_the_same_object_needs_no_sketch() -> None:
    fit = step("fit", "Forest.fit", 1, given(2, "X"))
    test = step("evaluate", "Forest.score", 1, given(2, "X"))
    (warning,) = told(run(fit, test))[0]
    assert (warning["kind"], warning["known_by"]) == ("evaluated-on-training-data", "object")


@pytest.mark.parametrize(
    ("trained", "tested", "kinds"),
    [
        ("train", "test", []),
        ("train", "validation", []),
        ("train", "train", ["evaluated-on-training-data"]),
        ("train", "", ["evaluated-on-training-data"]),
        ("", "test", ["rows-in-both"]),
        ("", "", ["same-file"]),
    ],
)
def test_without_sketches_splits_decide(trained: str, tested: str, kinds: list[str]) -> None:
    fit = step("fit", "Forest.fit", 1, given(2, "a", of=["data.csv"], split=trained))
    test = step("evaluate", "Forest.score", 1, given(3, "b", of=["data.csv"], split=tested))
    assert leaks(run(fit, test)) == (kinds, [])


def test_other_files_are_no_leak_even_beside_a_common_one() -> None:
    fit = step("fit", "Forest.fit", 1, given(2, "a", of=["train.csv", "stores.csv"]))
    test = step("evaluate", "Forest.score", 1, given(3, "b", of=["test.csv", "stores.csv"]))
    assert leaks(run(fit, test)) == ([], [])


def test_folds_of_one_call_and_fits_before_the_last_one_are_no_leak() -> None:
    folds = step("evaluate", "cross_val_score", 1, given(4, "X", rows=rows(0, 1000)))
    assert leaks(run(folds, FIT, TEST)) == ([], [])
    assert leaks(run(FIT, OLD | {"by": "xgboost.cv", "folds": 5})) == ([], [])
    assert leaks(run(FIT | {"failed": "ValueError"}, OLD)) == ([], [])
    first = step("fit", "Forest.fit", 1, given(5, "fold", rows=rows(200, 1000)))
    assert leaks(run(first, FIT, TEST)) == ([], [])


def test_what_is_learned_bit_by_bit_is_kept() -> None:
    bit = {"by": "SGD.partial_fit"}
    first = step("fit", "", 1, given(5, "a", rows=rows(800, 1000))) | bit
    second = step("fit", "", 1, given(6, "b", rows=rows(0, 200))) | bit
    assert leaks(run(first, second, TEST)) == (["evaluated-on-training-data"], [])


def test_predictions_are_of_the_model_that_made_them() -> None:
    other = step("fit", "Other.fit", 9, given(7, "X_all", rows=rows(0, 1000)))
    guess = step(
        "predict",
        "Forest.predict",
        1,
        given(3, "X_test", rows=rows(800, 1000)),
        outputs=[{"role": "y_pred", "object": 8}],
    )
    score = step(
        "evaluate",
        "accuracy_score",
        None,
        given(6, "y_test", "y_true", rows=rows(0, 2)),
        given(8, "", "y_pred"),
        given(3, "X_test", via="y_pred", rows=rows(800, 1000)),
    )
    assert leaks(run(FIT, other, guess, score)) == ([], [])


def test_answers_that_were_lost_sight_of_are_those_last_predicted_for_as_many_rows() -> None:
    guess = step("predict", "Forest.predict", 1, given(3, "X_test", rows=rows(700, 900)))
    score = step("evaluate", "roc_auc_score", None, given(6, "y_test", "y_true", shape=[200]))
    assert leaks(run(FIT, guess, score)) == (["rows-in-both"], [])
    of = {"of": ["data.csv"], "shape": [200]}
    known = step("evaluate", "roc_auc_score", None, given(6, "y_test", "y_true", **of))
    assert leaks(run(FIT, guess, known)) == (["rows-in-both"], [])
    other = step("evaluate", "roc_auc_score", None, given(6, "y_test", "y_true", shape=[77]))
    assert leaks(run(FIT, guess, other)) == ([], [])


def test_what_a_run_predicted_counts_where_it_measured_by_itself() -> None:
    guess = step("predict", "Forest.predict", 1, given(3, "X_train", rows=rows(0, 800)))
    measured = run(FIT, guess, generated=(MODEL, REPORT))
    assert leaks(measured) == (["evaluated-on-training-data"], [])
    assert leaks(run(FIT, guess)) == ([], [])


# ------------------------------------------------------------------- across runs


def evaluate(*steps: Any, **more: Any) -> RunSeen:
    fields: dict[str, Any] = {"used": (DATA, used(MODEL)), "generated": (REPORT,), **more}
    return run(*steps, job="evaluate", minute=9, **fields)


LOADED = step("read", "joblib.load", None, of="m.pkl", outputs=[{"object": 5}])


def test_rows_leak_across_runs() -> None:
    wrote = step("write", "joblib.dump", None, {"object": 1}, to="m.pkl")
    mixed = step("evaluate", "Forest.score", 5, given(3, "X_test", rows=rows(700, 900)))
    clean = step("evaluate", "Forest.score", 5, given(3, "X_test", rows=rows(800, 1000)))
    assert leaks(run(FIT, wrote), evaluate(LOADED, mixed)) == (["rows-in-both"], [])
    assert leaks(run(FIT, wrote), evaluate(LOADED, clean)) == ([], [])
    both = told(run(FIT, wrote), evaluate(LOADED, mixed), of="metrics.json")[0]
    assert [each["trained"]["job"] for each in both] == ["train"]


def test_rows_leak_from_the_models_that_a_model_was_tuned_from() -> None:
    tuned = file_seen("tuned.pkl", "tuned", NodeKind.MODEL, "output")
    tune = run(
        step("read", "load", None, of="m.pkl", outputs=[{"object": 1}]),
        step("fit", "Forest.fit", 1, given(2, "more", rows=rows(5_000, 5_800))),
        job="tune",
        minute=5,
        used=(used(MODEL),),
        generated=(tuned,),
    )
    score = evaluate(
        step("read", "load", None, of="tuned.pkl", outputs=[{"object": 1}]),
        step("evaluate", "Forest.score", 1, given(3, "X_test", rows=rows(700, 900))),
        used=(used(tuned),),
    )
    (warning,) = told(run(FIT), tune, score, of="tuned.pkl")[0]
    assert (warning["kind"], warning["trained"]["job"]) == ("rows-in-both", "train")


def test_the_same_file_in_two_runs_that_nobody_saw_inside_is_warned_of() -> None:
    warnings, _ = told(run(), evaluate())
    assert [(each["kind"], each["files"]) for each in warnings] == [("same-file", ["data.csv"])]
    fresh = file_seen("fresh.csv", "other rows", NodeKind.DATASET)
    assert leaks(run(), evaluate(used=(fresh, used(MODEL)))) == ([], [])


def test_equal_content_under_another_name_is_the_same_file() -> None:
    copy = file_seen("copy.csv", "all rows", NodeKind.DATASET)
    assert leaks(run(), evaluate(used=(copy, used(MODEL)))) == (["same-file"], [])


# ------------------------------------------------------------------- preparing


def scaled(before: dict[str, Any], test: dict[str, Any]) -> RunSeen:
    return run(
        step("fit", "StandardScaler.fit", 20, before),
        step("transform", "StandardScaler.transform", 20, before, outputs=[{"object": 30}]),
        step(
            "split",
            "train_test_split",
            None,
            {"object": 30},
            outputs=[{"object": 31, "split": "train"}, {"object": 32, "split": "test"}],
        ),
        step("fit", "Forest.fit", 1, given(31, "X_train", split="train")),
        step("evaluate", "Forest.score", 1, test),
    )


def test_a_scaler_fitted_before_the_split_is_warned_of() -> None:
    (warning,) = told(scaled(given(29, "X"), given(32, "X_test", split="test")))[0]
    assert (warning["kind"], warning["severity"]) == ("preprocessing", "low")
    assert warning["trained"]["by"] == ["StandardScaler.fit"]


def test_a_scaler_fitted_on_the_training_rows_is_not() -> None:
    honest = given(31, "X_train", split="train", of=["data.csv"])
    assert leaks(scaled(honest, given(40, "X_test", split="test", of=["data.csv"]))) == ([], [])


def test_a_table_prepared_whole_by_an_earlier_run_is_warned_of() -> None:
    ready = file_seen("ready.csv", "scaled", NodeKind.DATASET, "output")
    prepare = run(
        step("fit", "StandardScaler.fit", 20, given(1, "df", of=["data.csv"])),
        step("transform", "StandardScaler.transform", 20, given(1, "df"), outputs=[{"object": 2}]),
        step("write", "to_csv", None, {"object": 2}, to="ready.csv"),
        job="prepare",
        generated=(ready,),
    )
    train = run(
        step("fit", "Forest.fit", 1, given(2, "a", of=["ready.csv"], split="train")),
        step("evaluate", "Forest.score", 1, given(3, "b", of=["ready.csv"], split="test")),
        minute=3,
        used=(used(ready),),
    )
    (warning,) = told(prepare, train)[0]
    assert (warning["kind"], warning["trained"]["job"]) == ("preprocessing", "prepare")


# ------------------------------------------------------------------------ whole


def test_warnings_stand_on_top_and_steps_of_odd_forms_do_no_harm() -> None:
    world = World(run(FIT, OLD), *pipeline())
    answer = gaps_json(world.store, world.thing("m.pkl"), SKETCHES.get)
    assert list(answer)[:2] == ["root", "warnings"]
    odd: Any = [
        {},
        {"kind": "fit"},
        {"kind": "evaluate", "inputs": [{"object": "x", "rows": 3, "shape": []}], "model": 4},
        {"kind": "write", "inputs": [None], "to": 3},
        {"kind": "read", "outputs": [{"object": 1}]},
    ]
    assert leaks(run(*odd)) == ([], [])
