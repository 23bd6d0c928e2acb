"""Neptune, Aim and Comet, each without its service."""

from clients.trackers.conftest import Record

SERIES = [[0, 1.0], [1, 0.5], [2, 1 / 3]]


def test_neptune(record: Record) -> None:
    found = record(
        """
import neptune
run = neptune.init_run(
    mode="offline", name="first", capture_stdout=False, capture_stderr=False,
    capture_hardware_metrics=False,
)
run["parameters"] = {"lr": 0.1, "net": {"depth": 3}}
run["seed"] = 7
for step in range(3):
    run["train/loss"].append(1 / (step + 1), step=step)
run["auc"] = 0.7
open("model.bin", "wb").write(b"some weights " * 9)
run["model"].upload("model.bin")
run["sys/tags"].add(["quick"])
run.stop()
"""
    )
    (link,) = found.told["links"]
    assert (link["system"], link["name"]) == ("neptune", "first")
    assert found.values("parameter", "neptune") == {"lr": 0.1, "net.depth": 3, "seed": 7}
    assert found.values("metric", "neptune") == {"train/loss": 1 / 3, "auc": 0.7}
    assert found.series("train/loss") == SERIES
    assert "quick" in found.told["tags"]
    made = {each["name"]: each["bases"] for each in found.told["generated"]}
    assert made["model.bin"] == ["observed", "declared"]


def test_aim(record: Record) -> None:
    found = record(
        """
from aim import Run
run = Run(repo=".", experiment="e", system_tracking_interval=None, capture_terminal_logs=False)
run["hparams"] = {"lr": 0.1, "net": {"depth": 3}}
for step in range(3):
    run.track(1 / (step + 1), name="loss", step=step, context={"subset": "train"})
run.close()
"""
    )
    (link,) = found.told["links"]
    assert (link["system"], link["experiment"]) == ("aim", "e")
    assert found.values("parameter", "aim") == {"lr": 0.1, "net.depth": 3}
    assert found.series("train.loss") == SERIES
    assert not any(".aim/" in each["name"] for each in found.told["generated"])


def test_comet(record: Record) -> None:
    found = record(
        """
import comet_ml
experiment = comet_ml.OfflineExperiment(
    project_name="p", workspace="w", offline_directory="offline", log_env_details=False
)
experiment.log_parameters({"lr": 0.1})
experiment.log_parameter("depth", 3)
for step in range(3):
    experiment.log_metric("loss", 1 / (step + 1), step=step)
experiment.log_metrics({"acc": 0.5})
open("model.bin", "wb").write(b"some weights " * 9)
experiment.log_model("mine", "model.bin")
experiment.end()
"""
    )
    (link,) = found.told["links"]
    assert (link["system"], link["project"]) == ("comet_ml", "p")
    assert found.values("parameter", "comet_ml") == {"lr": 0.1, "depth": 3}
    assert found.values("metric", "comet_ml") == {"loss": 1 / 3, "acc": 0.5}
    assert found.series("loss") == SERIES
    (model,) = [each for each in found.told["generated"] if each["name"] == "model.bin"]
    assert (model["role"], model["bases"]) == ("model", ["observed", "declared"])
