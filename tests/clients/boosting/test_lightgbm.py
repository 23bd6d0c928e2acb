"""LightGBM as programs use it: what is told, and that nothing else changes."""

from clients.boosting.conftest import Program, facts, measured, of, steered

TRAINED = """
import lightgbm as lgb
dtrain = lgb.Dataset(X_train, label=y_train)
dtest = lgb.Dataset(X_test, label=y_test, reference=dtrain)
params = {"objective": "binary", "num_leaves": 7, "n_jobs": 1, "verbose": -1, "seed": 3}
"""


def test_a_training_with_early_stopping(program: Program) -> None:
    found = program(
        TRAINED + "bst = lgb.train(params, dtrain, 80, valid_sets=[dtrain, dtest],"
        " valid_names=['train', 'eval'],"
        " callbacks=[lgb.early_stopping(3), lgb.log_evaluation(10)])\n"
        "bst.save_model('m.txt')\nshow('m.txt')\n"
        "print(bst.best_iteration, bst.num_trees(), sorted(vars(bst)), sorted(vars(dtrain)))\n"
    )
    assert found.status == 0, found.stderr
    assert found.all("gap") == []
    values, defaults = steered(found, "lightgbm.train")
    assert values == {
        "objective": "binary",
        "num_leaves": 7,
        "n_jobs": 1,
        "verbose": -1,
        "seed": 3,
        "num_boost_round": 80,
        "early_stopping_rounds": 3,
    }
    assert defaults["learning_rate"] == 0.1
    assert defaults["deterministic"] is False
    assert not {"num_threads", "num_iterations"} & defaults.keys()
    (step,) = found.all("step")
    best = int(found.stdout.splitlines()[-1].split()[0])
    assert step["best_iteration"] == best
    assert step["inputs"].keys() == {"train", "validation"}
    told = measured(found, "binary_logloss", "eval")
    assert [at for at, _ in told] == list(range(best + 3))
    train = facts(found, step["inputs"]["train"])
    assert (train["name"], train["shape"], train["columns"]) == ("dtrain", [200, 4], list("abcd"))
    model = facts(found, step["model"])
    assert (model["class"], model["objective"]) == ("Booster", "binary")
    assert found.one("write")["n"] == step["model"]


def test_files_in_and_out(program: Program) -> None:
    found = program(
        TRAINED + "pd.concat([y, X], axis=1).to_csv('a.csv', index=False, header=False)\n"
        "d = lgb.Dataset('a.csv', params={'verbose': -1})\n"
        "b = lgb.train(params, d, 2, valid_sets=[d])\nb.save_model('b.txt')\n"
        "c = lgb.train(params, lgb.Dataset('a.csv'), 3, init_model='b.txt')\n"
        "c.save_model('c.txt')\nshow('c.txt')\n"
        "e = lgb.Booster(model_file='c.txt')\nprint(e.predict(X)[:3], e.num_trees())\n"
    )
    assert found.status == 0, found.stderr
    places = [each["location"].rsplit("/")[-1] for each in found.all("read")]
    assert sorted(places) == ["a.csv", "a.csv", "b.txt", "c.txt"]
    read = {each["location"].rsplit("/")[-1]: each["n"] for each in found.all("read")}
    _, second = of(found, "step", kind="fit")
    assert read["b.txt"] == second["model"]
    assert second["inputs"] == {"train": read["a.csv"]}
    assert facts(found, second["model"])["trees"] == 5
    assert of(found, "step", kind="predict")[0]["model"] == read["c.txt"]


def test_a_training_that_goes_on_counts_on(program: Program) -> None:
    found = program(
        TRAINED + "b = lgb.train(params, dtrain, 2)\n"
        "d = lgb.Dataset(X_train, label=y_train)\n"
        "lgb.train(params, d, 2, init_model=b, valid_sets=[d])\n"
    )
    assert [at for at, _ in measured(found, "binary_logloss", "training")] == [2, 3]
    first, second = of(found, "step", kind="fit")
    assert second["inputs"]["base_model"] == first["model"]


