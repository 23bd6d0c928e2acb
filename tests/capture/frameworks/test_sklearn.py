from typing import Any

DATA = """
import numpy as np
from sklearn.model_selection import train_test_split
g = np.random.default_rng(5)
X = g.normal(size=(120, 3))
y = (X[:, 0] + X[:, 1] > 0).astype(int)
"""
SPLIT = DATA + "X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=3)\n"


def by(found: Any, name: str) -> dict[str, Any]:
    """The step of one name."""
    (step,) = [each for each in found.all("step") if each["by"] == name]
    return dict(step)


def parameters(found: Any) -> dict[str, dict[str, Any]]:
    return {each["owner"]: each["values"] for each in found.all("parameters")}


def metrics(found: Any) -> dict[tuple[str, str], float]:
    return {(each["name"], each["on"]): each["value"] for each in found.all("metric")}


def derived(found: Any) -> dict[int, dict[str, Any]]:
    return {each["n"]: each for each in found.all("derived")}


def test_a_fit_is_told_with_its_parameters_its_data_and_its_model(watch: Any) -> None:
    found = watch(
        SPLIT + "from sklearn.ensemble import RandomForestClassifier\n"
        "clf = RandomForestClassifier(n_estimators=7, random_state=1, n_jobs=2)\n"
        "clf.fit(X_train, y_train)\n"
    )
    fit = by(found, "RandomForestClassifier.fit")
    made = derived(found)
    assert (made[fit["inputs"]["X"]]["split"], made[fit["inputs"]["y"]]["split"]) == (
        "train",
        "train",
    )
    assert made[fit["inputs"]["X"]]["shape"] == [90, 3]
    told = parameters(found)
    assert told["RandomForestClassifier"]["n_estimators"] == 7
    assert told["train_test_split"] == {"random_state": 3}
    (model,) = [each for each in found.all("object") if each["n"] == fit["model"]]
    assert {name: model[name] for name in ("name", "class", "trees", "n_features", "classes")} == {
        "name": "clf",
        "class": "RandomForestClassifier",
        "trees": 7,
        "n_features": 3,
        "classes": 2,
    }
    assert len([each for each in found.all("step") if each["kind"] == "fit"]) == 1


def test_defaults_of_the_library_are_told_as_such(watch: Any) -> None:
    found = watch(
        SPLIT + "from sklearn.linear_model import Ridge\nRidge(alpha=0.5).fit(X_train, y_train)\n",
        compare=False,
    )
    (told,) = [each for each in found.all("parameters") if each["owner"] == "Ridge"]
    assert told["values"]["alpha"] == 0.5
    assert "alpha" not in told["defaults"]
    assert {"solver", "tol", "fit_intercept"} <= set(told["defaults"])


def test_scores_are_metrics_of_what_they_were_measured_on(watch: Any) -> None:
    found = watch(
        SPLIT + "from sklearn.linear_model import LogisticRegression\n"
        "from sklearn.metrics import accuracy_score, f1_score, get_scorer, classification_report\n"
        "model = LogisticRegression().fit(X_train, y_train)\n"
        "y_pred = model.predict(X_test)\n"
        "print(accuracy_score(y_test, y_pred))\n"
        "print(f1_score(y_test, y_pred, average=None))\n"
        "print(model.score(X_test, y_test))\n"
        "print(get_scorer('recall')(model, X_test, y_test))\n"
        "print(classification_report(y_test, y_pred))\n"
        "print(classification_report(y_test, y_pred, output_dict=True)['accuracy'])\n"
    )
    told = metrics(found)
    accuracy = told["accuracy_score", "y_test"]
    assert str(accuracy) == found.stdout.split("\n")[0]
    assert told["score", "X_test"] == accuracy
    assert told["classification_report.accuracy", "y_test"] == accuracy
    assert ("recall_score", "X_test") in told
    assert ("f1_score", "y_test") not in told
    step = by(found, "f1_score")
    assert len(step["value"]) == 2
    assert step["parameters"] == {"average": None}
    predict = by(found, "LogisticRegression.predict")
    assert by(found, "accuracy_score")["inputs"]["y_pred"] == predict["outputs"]["y_pred"]


