"""Weights & Biases, TensorBoard, DVCLive, ClearML and Trackio, each offline."""

from clients.trackers.conftest import Record

SERIES = [[0, 1.0], [1, 0.5], [2, 1 / 3]]


def test_wandb(record: Record) -> None:
    found = record(
        """
import wandb
run = wandb.init(project="p", name="first", config={"lr": 0.1, "net": {"depth": 3}})
wandb.config.update({"batch": 32})
for step in range(3):
    wandb.log({"loss": 1 / (step + 1), "val": {"acc": step / 2}})
open("model.bin", "wb").write(b"some weights " * 9)
artifact = wandb.Artifact("mine", type="model")
artifact.add_file("model.bin")
run.log_artifact(artifact)
run.summary["best"] = 0.9
run.finish()
"""
    )
    (link,) = found.told["links"]
    assert (link["system"], link["name"], link["project"]) == ("wandb", "first", "p")
    assert found.values("parameter", "wandb") == {"lr": 0.1, "net.depth": 3, "batch": 32}
    assert found.values("metric", "wandb") == {"loss": 1 / 3, "val.acc": 1.0, "best": 0.9}
    assert found.series("loss") == SERIES
    (model,) = [each for each in found.told["generated"] if each["name"] == "model.bin"]
    assert (model["role"], model["bases"]) == ("model", ["observed", "declared"])
    assert not any(each["name"].startswith("wandb/") for each in found.told["generated"])


def test_wandb_that_is_switched_off_is_left_alone(record: Record) -> None:
    found = record(
        'import wandb\nrun = wandb.init(mode="disabled", config={"lr": 0.1})\n'
        'wandb.log({"loss": 1})\nprint(run.config.lr)\nrun.finish()\n'
    )
    assert found.stdout.split()[-1] == "0.1"
    assert found.told["links"] == []


TENSORBOARD = """
from tensorboardX import SummaryWriter
writer = SummaryWriter("runs/a")
for step in range(3):
    writer.add_scalar("loss", 1 / (step + 1), step)
writer.add_hparams({"lr": 0.1}, {"auc": 0.7})
writer.close()
"""


def test_tensorboard(record: Record) -> None:
    found = record(TENSORBOARD)
    assert [each["id"] for each in found.told["links"]] == ["runs/a"]
    assert found.values("parameter", "tensorboard") == {"lr": 0.1}
    assert found.values("metric", "tensorboard") == {"loss": 1 / 3, "auc": 0.7}
    assert found.series("loss") == SERIES


def test_event_files_that_nobody_heard_being_written(
    record: Record, environ: dict[str, str]
) -> None:
    environ["WHENCE_AGENT"] = "off"
    found = record(TENSORBOARD)
    assert found.told["metric_details"]["loss"]["basis"] == "imported"
    assert [step for step, _ in found.series("loss")] == [0, 1, 2]
    assert abs(found.series("loss")[2][1] - 1 / 3) < 1e-7
    assert found.told["parameters"]["lr"] == 0.1


def test_event_files_of_tensorflow_s_form(record: Record, environ: dict[str, str]) -> None:
    environ["WHENCE_AGENT"] = "off"
    found = record(
        """
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.plugins.scalar.summary_v2 import scalar_pb
from tensorboard.summary.writer.event_file_writer import EventFileWriter
writer = EventFileWriter("logs/train")
for step in range(3):
    writer.add_event(Event(step=step, summary=scalar_pb("epoch_loss", 1 / (step + 1))))
writer.close()
"""
    )
    assert found.told["metrics"].keys() == {"epoch_loss"}
    assert [step for step, _ in found.series("epoch_loss")] == [0, 1, 2]


def test_dvclive(record: Record) -> None:
    found = record(
        """
from dvclive import Live
with Live(save_dvc_exp=False, report=None) as live:
    live.log_params({"lr": 0.1, "net": {"depth": 3}})
    for step in range(3):
        live.log_metric("loss", 1 / (step + 1))
        live.next_step()
"""
    )
    assert found.told["links"][0]["system"] == "dvclive"
    assert found.values("parameter", "dvclive") == {"lr": 0.1, "net.depth": 3}
    assert found.series("loss") == SERIES


def test_clearml(record: Record) -> None:
    found = record(
        """
from clearml import Task
task = Task.init("proj", "train", auto_connect_frameworks=False, auto_resource_monitoring=False)
steering = task.connect({"lr": 0.1, "net": {"depth": 2}})
task.set_parameter("General/momentum", 0.9)
logger = task.get_logger()
for step in range(3):
    logger.report_scalar("loss", "train", 1 / (step + 1), step)
logger.report_single_value("auc", 0.77)
open("out.csv", "w").write("a,b\\n" + "1,2\\n" * 20)
task.upload_artifact("out", artifact_object="out.csv")
task.close()
"""
    )
    (link,) = found.told["links"]
    assert (link["system"], link["name"], link["project"]) == ("clearml", "train", "proj")
    assert found.values("parameter", "clearml") == {"lr": 0.1, "net.depth": 2, "momentum": 0.9}
    assert found.values("metric", "clearml") == {"loss/train": 1 / 3, "auc": 0.77}
    assert found.series("loss/train") == SERIES
    (out,) = [each for each in found.told["generated"] if each["name"] == "out.csv"]
    assert out["bases"] == ["observed", "declared"]


def test_trackio(record: Record) -> None:
    found = record(
        """
import trackio
trackio.init(project="p", name="first", config={"lr": 0.1, "net": {"depth": 3}})
for step in range(3):
    trackio.log({"loss": 1 / (step + 1)})
trackio.finish()
"""
    )
    (link,) = found.told["links"]
    assert (link["system"], link["name"], link["project"]) == ("trackio", "first", "p")
    assert found.values("parameter", "trackio") == {"lr": 0.1, "net.depth": 3}
    assert found.series("loss") == SERIES


def test_two_trackers_that_are_told_the_same(record: Record) -> None:
    found = record(
        """
import wandb
from tensorboardX import SummaryWriter
run = wandb.init(project="p", config={"lr": 0.1})
writer = SummaryWriter("runs/a")
for step in range(3):
    run.log({"loss": 1 / (step + 1)}, step=step)
    writer.add_scalar("loss", 1 / (step + 1), step)
writer.close()
run.finish()
"""
    )
    assert found.told["metric_details"]["loss"]["source"] == "wandb, tensorboard"
    assert found.told["metrics"].keys() == {"loss"}
    assert {each["system"] for each in found.told["links"]} == {"wandb", "tensorboard"}
