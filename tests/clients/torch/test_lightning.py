"""Lightning: its Trainer, what modules log, hyperparameters and checkpoints."""

from pathlib import Path
from typing import Any

PROGRAM = """
import logging, warnings
import torch, lightning as L
from torch.utils.data import DataLoader, TensorDataset
warnings.filterwarnings("ignore")
logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)

class Module(L.LightningModule):
    def __init__(self, lr=0.1, hidden=4):
        super().__init__()
        self.save_hyperparameters()
        self.net = torch.nn.Sequential(torch.nn.Linear(3, hidden), torch.nn.Linear(hidden, 1))
    def training_step(self, batch, index):
        loss = torch.nn.functional.mse_loss(self.net(batch[0]), batch[1])
        self.log("train_loss", loss)
        return loss
    def validation_step(self, batch, index):
        self.log("val_loss", torch.nn.functional.mse_loss(self.net(batch[0]), batch[1]))
    test_step = validation_step
    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=self.hparams.lr)

L.seed_everything(9, verbose=False)
X = torch.rand(32, 3)
y = X.sum(1, keepdim=True)
train = DataLoader(TensorDataset(X[:24], y[:24]), batch_size=8, shuffle=True)
val = DataLoader(TensorDataset(X[24:], y[24:]), batch_size=8)
trainer = L.Trainer(max_epochs=2, logger=False, enable_progress_bar=False,
    enable_model_summary=False, accelerator="cpu", log_every_n_steps=1, default_root_dir="logs")
module = Module(lr=0.05)
trainer.fit(module, train, val)
trainer.test(module, val, verbose=False)
trainer.save_checkpoint("last.ckpt")
Module.load_from_checkpoint("last.ckpt", weights_only=False)
try:
    module.load_from_checkpoint("last.ckpt")
except TypeError as error:
    print(error)
print(float(trainer.callback_metrics["val_loss"]))
"""


def test_a_fit_a_test_and_their_checkpoints(train: Any) -> None:
    found = train(PROGRAM, compare=True)
    steps = {each["by"]: each for each in found.all("step")}
    fit, test = steps["Trainer.fit"], steps["Trainer.test"]
    assert set(fit["inputs"]) == {"train", "validation"}
    assert test["inputs"] == {"X": fit["inputs"]["validation"]}
    assert (fit["kind"], test["kind"], test["model"]) == ("fit", "evaluate", fit["model"])
    written = {Path(each["location"]).name: each["n"] for each in found.all("write")}
    assert set(written) == {"epoch=0-step=3.ckpt", "epoch=1-step=6.ckpt", "last.ckpt"}
    assert set(written.values()) == {fit["model"]}
    read = found.all("read")[-1]
    assert (read["by"], Path(read["location"]).name) == (
        "Module.load_from_checkpoint",
        "last.ckpt",
    )


def test_what_is_logged_and_set(train: Any) -> None:
    found = train(PROGRAM)
    metrics = found.all("metric")
    assert [each["step"] for each in metrics if each["name"] == "train_loss"] == [0, 1, 2, 3, 4, 5]
    assert {each["name"] for each in metrics} == {"train_loss", "val_loss"}
    assert metrics[-1]["value"] == float(found.stdout.splitlines()[-1])
    told = {each["owner"]: each["values"] for each in found.all("parameters")}
    assert told["Module"] == {"lr": 0.05, "hidden": 4}
    assert told["Trainer"]["max_epochs"] == 2
    assert told["Adam"]["lr"] == 0.05
    seeds = {each["name"]: each["value"] for each in found.all("seed")}
    assert seeds == {"random": 9, "numpy": 9, "torch": 9}
