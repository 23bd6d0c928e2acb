"""XGBoost as programs use it: what is told, and that nothing else changes."""

from clients.boosting.conftest import Program, facts, measured, of, steered

TRAINED = """
import xgboost as xgb
dtrain = xgb.DMatrix(X_train, label=y_train)
dtest = xgb.DMatrix(X_test, label=y_test)
params = {"objective": "binary:logistic", "max_depth": 3, "eta": 0.1, "seed": 7, "nthread": 1}
"""


def test_a_training_with_early_stopping(program: Program) -> None:
    found = program(
        TRAINED + "bst = xgb.train(params, dtrain, 60, evals=[(dtrain, 'train'), (dtest, 'eval')],"
        " early_stopping_rounds=3, verbose_eval=10)\n"
        "bst.save_model('m.ubj')\nshow('m.ubj')\n"
        "print(bst.best_iteration, bst.num_boosted_rounds(), sorted(vars(bst)))\n"
    )
    assert found.status == 0, found.stderr
    assert found.all("gap") == []
    values, defaults = steered(found, "xgboost.train")
    assert values == {
        "objective": "binary:logistic",
        "max_depth": 3,
        "eta": 0.1,
        "seed": 7,
        "nthread": 1,
        "num_boost_round": 60,
        "early_stopping_rounds": 3,
    }
    assert defaults["lambda"] == 1
    assert defaults["subsample"] == 1
    assert "learning_rate" not in defaults
    (step,) = found.all("step")
    best, rounds = map(int, found.stdout.split("\n")[-2].split("[")[0].split())
    assert (step["best_iteration"], step["rounds"]) == (best, rounds)
    assert step["inputs"].keys() == {"train", "validation"}
    assert [step for step, _ in measured(found, "logloss", "eval")] == list(range(rounds))
    train = facts(found, step["inputs"]["train"])
    assert (train["name"], train["shape"], train["columns"]) == ("dtrain", [200, 4], list("abcd"))
    model = facts(found, step["model"])
    assert (model["class"], model["trees"], model["features"]) == ("Booster", rounds, list("abcd"))
    (write,) = found.all("write")
    assert write["n"] == step["model"]
    assert write["location"].endswith("/m.ubj")


def test_what_was_printed_is_what_is_told(program: Program) -> None:
    found = program(
        TRAINED + "kept = {}\n"
        "xgb.train(params, dtrain, 3, evals=[(dtest, 'e')], evals_result=kept,"
        " verbose_eval=False)\n"
        "print(kept['e']['logloss'])\n"
    )
    assert str([value for _, value in measured(found, "logloss", "e")]) == found.stdout.strip()


def test_files_in_and_out(program: Program) -> None:
    found = program(
        TRAINED + "pd.concat([y, X], axis=1).to_csv('a.csv', index=False, header=False)\n"
        "d = xgb.DMatrix('a.csv?format=csv&label_column=0')\n"
        "b = xgb.train(params, d, 2)\nb.save_model('b.json')\n"
        "c = xgb.train(params, d, 2, xgb_model='b.json')\nc.save_model('c.json')\n"
        "e = xgb.Booster(model_file='c.json')\nprint(e.predict(d)[:3])\n",
        compare=False,  # it warns of the process that it runs in
    )
    assert found.status == 0, found.stderr
    read = {each["location"].rsplit("/")[-1]: each["n"] for each in found.all("read")}
    assert read.keys() == {"a.csv", "b.json", "c.json"}
    first, second = of(found, "step", kind="fit")
    assert first["inputs"] == second["inputs"] == {"train": read["a.csv"]}
    assert read["b.json"] == second["model"]
    (predicted,) = of(found, "step", kind="predict")
    assert predicted["model"] == read["c.json"]
    assert predicted["inputs"]["X"] == read["a.csv"]


