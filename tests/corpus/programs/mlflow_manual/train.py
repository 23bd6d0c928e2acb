import json

import mlflow
import numpy as np

mlflow.set_tracking_uri("sqlite:///mlflow.db")
mlflow.set_experiment("curve")

points = np.loadtxt("points.csv", delimiter=",", skiprows=1)
degree = 2
with mlflow.start_run(run_name="fit") as run:
    mlflow.log_param("degree", degree)
    mlflow.log_params({"column": 0, "norm": "l2"})
    mlflow.set_tag("team", "geometry")
    coefficients = np.polyfit(points[:, 0], points[:, -1], degree)
    for step, cut in enumerate((50, 100, 200)):
        error = float(np.mean(np.abs(np.polyval(coefficients, points[:cut, 0]) - points[:cut, -1])))
        mlflow.log_metric("mae", error, step=step)
    print("mae", error)
    with open("coefficients.json", "w") as f:
        json.dump(coefficients.tolist(), f)
    mlflow.log_artifact("coefficients.json")
