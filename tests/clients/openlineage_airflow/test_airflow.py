"""Airflow's provider tells a real `whence serve` of a DAG, run by `airflow dags test`."""

import json
from pathlib import Path

from clients.listening import answer, listening, whence

DAG = """
from datetime import datetime
from pathlib import Path
from airflow.sdk import DAG, Asset, task

DATA = Path({data!r})
raw, clean = Asset(f"file://{{DATA}}/raw.csv"), Asset(f"file://{{DATA}}/clean.csv")

with DAG("shop", start_date=datetime(2026, 1, 1), schedule=None) as dag:

    @task(outlets=[raw])
    def load():
        (DATA / "raw.csv").write_text("a,b\\n1,2\\n3,4\\n5,6\\n")

    @task(inlets=[raw], outlets=[clean])
    def tidy():
        (DATA / "clean.csv").write_text((DATA / "raw.csv").read_text())

    load() >> tidy()
"""
TRAIN = """
import json
with open("clean.csv") as file:
    rows = file.read()
with open("model.json", "w") as file:
    json.dump({"rows": rows.count("\\n")}, file)
"""


def test_a_training_comes_from_the_tasks_of_a_dag(tmp_path: Path, client: Path) -> None:
    home = tmp_path / "airflow"
    (home / "dags").mkdir(parents=True)
    (home / "dags" / "shop.py").write_text(DAG.format(data=str(tmp_path)))
    (tmp_path / "train.py").write_text(TRAIN)
    variables = {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__OPENLINEAGE__TRANSPORT": json.dumps({"type": "http", "url": "{url}"}),
        "AIRFLOW__OPENLINEAGE__NAMESPACE": "shop",
    }
    airflow = str(client.with_name("airflow"))
    commands = [[airflow, "db", "migrate"], [airflow, "dags", "test", "shop"]]
    told = listening(tmp_path, commands, variables, cwd=home)
    assert set(told) == {"201", "exit 0"}
    whence(tmp_path, "run", "--", str(client), "train.py")
    nodes = answer(tmp_path, "trace", "model.json")["nodes"]
    runs = [each["name"] for each in nodes if each["kind"] == "run"]
    assert runs == ["train", "shop.tidy", "shop.load"]
    assert all(
        each["part_of"]["job"] == "shop"
        for each in nodes
        if each["name"] in runs[1:] and each["kind"] == "run"
    )
    down = {each["name"] for each in answer(tmp_path, "impact", f"{tmp_path}/raw.csv")["nodes"]}
    assert "model.json" in down
