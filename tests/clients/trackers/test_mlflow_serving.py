"""MLflow's own model server, version 3.17: its application with a line around it.

`mlflow models serve` starts `uvicorn mlflow.pyfunc.scoring_server.app:app`; here uvicorn starts the
same application with receipts around it, and the variables that MLflow gives it.
"""

import socket
import subprocess
from pathlib import Path

import pytest

from clients.environments import interpreter
from clients.predictions import ask, deploy, server
from scratch import Project, make_project
from whence.receipts.reading import find_receipt

TRAIN = """
import mlflow, pandas as pd
from sklearn.linear_model import LogisticRegression
rows = pd.read_csv("data/raw.csv")
model = LogisticRegression().fit(rows[["a", "b"]], rows["y"])
mlflow.sklearn.save_model(model, "models/churn", serialization_format="cloudpickle")
"""

SERVICE = """
from mlflow.pyfunc.scoring_server.app import app as scoring
from whence import receipts

app = receipts.asgi(scoring, "churn@1", deployment="eu", paths=["/invocations"])
"""

COMMAND = """
from mlflow.pyfunc import scoring_server
command, variables = scoring_server.get_cmd("models/churn", port=1, host="127.0.0.1", nworkers=1)
assert command.endswith("mlflow.pyfunc.scoring_server.app:app"), command
print(variables[scoring_server._SERVER_MODEL_PATH])
"""

OFFLINE = {"DO_NOT_TRACK": "1", "MLFLOW_DISABLE_TELEMETRY": "true"}


@pytest.fixture
def project(tmp_path: Path, client: Path) -> Project:
    project = make_project(tmp_path)
    project.env |= OFFLINE
    project.write("train.py", TRAIN)
    project.write("serve.py", SERVICE)
    project.write("data/raw.csv", "a,b,y\n1,2,0\n2,1,1\n3,1,1\n1,4,0\n")
    project.run(str(client), "train.py")
    deploy(project, "models/churn/model.pkl")
    return project


def test_a_prediction_of_mlflow_leads_to_the_raw_data(client: Path, project: Project) -> None:
    told = subprocess.run(
        [client, "-c", COMMAND],
        cwd=project.folder,
        env=project.env,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    variables = {"__pyfunc_model_path__": told.stdout.strip()}
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    words = ["-m", "uvicorn", "--host", "127.0.0.1", "--port", str(port), "serve:app"]
    asked = {"dataframe_split": {"columns": ["a", "b"], "data": [[3, 1], [1, 4]]}}
    with server(interpreter("trackers"), words, project, port, variables) as address:
        answer, receipt = ask(f"{address}/invocations", asked)
    assert answer == {"predictions": [1, 0]}
    its = find_receipt([project.folder / ".whence" / "receipts"], receipt)
    assert (its.input_form, its.output_form) == ("json", "json")
    traced = project.ask("trace", receipt)
    assert {"data/raw.csv", "churn@1", "eu/churn@1"} <= {each["name"] for each in traced["nodes"]}