def test_a_pipeline_is_told_from_outside_with_all_that_steers_it(watch: Any) -> None:
    found = watch(
        SPLIT + "from sklearn.pipeline import Pipeline\n"
        "from sklearn.preprocessing import StandardScaler\n"
        "from sklearn.svm import SVC\n"
        "p = Pipeline([('scale', StandardScaler()), ('svc', SVC(C=2.5, probability=False))])\n"
        "p.fit(X_train, y_train).predict(X_test)\n"
        "p.decision_function(X_test)\n",
        compare=False,
    )
    assert [each["by"] for each in found.all("step")] == [
        "train_test_split",
        "Pipeline.fit",
        "Pipeline.predict",
        "Pipeline.decision_function",
    ]
    told = parameters(found)["Pipeline"]
    assert told["svc__C"] == 2.5
    assert told["steps"] == [["scale", "StandardScaler"], ["svc", "SVC"]]
    assert "svc" not in told


def test_a_search_is_told_with_every_candidate(watch: Any) -> None:
    found = watch(
        SPLIT + "from sklearn.model_selection import GridSearchCV, StratifiedKFold\n"
        "from sklearn.metrics import make_scorer, accuracy_score\n"
        "from sklearn.tree import DecisionTreeClassifier\n"
        "s = GridSearchCV(DecisionTreeClassifier(random_state=4), {'max_depth': [1, 2, 3]},\n"
        "                 cv=StratifiedKFold(3, shuffle=True, random_state=8), n_jobs=2,\n"
        "                 scoring=make_scorer(accuracy_score))\n"
        "s.fit(X_train, y_train)\n"
        "print(s.best_params_, s.best_score_, s.score(X_test, y_test))\n"
    )
    step = by(found, "GridSearchCV.fit")
    assert step["kind"] == "search"
    assert [each["params"]["max_depth"] for each in step["candidates"]] == [1, 2, 3]
    assert all("mean_test_score" in each for each in step["candidates"])
    told = parameters(found)
    assert told["StratifiedKFold"] == {"n_splits": 3, "shuffle": True, "random_state": 8}
    assert told["DecisionTreeClassifier"]["random_state"] == 4
    assert metrics(found)["best_score_", "GridSearchCV"] == step["value"]
    assert [each["kind"] for each in found.all("step")] == ["split", "search", "evaluate"]


def test_cross_validation_is_told_fold_by_fold(watch: Any) -> None:
    found = watch(
        DATA + "from sklearn.model_selection import cross_val_score, cross_validate\n"
        "from sklearn.linear_model import Ridge\n"
        "print(cross_val_score(Ridge(alpha=3), X, y, cv=4))\n"
        "cross_validate(Ridge(alpha=3), X, y, cv=3, scoring=('r2', 'neg_mean_squared_error'))\n",
        compare=False,
    )
    scores = [each for each in found.all("metric") if each["name"] == "cross_val_score"]
    assert [each["step"] for each in scores] == [0, 1, 2, 3]
    names = {each["name"] for each in found.all("metric")}
    assert {"test_r2", "test_neg_mean_squared_error", "cross_val_score.mean"} <= names
    assert parameters(found)["Ridge"]["alpha"] == 3
    assert parameters(found)["cross_validate"]["cv"] == 3


def test_the_splits_of_a_loop_over_folds_are_known(watch: Any) -> None:
    found = watch(
        DATA + "import pandas as pd\n"
        "from sklearn.model_selection import KFold\n"
        "from sklearn.linear_model import Ridge\n"
        "frame = pd.DataFrame(X)\n"
        "for train, test in KFold(3, shuffle=True, random_state=2).split(X):\n"
        "    model = Ridge().fit(X[train], y[train])\n"
        "    print(model.score(X[test], y[test]))\n"
        "for train, test in KFold(2).split(frame):\n"
        "    Ridge().fit(frame.iloc[train], y[train]).predict(frame.iloc[test])\n"
    )
    made = derived(found)
    ways = [
        (each["kind"], made[each["inputs"]["X"]]["split"])
        for each in found.all("step")
        if each["kind"] != "split"
    ]
    assert (
        ways
        == [("fit", "train"), ("evaluate", "test")] * 3
        + [
            ("fit", "train"),
            ("predict", "test"),
        ]
        * 2
    )
    told = [each["values"] for each in found.all("parameters") if each["owner"] == "KFold"]
    assert told == [
        {"n_splits": 3, "shuffle": True, "random_state": 2},
        {"n_splits": 2, "shuffle": False, "random_state": None},
    ]