def test_an_estimator_of_scikit_learn(program: Program) -> None:
    found = program(
        "import pickle\nimport lightgbm\nfrom lightgbm import LGBMClassifier\n"
        "model = LGBMClassifier(n_estimators=20, max_depth=2, random_state=4, n_jobs=1,"
        " verbose=-1)\n"
        "model.fit(X_train, y_train, eval_X=(X_train, X_test), eval_y=(y_train, y_test),"
        " eval_metric='auc', callbacks=[lightgbm.early_stopping(2)])\n"
        "print(model.predict(X_test)[:5], model.predict_proba(X_test)[0])\n"
        "model.booster_.save_model('m.txt')\nshow('m.txt')\n"
        "print(hashlib.sha256(pickle.dumps(model)).hexdigest(), sorted(vars(model)))\n"
    )
    assert found.status == 0, found.stderr
    assert found.all("gap") == []
    values, defaults = steered(found, "LGBMClassifier")
    assert values == {
        "n_estimators": 20,
        "max_depth": 2,
        "random_state": 4,
        "n_jobs": 1,
        "verbose": -1,
        "eval_metric": "auc",
        "early_stopping_rounds": 2,
    }
    assert (defaults["num_leaves"], defaults["objective"]) == (31, "binary")
    assert not {"seed", "num_threads", "lambda_l1"} & defaults.keys()
    (fit,) = of(found, "step", kind="fit")
    assert fit["by"] == "LGBMClassifier.fit"
    named = {role: facts(found, number).get("name") for role, number in fit["inputs"].items()}
    assert named == {"X": "X_train", "y": "y_train", "validation": "X_test"}
    assert fit["rounds"] == fit["best_iteration"]  # the library leaves out what came after
    assert len(measured(found, "auc", "valid_1")) == fit["rounds"] + 2
    assert len(of(found, "step", kind="predict", model=fit["model"])) == 2
    assert found.one("write")["n"] == fit["model"]


def test_folds_are_told_by_their_mean(program: Program) -> None:
    found = program(
        TRAINED + "print(lgb.cv(params, dtrain, 4, nfold=3, metrics='auc')['valid auc-mean'])\n"
    )
    assert found.status == 0, found.stderr
    told = [value for _, value in measured(found, "auc-mean", "valid")]
    assert str(told) == found.stdout.strip()
    assert {each["name"] for each in found.all("metric")} == {"auc-mean", "auc-stdv"}
    values, defaults = steered(found, "lightgbm.cv")
    assert (values["nfold"], values["metrics"], values["seed"]) == (3, "auc", 3)
    assert not {"folds.seed", "seed", "bagging_seed"} & defaults.keys()
    assert found.one("step")["by"] == "lightgbm.cv"


def test_a_loop_of_the_programs_own(program: Program) -> None:
    found = program(
        TRAINED + "b = lgb.Booster(params, dtrain)\nb.add_valid(dtest, 'e')\n"
        "for _ in range(3):\n    b.update()\n    print(b.eval_valid()[0][2])\n"
        "b.save_model('m.txt')\nshow('m.txt')\n"
    )
    told = [value for _, value in measured(found, "binary_logloss", "e")]
    assert list(map(str, told)) == found.stdout.splitlines()[:3]
    assert found.one("step")["by"] == "Booster.update"
    assert facts(found, found.one("write")["n"])["trees"] == 3


def test_an_estimator_inside_a_search_is_the_searchs(program: Program) -> None:
    found = program(
        "from lightgbm import LGBMClassifier\nfrom sklearn.model_selection import cross_val_score\n"
        "m = LGBMClassifier(n_estimators=3, verbose=-1, n_jobs=1)\n"
        "print(cross_val_score(m, X, y, cv=3))\n"
    )
    assert found.status == 0, found.stderr
    assert found.all("gap") == []
