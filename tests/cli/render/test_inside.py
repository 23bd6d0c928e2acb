from typing import Any

from whence.cli.render.inside import cell_rows, step_rows

TRAIN: dict[str, Any] = {
    "role": "X",
    "what": "X_train",
    "of": ["data.csv"],
    "split": "train",
    "shape": [800, 4],
}


def test_a_step_says_what_was_done_to_which_part_of_which_file() -> None:
    rows = step_rows(
        [
            {"kind": "read", "by": "pandas.read_csv", "of": "data.csv", "columns": ["a", "b"],
             "outputs": [{"object": 1, "shape": [1000, 2]}]},
            {"kind": "fit", "by": "Forest.fit", "inputs": [TRAIN], "where": "train.py:9"},
            {"kind": "evaluate", "by": "accuracy_score", "value": 0.9125,
             "inputs": [{"role": "y_true", "what": "y"},
                        {**TRAIN, "split": "test", "via": "y_pred"}]},
            {"kind": "write", "by": "joblib.dump", "to": "model.pkl",
             "inputs": [{"object": 3, "class": "Forest"}]},
        ]
    )  # fmt: skip
    assert [row[2] for row in rows] == [
        "data.csv (1,000 x 2), only a, b",
        "X_train: train split of data.csv (800 x 4)",
        "= 0.9125 on X_train: test split of data.csv (800 x 4)",
        "model.pkl from Forest",
    ]
    assert rows[1][3] == "train.py:9"


def test_what_was_repeated_is_counted_and_what_is_missing_left_out() -> None:
    (row,) = step_rows([{"kind": "predict", "by": "model", "count": 7}])
    assert row == ("predict", "model (x7)", "", "")
    (row,) = step_rows([{"kind": "write", "by": "open", "to": "a.txt"}])
    assert row[2] == "a.txt"


def test_cells_stand_in_the_order_of_their_execution() -> None:
    rows = cell_rows(
        [
            {"number": 1, "count": 3, "source": "import os\nos.sep\n", "ok": True},
            {"number": 2, "count": 4, "source": "1/0", "ok": False, "error": "ZeroDivisionError"},
            {"number": 3, "source": "", "ok": True, "before": True},
        ]
    )
    assert rows == [
        ("[3]", "import os", "+ 1 lines", ""),
        ("[4]", "1/0", "", "ZeroDivisionError"),
        ("[3]", "", "", "not watched"),
    ]