def test_an_estimator_of_scikit_learn(program: Program) -> None:
    found = program(
        "import pickle\nimport xgboost\nfrom xgboost import XGBClassifier\n"
        "model = XGBClassifier(n_estimators=20, max_depth=2, random_state=4, n_jobs=1,"
        " early_stopping_rounds=2)\n"
        "model.fit(X_train, y_train, eval_set=[(X_train, y_train), (X_test, y_test)], verbose=5)\n"
        "print(model.predict(X_test)[:5], model.predict_proba(X_test)[0])\n"
        "model.save_model('m.json')\nshow('m.json')\n"
        "model.get_booster().save_model('n.json')\n"
        "again = XGBClassifier()\nagain.load_model('m.json')\nprint(again.predict(X_test)[:5])\n"
        "print(hashlib.sha256(pickle.dumps(model)).hexdigest(), sorted(vars(model)))\n"
    )
    assert found.status == 0, found.stderr
    assert found.all("gap") == []
    values, defaults = steered(found, "XGBClassifier")
    assert values == {
        "n_estimators": 20,
        "max_depth": 2,
        "random_state": 4,
        "n_jobs": 1,
        "early_stopping_rounds": 2,
    }
    assert defaults["objective"] == "binary:logistic"
    assert defaults["learning_rate"] == 0.3
    assert not {"eta", "seed", "nthread"} & defaults.keys()
    (fit,) = of(found, "step", kind="fit")
    assert fit["by"] == "XGBClassifier.fit"
    named = {role: facts(found, number).get("name") for role, number in fit["inputs"].items()}
    assert named == {"X": "X_train", "y": "y_train", "validation": "X_test"}
    assert len(measured(found, "logloss", "validation_1")) == fit["rounds"]
    first, _, again = of(found, "step", kind="predict")
    assert first["model"] == fit["model"]
    assert [each["n"] for each in found.all("write")] == [fit["model"], fit["model"]]
    assert again["model"] == found.one("read")["n"]


def test_three_classes_change_the_objective(program: Program) -> None:
    found = program(
        "from xgboost import XGBClassifier\n"
        "XGBClassifier(n_estimators=2).fit(X, (X.a * 3).astype(int))\n"
    )
    _, defaults = steered(found, "XGBClassifier")
    assert defaults["objective"] == "multi:softprob"
    assert of(found, "object", classes=3)


def test_folds_are_told_by_their_mean(program: Program) -> None:
    found = program(
        TRAINED + "print(list(xgb.cv(params, dtrain, 4, nfold=3, metrics='auc', seed=2)"
        "['test-auc-mean']))\n"
    )
    assert str([value for _, value in measured(found, "auc-mean", "test")]) == found.stdout.strip()
    values, _ = steered(found, "xgboost.cv")
    assert (values["nfold"], values["folds.seed"], values["seed"]) == (3, 2, 7)
    assert found.one("step")["by"] == "xgboost.cv"


def test_a_loop_of_the_programs_own(program: Program) -> None:
    found = program(
        TRAINED + "b = xgb.Booster(params, [dtrain])\n"
        "for i in range(3):\n    b.update(dtrain, i)\n    print(b.eval_set([(dtest, 'e')], i))\n"
        "b.save_model('m.json')\nshow('m.json')\n"
    )
    assert steered(found, "xgboost.Booster")[0]["max_depth"] == 3
    assert found.one("step")["by"] == "Booster.update"
    assert [step for step, _ in measured(found, "logloss", "e")] == [0, 1, 2]
    assert facts(found, found.one("write")["n"])["trees"] == 3


def test_a_training_that_fails_fails_as_ever(program: Program) -> None:
    found = program(TRAINED + "xgb.train({'objective': 'none such'}, dtrain)\n", compare=False)
    assert found.status == 1
    assert "_whence" not in found.stderr
    assert found.one("step")["failed"] == "XGBoostError"


def test_predictions_in_a_loop_are_not_all_told(program: Program) -> None:
    found = program(
        TRAINED + "b = xgb.train(params, dtrain, 1)\n"
        "for i in range(500):\n    b.inplace_predict(np.zeros((1, 4)), validate_features=False)\n"
    )
    assert 0 < len(of(found, "step", kind="predict")) < 500
