"""What two models predict, asked in the sandbox with what the development environment has."""

import pickle
import sys
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LinearRegression, LogisticRegression, SGDClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from reproduction.pairs import compare
from whence.reproduction.interface import Comparison, Likeness
from whence.reproduction.sandbox import ChildSandbox

RNG = np.random.default_rng(0)
X = RNG.normal(size=(120, 3))
FRAME = pd.DataFrame(X, columns=["a", "b", "c"])
Y = (X[:, 0] + X[:, 1] ** 2 > 0.5).astype(int)


@pytest.fixture(scope="module")
def sandbox() -> ChildSandbox:
    return ChildSandbox(Path(sys.executable))


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("tables")
    whole = FRAME.assign(id=range(120), label=Y, words=["cat sat", "dog ran"] * 60)
    whole.to_csv(folder / "test.csv", index=False)
    whole.to_csv(folder / "test.csv.gz", index=False)
    whole.to_parquet(folder / "test.parquet")
    FRAME.assign(label=Y).to_csv(folder / "numbers.csv", index=False)
    np.save(folder / "test.npy", np.column_stack([X, Y]))
    np.savez(folder / "test.npz", X_test=X, y_test=Y)
    (folder / "none.csv").write_text("nothing\nof use\n")
    return {path.name: path for path in folder.iterdir()}


def asked(
    folder: Path, models: tuple[Any, Any], sandbox: ChildSandbox, *tables: Path
) -> Comparison:
    return compare(folder, "m.joblib", models, joblib.dump, sandbox, tables)


def logistic(rows: Any, factor: float) -> Any:
    model = LogisticRegression().fit(rows, Y)
    model.coef_ = model.coef_ * factor
    return model


@pytest.mark.parametrize(
    ("rows", "names"),
    [
        (FRAME, ["test.csv", "test.csv.gz", "test.parquet"]),
        (X, ["numbers.csv", "test.npy", "test.npz"]),
    ],
    ids=["by name", "by number"],
)
def test_the_columns_that_a_model_takes_are_found(
    rows: Any, names: list[str], tmp_path: Path, sandbox: ChildSandbox, tables: dict[str, Path]
) -> None:
    models = logistic(rows, 1), logistic(rows, 1 + 1e-7)
    found = asked(tmp_path, models, sandbox, *(tables[name] for name in names))
    assert found.likeness is Likeness.DECISIONS
    told = found.detail["predictions"]
    assert [(each["table"], each["rows"]) for each in told] == [(name, 120) for name in names]
    assert {each["method"] for each in told} == {"predict_proba"}


def with_unused(coefficient: float) -> Any:
    model = LinearRegression().fit(FRAME, X[:, 0])
    model.unused_ = coefficient
    return model


def forest(depth: int) -> Any:
    model = RandomForestClassifier(3, max_depth=depth, random_state=0, n_jobs=2)
    return {"model": make_pipeline(StandardScaler(), model).fit(FRAME, Y), "columns": ["a", "b"]}


def words(alpha: float) -> Any:
    model = make_pipeline(TfidfVectorizer(), SGDClassifier(alpha=alpha, random_state=0))
    return model.fit(["cat sat", "dog ran"] * 20, [0, 1] * 20)


ANSWERS = [
    (with_unused, (1.0, 2.0), Likeness.PREDICTIONS, "predict"),
    (forest, (1, 3), Likeness.DIFFERENT, "predict_proba"),
    (words, (1e-4, 1e-3), Likeness.DECISIONS, "decision_function"),
]


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda it: it[0].__name__)
def test_each_kind_of_model_is_asked_as_it_answers(
    answer: Any, tmp_path: Path, sandbox: ChildSandbox, tables: dict[str, Path]
) -> None:
    make, values, likeness, method = answer
    found = asked(tmp_path, (make(values[0]), make(values[1])), sandbox, tables["test.csv"])
    assert found.likeness is likeness
    assert [each["method"] for each in found.detail["predictions"]] == [method]


def test_a_table_that_does_not_fit_is_told(
    tmp_path: Path, sandbox: ChildSandbox, tables: dict[str, Path]
) -> None:
    models = logistic(X, 1), logistic(X, 2)
    found = asked(tmp_path, models, sandbox, tables["none.csv"])
    assert found.likeness is Likeness.DIFFERENT
    assert "predictions could not be compared" in found.reason


def test_what_predicts_nothing_is_told(
    tmp_path: Path, sandbox: ChildSandbox, tables: dict[str, Path]
) -> None:
    values = pickle.dumps({"a": 1}), pickle.dumps({"a": 2})
    found = compare(tmp_path, "m.pkl", values, sandbox=sandbox, evaluation=[tables["test.csv"]])
    assert found.reason.endswith("nothing in it predicts")
