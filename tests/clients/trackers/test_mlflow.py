"""MLflow: its own calls, autologging, the registry, its files."""

from pathlib import Path

from clients.trackers.conftest import Record

START = """
import sys
import mlflow
mlflow.set_tracking_uri("sqlite:///mlflow.db")
"""


def test_what_a_run_is_told(record: Record) -> None:
    found = record(
        START
        + """
from pathlib import Path
open("data.csv", "w").write("a,b\\n" + "1,2\\n" * 20)
import pandas as pd
table = pd.read_csv("data.csv")
with mlflow.start_run(run_name="hello") as run:
    mlflow.log_param("lr", 0.1)
    mlflow.log_params({"depth": 3, "optimizer": "adam", "bf16": True})
    for step in range(3):
        mlflow.log_metric("loss", 1 / (step + 1), step=step)
    mlflow.log_metrics({"acc": 0.5}, step=2)
    mlflow.set_tag("team", "a")
    mlflow.log_input(mlflow.data.from_pandas(table, source="data.csv"), context="training")
    Path("note.txt").write_text("hello, hello, hello")
    mlflow.log_artifact("note.txt", "notes")
    print(run.info.run_id, mlflow.get_run(run.info.run_id).data.tags["whence.run_id"])
"""
    )
    foreign, ours = found.stdout.split()[-2:]
    assert ours == found.told["id"]
    (link,) = found.told["links"]
    assert (link["system"], link["id"], link["name"]) == ("mlflow", foreign, "hello")
    assert found.values("parameter", "mlflow") == {
        "lr": 0.1,
        "depth": 3,
        "optimizer": "adam",
        "bf16": True,
    }
    assert found.values("metric", "mlflow") == {"loss": 1 / 3, "acc": 0.5}
    assert found.series("loss") == [[0, 1.0], [1, 0.5], [2, 1 / 3]]
    assert found.told["tags"]["team"] == "a"
    made = {each["name"]: each["bases"] for each in found.told["generated"]}
    assert made["note.txt"] == ["observed", "declared"]
    assert "mlflow.db" not in made
    forms = {(each["form"], each.get("path") or each.get("uri")) for each in found.told["tracked"]}
    assert {("artifact", "note.txt"), ("dataset", "data.csv")} <= forms
    assert found.contradictions() == []


def test_a_registered_model_is_an_artifact_and_is_found_again(record: Record) -> None:
    trained = record(
        START
        + """
import mlflow.sklearn
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
X, y = make_classification(random_state=0)
mlflow.autolog(log_input_examples=False, silent=True)
with mlflow.start_run():
    model = LogisticRegression(C=0.5).fit(X, y)
    print("score", model.score(X, y))
    mlflow.sklearn.log_model(model, name="model", registered_model_name="churn")
"""
    )
    versions = [each for each in trained.told["tracked"] if each.get("version")]
    assert [(each["name"], str(each["version"])) for each in versions] == [("churn", "1")]
    (place,) = versions[0].get("files") or [versions[0]["path"]]
    made = {each["name"]: each["kind"] for each in trained.told["generated"]}
    assert made[place] == "model"
    assert trained.told["parameter_details"]["C"]["value"] == 0.5
    score = trained.told["metric_details"]["score"]
    assert (score["value"], score["basis"]) == (float(trained.stdout.split()[-1]), "observed")
    scores = [name for name in trained.told["metrics"] if "accuracy" in name]
    assert scores
    assert len(scores) == len({name.lower() for name in scores})
    used = record(
        START + 'print(mlflow.sklearn.load_model("models:/churn/1").coef_.shape)\n', name="use.py"
    )
    assert place in {each["name"] for each in used.told["used"]}


def test_the_same_bytes_under_another_version(record: Record) -> None:
    source = (
        START
        + """
from pathlib import Path
from mlflow import MlflowClient
Path("models").mkdir(exist_ok=True)
Path("models/weights.bin").write_bytes(b"the same weights " * 20)
client = MlflowClient()
try:
    client.create_registered_model("delay")
except mlflow.MlflowException:
    pass
run = client.create_run("0")
version = client.create_model_version("delay", str(Path("models").resolve()), run.info.run_id)
print(version.version)
"""
    )
    first = record(source)
    assert first.contradictions() == []
    second = record(source)
    (reason,) = second.contradictions()
    assert reason.startswith("models/weights.bin: declared to be delay version 2 (mlflow)")
    assert "delay version 1 (mlflow) before" in reason


def test_a_logged_value_that_was_not_used(record: Record) -> None:
    found = record(
        START
        + """
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.5)
args = parser.parse_args()
with mlflow.start_run():
    mlflow.log_param("lr", 0.1)
""",
        "--lr",
        "0.01",
    )
    assert found.contradictions() == ["lr: declared 0.1 (mlflow), observed 0.01 (command line)"]
    assert found.told["parameters"]["lr"] == 0.01
    (also,) = found.told["parameter_details"]["lr"]["also"]
    assert (also["value"], also["basis"]) == (0.1, "declared")


def test_runs_of_a_sweep_are_told_apart(record: Record) -> None:
    found = record(
        START
        + """
for lr in (0.1, 0.2):
    with mlflow.start_run(run_name=f"lr{lr}"):
        mlflow.log_param("lr", lr)
        mlflow.log_metric("acc", lr / 2)
"""
    )
    assert found.values("parameter", "mlflow") == {"lr": 0.1, "lr0.2:lr": 0.2}
    assert found.values("metric", "mlflow") == {"acc": 0.05, "lr0.2:acc": 0.1}
    assert [each["name"] for each in found.told["links"]] == ["lr0.1", "lr0.2"]


def test_a_file_store_that_nobody_heard_being_written(
    record: Record, environ: dict[str, str]
) -> None:
    environ["MLFLOW_ALLOW_FILE_STORE"] = "true"
    environ["WHENCE_AGENT"] = "off"
    found = record(
        """
import mlflow
mlflow.set_tracking_uri("file:mlruns")
with mlflow.start_run(run_name="quiet"):
    mlflow.log_param("lr", 0.1)
    for step in range(3):
        mlflow.log_metric("loss", 1 / (step + 1), step=step)
"""
    )
    detail = found.told["metric_details"]["loss"]
    assert (detail["basis"], detail["series"][-1]) == ("imported", [2, 1 / 3])
    assert found.told["parameter_details"]["lr"]["basis"] == "imported"
    assert [each["name"] for each in found.told["links"]] == ["quiet"]
    assert Path(found.folder, "mlruns").is_dir()
