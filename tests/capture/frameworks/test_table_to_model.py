import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

PREPARE = """
import numpy as np
import pandas as pd
x = np.random.default_rng(1).normal(size=(80, 2))
pd.DataFrame({"a": x[:, 0], "b": x[:, 1], "y": (x[:, 0] > 0).astype(int)}).to_csv("in.csv")
"""
PROGRAM = """
import joblib
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
df = pd.read_csv("in.csv")
X_train, X_test, y_train, y_test = train_test_split(df[["a", "b"]], df["y"], random_state=5)
model = LogisticRegression(C=0.5).fit(X_train, y_train)
accuracy_score(y_test, model.predict(X_test))
joblib.dump(model, "model.joblib")
"""


def test_the_record_tells_the_way_from_the_table_to_the_model(tmp_path: Path) -> None:
    environ = {name: value for name, value in os.environ.items() if name[:6] != "PYTHON"}
    environ["PYTHONPATH"] = os.environ.get("PYTHONPATH", "")

    def run(*words: str) -> str:
        done = subprocess.run(
            [sys.executable, *words],
            cwd=tmp_path,
            env=environ,
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )
        return done.stdout

    (tmp_path / "train.py").write_text(PROGRAM)
    run("-c", PREPARE)
    run("-m", "whence", "run", "--", sys.executable, "train.py")
    shown: dict[str, Any] = json.loads(run("-m", "whence", "show", "last", "--json"))
    assert shown["parameters"]["LogisticRegression.C"] == 0.5
    assert shown["seeds"]["train_test_split.random_state"] == 5
    assert shown["metric_details"]["accuracy_score"]["on"] == "y_test"
    steps = {each["by"]: each for each in shown["steps"]}
    (fitted, _) = steps["LogisticRegression.fit"]["inputs"]
    assert (fitted["split"], fitted["of"]) == ("train", ["in.csv"])
    assert steps["joblib.dump"]["to"] == "model.joblib"
    evaluated = steps["accuracy_score"]["inputs"]
    assert {each.get("split") for each in evaluated} <= {"test", None}