def test_estimators_of_the_program_itself_are_told(watch: Any) -> None:
    found = watch(
        SPLIT + "from sklearn.base import BaseEstimator, ClassifierMixin\n"
        "from sklearn.model_selection import cross_val_score\n"
        "import pickle, inspect\n"
        "class Constant(ClassifierMixin, BaseEstimator):\n"
        "    def __init__(self, value=0):\n"
        "        self.value = value\n"
        "    def fit(self, X, y):\n"
        "        self.classes_ = np.unique(y)\n"
        "        return self\n"
        "    def predict(self, X):\n"
        "        return np.full(len(X), self.value)\n"
        "c = Constant(value=1).fit(X_train, y_train)\n"
        "print(c.score(X_test, y_test), cross_val_score(c, X, y, n_jobs=2, cv=2))\n"
        "print(inspect.signature(Constant.fit), pickle.loads(pickle.dumps(c)).value)\n"
    )
    fit = by(found, "Constant.fit")
    assert derived(found)[fit["inputs"]["X"]]["split"] == "train"
    assert parameters(found)["Constant"] == {"value": 1}
    assert by(found, "Constant.score")["model"] == fit["model"]


def test_what_the_library_brings_or_draws_is_told(watch: Any) -> None:
    found = watch(
        "from sklearn.datasets import load_iris, make_regression\n"
        "iris = load_iris()\n"
        "X, y = make_regression(50, 3, random_state=6)\n"
        "print(X.sum(), iris.data.sum())\n",
        compare=False,
    )
    assert {each["location"].rpartition("/")[2] for each in found.all("read")} == {"iris.csv"}
    assert parameters(found)["make_regression"]["random_state"] == 6
    assert set(by(found, "make_regression")["outputs"]) == {"X", "y"}


def test_another_container_of_what_was_transformed_is_the_same_data(watch: Any) -> None:
    found = watch(
        SPLIT + "import pandas as pd\n"
        "from sklearn.preprocessing import StandardScaler\n"
        "from sklearn.linear_model import Ridge\n"
        "frame = pd.DataFrame(X_train, columns=list('abc'))\n"
        "Z = StandardScaler().set_output(transform='pandas').fit_transform(frame)\n"
        "Ridge().fit(Z, y_train)\n",
        compare=False,
    )
    made = by(found, "StandardScaler.fit_transform")["outputs"]["X"]
    assert by(found, "Ridge.fit")["inputs"]["X"] == made


def test_a_fit_that_fails_leaves_the_program_as_it_was(watch: Any) -> None:
    found = watch(
        SPLIT + "from sklearn.linear_model import LinearRegression\n"
        "LinearRegression().fit(X_train, y_test)\n"
    )
    assert found.status == 1
    assert "inconsistent numbers of samples" in found.stderr
    assert [each["kind"] for each in found.all("step")] == ["split"]


def test_rows_are_told_as_a_sketch_where_there_is_a_key(watch: Any) -> None:
    source = (
        SPLIT + "from sklearn.linear_model import Ridge\n"
        "m = Ridge().fit(X_train, y_train)\nm.predict(X_test)\n"
    )
    found = watch(source, env={"WHENCE_ROWS_KEY": "0a" * 16})
    rows = [each["rows"] for each in found.all("object") if each.get("rows")]
    assert [(each["count"], each["of"]) for each in rows] == [(90, 90), (30, 30)]
    assert not any(each.get("rows") for each in watch(source, compare=False).all("object"))


def test_every_value_of_a_metric_in_a_loop_is_told_however_often_it_is_measured(
    watch: Any,
) -> None:
    done = watch(
        "import numpy as np\n"
        "from sklearn.linear_model import SGDClassifier, Perceptron\n"
        "from sklearn.metrics import accuracy_score, mean_absolute_error\n"
        "x = np.arange(40.0).reshape(-1, 2)\n"
        "y = np.arange(20) % 2\n"
        "def measure(wanted, given):\n"
        "    return mean_absolute_error(wanted, given)\n"
        "total = 0.0\n"
        "for step in range(450):\n"
        "    kind = (SGDClassifier, Perceptron)[step % 2]\n"
        "    model = kind(random_state=0).partial_fit(x[:4], y[:4], classes=[0, 1])\n"
        "    accuracy_score(y, model.predict(x))\n"
        "    total += measure(y + step, y)\n"
        "    model.score(x, y)\n"
        "print(total)\n"
    )
    assert float(done.stdout) == sum(range(450))
    told: dict[str, list[float]] = {}
    for each in done.all("metric"):
        told.setdefault(each["name"], []).append(each["value"])
    assert {name: len(values) for name, values in told.items()} == {
        "accuracy_score": 450,
        "mean_absolute_error": 450,
        "score": 450,
    }
    assert told["mean_absolute_error"] == list(map(float, range(450)))
    fits = [each["by"] for each in done.all("step") if each["kind"] == "fit"]
    assert 400 <= len(fits) < 450
    assert {each["on"] for each in done.all("metric") if each["name"] == "accuracy_score"} == {"y"}
