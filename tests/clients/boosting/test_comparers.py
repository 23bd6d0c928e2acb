"""Models of these libraries, compared with their own files and in their own environment."""

import pytest

from clients.making import Versions
from whence.reproduction.interface import Likeness

PROGRAM = """
import pickle, sys, warnings
warnings.simplefilter("ignore")
import joblib, numpy as np, pandas as pd
variant = sys.argv[1]
seed, jobs = int(variant == "seed"), 2 if variant == "threads" else 1
rng = np.random.default_rng(0)
X = pd.DataFrame(rng.normal(size=(600, 5)), columns=list("abcde"))
y = (X.a + X.b ** 2 > 1).astype(int)
train, test = X[:400], X[400:]
test.assign(label=y[400:]).to_csv("test.csv", index=False)

import xgboost as xgb
model = xgb.XGBClassifier(n_estimators=15, subsample=0.7, random_state=seed, n_jobs=jobs)
model.fit(train, y[:400])
model.save_model("xgb.json"); model.save_model("xgb.ubj")
joblib.dump(model, "xgb.joblib"); pickle.dump(model, open("xgb.pkl", "wb"))

import lightgbm as lgb
model = lgb.LGBMClassifier(n_estimators=15, subsample=0.7, subsample_freq=1, random_state=seed,
                           n_jobs=jobs, verbose=-1).fit(train, y[:400])
model.booster_.save_model("lgb.txt"); joblib.dump(model, "lgb.joblib")

import catboost
model = catboost.CatBoostClassifier(iterations=15, random_seed=seed, thread_count=jobs, verbose=0,
                                    allow_writing_files=False).fit(train, y[:400])
model.save_model("cat.cbm"); model.save_model("cat.json", format="json")
pickle.dump(model, open("cat.pkl", "wb"))

import matplotlib
matplotlib.use("agg")
import matplotlib.pyplot as plt
figure, axes = plt.subplots(figsize=(2, 2))
axes.plot(rng.normal(size=20) + seed)
for ending in ("png", "jpg", "svg", "pdf"):
    figure.savefig("plot." + ending)
"""


@pytest.fixture(scope="module")
def versions(tmp_path_factory: pytest.TempPathFactory) -> Versions:
    return Versions("boosting", PROGRAM, tmp_path_factory.mktemp("boosting"))


BYTES, CANONICAL = Likeness.BYTES, Likeness.CANONICAL
EXPECTED = {
    # name: with more threads, and once more
    "xgb.json": (BYTES, BYTES),
    "xgb.ubj": (BYTES, BYTES),
    "xgb.joblib": (CANONICAL, BYTES),
    "xgb.pkl": (CANONICAL, BYTES),
    "lgb.txt": (CANONICAL, BYTES),
    "lgb.joblib": (CANONICAL, BYTES),
    "cat.cbm": (CANONICAL, CANONICAL),
    "cat.json": (CANONICAL, CANONICAL),
    "cat.pkl": (CANONICAL, CANONICAL),
    "plot.png": (BYTES, BYTES),
    "plot.svg": (CANONICAL, CANONICAL),
    "plot.pdf": (CANONICAL, CANONICAL),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_more_threads_are_told_from_another_seed(versions: Versions, name: str) -> None:
    found = [versions.compare(variant, name) for variant in ("threads", "rounding", "seed")]
    assert tuple(each.likeness for each in found[:2]) == EXPECTED[name]
    assert found[2].likeness is Likeness.DIFFERENT
    assert found[2].reason


@pytest.mark.parametrize("name", ["xgb.json", "xgb.pkl", "lgb.txt", "cat.cbm"])
def test_models_are_asked_what_they_predict(versions: Versions, name: str) -> None:
    found = versions.compare("seed", name, predict=True)
    assert " 200 rows of test.csv" in found.reason
    assert found.detail["predictions"][0]["rows"] == 200


def test_how_many_pixels_differ_is_told(versions: Versions) -> None:
    assert "of 40,000 pixels differ" in versions.compare("seed", "plot.png").reason
