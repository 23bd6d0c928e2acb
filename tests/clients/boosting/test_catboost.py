"""CatBoost as programs use it: what is told, and that nothing else changes."""

from clients.boosting.conftest import Program, facts, measured, of, steered

QUIET = "'allow_writing_files': False, 'thread_count': 1, 'logging_level': 'Silent'"


def test_an_estimator_with_early_stopping(program: Program) -> None:
    found = program(
        "from catboost import CatBoostClassifier\n"
        "m = CatBoostClassifier(iterations=30, depth=3, random_seed=5, eval_metric='AUC',"
        f" **{{{QUIET}}})\n"
        "m.fit(X_train, y_train, eval_set=(X_test, y_test), early_stopping_rounds=3)\n"
        "print(m.predict(X_test)[:3], m.predict_proba(X_test)[0], m.best_iteration_)\n"
        "print(m.get_evals_result()['validation']['AUC'], m.get_params())\n"
        "m.save_model('m.json', format='json')\n"
    )
    assert found.status == 0, found.stderr
    assert found.all("gap") == []
    values, defaults = steered(found, "CatBoostClassifier")
    assert (values["iterations"], values["depth"], values["random_seed"]) == (30, 3, 5)
    assert values["early_stopping_rounds"] == 3
    assert (defaults["l2_leaf_reg"], defaults["loss_function"]) == (3, "Logloss")
    assert "learning_rate" in defaults
    (fit,) = of(found, "step", kind="fit")
    named = {role: facts(found, number).get("name") for role, number in fit["inputs"].items()}
    assert named == {"X": "X_train", "y": "y_train", "validation": "X_test"}
    assert str([value for _, value in measured(found, "AUC", "validation")]) in found.stdout
    assert facts(found, fit["model"])["features"] == list("abcd")
    assert fit["rounds"] == fit["best_iteration"] + 1
    assert found.one("write")["n"] == fit["model"]


def test_pools_of_tables_and_files(program: Program) -> None:
    found = program(
        "from catboost import CatBoost, Pool\n"
        "pd.concat([y, X], axis=1).to_csv('a.csv', index=False, header=False)\n"
        "file = Pool('a.csv', delimiter=',')\ntable = Pool(X_test, label=y_test)\n"
        f"m = CatBoost({{'iterations': 3, 'loss_function': 'RMSE', {QUIET}}})\n"
        "m.fit(file, eval_set=table)\nm.save_model('m.cbm')\n"
        "n = CatBoost().load_model('m.cbm')\nprint(n.predict(table)[:3])\n"
    )
    assert found.status == 0, found.stderr
    read = {each["location"].rsplit("/")[-1]: each["n"] for each in found.all("read")}
    assert read.keys() == {"a.csv", "m.cbm"}
    (fit,) = of(found, "step", kind="fit")
    assert fit["inputs"]["train"] == read["a.csv"]
    held = facts(found, fit["inputs"]["validation"])
    assert (held["name"], held["shape"]) == ("table", [100, 4])
    (predicted,) = of(found, "step", kind="predict")
    assert predicted["model"] == read["m.cbm"]


def test_folds_are_told_by_their_mean(program: Program) -> None:
    found = program(
        "from catboost import Pool, cv\n"
        f"r = cv(Pool(X, y), {{'iterations': 3, 'loss_function': 'Logloss', {QUIET}}},"
        " fold_count=3, partition_random_seed=4)\n"
        "print(list(map(float, r['test-Logloss-mean'])))\n"
    )
    assert found.status == 0, found.stderr
    told = [value for _, value in measured(found, "Logloss-mean", "test")]
    assert str(told) == found.stdout.splitlines()[-1]
    values, _ = steered(found, "catboost.cv")
    assert (values["fold_count"], values["partition_random_seed"]) == (3, 4)
