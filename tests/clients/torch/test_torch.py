"""Plain PyTorch: loops, loaders, files, seeds."""

from typing import Any

MODEL = """
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset, random_split

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(2, 1)
    def forward(self, x):
        return self.layer(x)

X = torch.arange(128.0).reshape(64, 2) / 128
y = X.sum(1, keepdim=True)
"""

LOOP = (
    MODEL
    + """
torch.manual_seed(3)
generator = torch.Generator().manual_seed(5)
train_ds, val_ds = random_split(TensorDataset(X, y), [48, 16], generator=generator)
train_loader = DataLoader(train_ds, batch_size=16, shuffle=True)
val_loader = DataLoader(val_ds, batch_size=16)

def train(model, loader):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.5)
    for epoch in range(2):
        for xb, yb in loader:
            optimizer.zero_grad()
            loss = nn.functional.mse_loss(model(xb), yb)
            loss.backward()
            optimizer.step()
            print(loss.item())
        with torch.no_grad():
            for xb, yb in val_loader:
                model(xb)
        scheduler.step()

model = Net()
train(model, train_loader)
torch.save({"epoch": 2, "model": model.state_dict()}, "model.pt")
"""
)


def parameters(found: Any, owner: str) -> dict[str, Any]:
    told = [each for each in found.all("parameters") if each["owner"] == owner]
    assert told, owner
    return dict(told[0]["values"])


def test_a_plain_loop_is_told_and_not_disturbed(train: Any) -> None:
    found = train(LOOP, compare=True)
    printed = [float(line) for line in found.stdout.split()]
    losses = found.all("metric")
    assert [each["value"] for each in losses] == printed
    assert [each["step"] for each in losses] == [1, 2, 3, 4, 5, 6]
    assert {each["name"] for each in losses} == {"loss"}
    assert parameters(found, "SGD") | {"lr": 0.05, "momentum": 0.9} == parameters(found, "SGD")
    assert parameters(found, "StepLR") == {"step_size": 2, "gamma": 0.5}
    assert parameters(found, "DataLoader")["batch_size"] == 16
    seeds = {each["name"]: each["value"] for each in found.all("seed")}
    assert seeds == {"torch": 3, "torch.Generator": 5}
    assert all(each["seeded"] for each in found.all("random"))


def test_what_was_fitted_on_what_and_went_where(train: Any) -> None:
    found = train(LOOP)
    (fit,) = [each for each in found.all("step") if each["kind"] == "fit"]
    loader = fit["inputs"]["train"]
    derived = {each["n"]: each for each in found.all("derived")}
    assert derived[loader]["how"] == "DataLoader"
    (part,) = derived[loader]["of"]
    assert derived[part]["split"] == "train"
    assert derived[part]["rows"] == 48
    (model,) = [each for each in found.all("object") if each["kind"] == "model"]
    assert (model["class"], model["size"], model["dtype"]) == ("Net", 3, "float32")
    (written,) = found.all("write")
    assert written["n"] == fit["model"] == model["n"]
    assert written["location"].endswith("/model.pt")


def test_a_file_of_a_run_is_byte_for_byte_what_it_would_be(train: Any) -> None:
    digest = "import hashlib; print(hashlib.sha256(open('model.pt', 'rb').read()).hexdigest())"
    train(LOOP + digest, compare=True)


def test_weights_that_were_loaded_and_trained_on_are_fine_tuned(train: Any) -> None:
    found = train(
        LOOP
        + """
other = Net()
other.load_state_dict(torch.load("model.pt")["model"])
train(other, train_loader)
torch.save(other.state_dict(), "other.pt")
"""
    )
    (read,) = [each for each in found.all("read") if each["by"] == "load_state_dict"]
    assert read["location"].endswith("/model.pt")
    written = found.all("write")[-1]
    assert written["n"] == read["n"]
    assert written["relation"] == "fine-tuned"
    assert written["base"] == read["location"]


def test_two_losses_in_one_loop_keep_their_names(train: Any) -> None:
    found = train(
        MODEL
        + """
torch.manual_seed(0)
one, two = Net(), Net()
first = torch.optim.Adam(one.parameters(), lr=0.001)
second = torch.optim.Adam(two.parameters())
for _ in range(2):
    d_loss = (one(X) ** 2).mean()
    d_loss.backward()
    first.step()
    g_loss = (two(X) ** 2).mean()
    g_loss.backward()
    second.step()
"""
    )
    names = [(each["name"], each["step"]) for each in found.all("metric")]
    adams = [each for each in found.all("parameters") if each["owner"] == "Adam"]
    assert ["lr" in each["defaults"] for each in adams] == [False, True]
    assert names == [("d_loss", 1), ("g_loss", 1), ("d_loss", 2), ("g_loss", 2)]
    assert len([each for each in found.all("step") if each["kind"] == "fit"]) == 2


def test_a_gradient_without_an_optimizer_is_no_loss(train: Any) -> None:
    found = train(MODEL + "Net()(X.requires_grad_()).sum().backward()\n")
    assert found.all("metric") == []


def test_randomness_without_a_seed(train: Any) -> None:
    found = train(MODEL + "Net()\n")
    assert [each["seeded"] for each in found.all("random")] == [False]


def test_what_a_full_batch_was_is_read_off_the_gradients(train: Any) -> None:
    found = train(
        """
import torch
torch.manual_seed(1)
torch.save({"x": torch.ones(8, 2), "y": torch.zeros(8, 1)}, "data.pt")
data = torch.load("data.pt")
data = {name: each.double().float() for name, each in data.items()}
model = torch.nn.Linear(2, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
x, y = torch.as_tensor(data["x"])[:6], data["y"][:6]
loss = torch.nn.functional.mse_loss(model(x), y)
loss.backward()
optimizer.step()
torch.save(model.state_dict(), "m.pt")
"""
    )
    (fit,) = [each for each in found.all("step") if each["kind"] == "fit"]
    read = {each["n"] for each in found.all("read") if each["location"].endswith("data.pt")}
    made = {each["n"]: each["of"][0] for each in found.all("derived")}
    assert {made[made[each]] for each in fit["inputs"].values()} == read
    assert set(fit["inputs"]) == {"X", "y"}


def test_compilers_pickles_and_default_devices_see_the_constructors_as_they_are(
    train: Any,
) -> None:
    train(
        """
import functools, pickle, torch, numpy as np
def f(x):
    return x.double().to(torch.float32) + torch.tensor([1.0, 2.0]) + torch.as_tensor(2.0)
print(torch.compile(f, backend="eager", fullgraph=True)(torch.ones(2)))
@torch.jit.script
def g(x):
    return x.float() + torch.tensor([1.0])
print(g(torch.ones(1)), torch.fx.symbolic_trace(lambda x: x.long().cpu()).graph)
print(isinstance(torch.ones(1), torch.FloatTensor), torch.FloatTensor([1]), torch.FloatTensor)
with torch.device("meta"):
    print(torch.tensor([1.0]).device, torch.from_numpy(np.ones(2)).device)
print(pickle.loads(pickle.dumps(torch.tensor))([1]), torch.tensor is torch.tensor)
print(pickle.loads(pickle.dumps(functools.partial(torch.tensor, dtype=torch.float64)))([1]))
from torch import tensor
from torch import *
print(tensor([1]), len(dir(torch)), hasattr(torch, "nonsense"), "tensor" in dir(torch))
try:
    torch.nonsense
except AttributeError as error:
    print(error)
""",
        compare=True,
    )


def test_switches_of_determinism(train: Any) -> None:
    found = train(
        MODEL
        + """
torch.use_deterministic_algorithms(True)
torch.set_num_threads(1)
torch.backends.cudnn.benchmark = True
torch.manual_seed(0)
model = torch.compile(Net(), backend="eager")
nn.MSELoss()
nn.CrossEntropyLoss(label_smoothing=0.05)
optimizer = torch.optim.AdamW([{"params": model.parameters(), "lr": 0.1}], lr=0.2)
model(X).sum().backward()
"""
    )
    told: dict[str, Any] = {}
    for each in found.all("parameters"):
        if each["owner"] == "torch":
            told |= each["values"]
    assert told["use_deterministic_algorithms"] is True
    assert told["num_threads"] == 1
    (loss,) = [each for each in found.all("parameters") if each["owner"].endswith("Loss")]
    assert loss["values"]["label_smoothing"] == 0.05
    assert "label_smoothing" not in loss["defaults"]
    assert told["cudnn.benchmark"] is True
    assert parameters(found, "torch.compile") == {"backend": "eager"}
    assert parameters(found, "AdamW")["lr"] == 0.1


def test_scripted_traced_and_exported_networks(train: Any) -> None:
    found = train(
        MODEL
        + """
torch.manual_seed(0)
model = Net()
torch.save(model, "whole.pt")
torch.jit.script(model).save("scripted.pt")
torch.jit.save(torch.jit.trace(model, X), "traced.pt")
torch.jit.load("traced.pt")
small = torch.ao.quantization.quantize_dynamic(model, {nn.Linear}, dtype=torch.qint8)
torch.save(small.state_dict(), "small.pt")
"""
    )
    written = {each["location"].rpartition("/")[2]: each for each in found.all("write")}
    assert set(written) == {"whole.pt", "scripted.pt", "traced.pt", "small.pt"}
    assert all(each["n"] is not None for each in written.values())
    made = {each["how"]: each["of"] for each in found.all("derived")}
    assert made["torch.jit.script"] == [written["whole.pt"]["n"]]
    assert made["torch.ao.quantization.quantize_dynamic"] == [written["whole.pt"]["n"]]
    assert written["small.pt"]["relation"] == "quantized"


def test_a_scaled_loss_is_told_as_it_was(train: Any) -> None:
    found = train(
        MODEL
        + """
torch.manual_seed(0)
model = Net()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scaler = torch.amp.GradScaler("cpu", init_scale=1024.0)
loss = model(X).pow(2).mean()
scaler.scale(loss).backward()
print(loss.item())
"""
    )
    assert found.one("metric")["value"] == float(found.stdout)


def test_a_rank_says_that_it_is_one(train: Any) -> None:
    found = train(
        """
import os, torch.distributed as dist
os.environ.update(RANK="0", WORLD_SIZE="1", MASTER_ADDR="127.0.0.1", MASTER_PORT="0")
dist.init_process_group("gloo", store=dist.HashStore(), rank=0, world_size=1)
dist.destroy_process_group()
"""
    )
    told = found.one("part")
    assert (told["kind"], told["rank"], told["world_size"]) == ("rank", 0, 1)


def test_samplers_of_the_users_and_their_seeds(train: Any) -> None:
    found = train(
        MODEL
        + """
from torch.utils.data.distributed import DistributedSampler
sampler = DistributedSampler(TensorDataset(X), num_replicas=2, rank=0, seed=51)
DataLoader(TensorDataset(X), batch_size=4, sampler=sampler, num_workers=0)
"""
    )
    (told,) = [each for each in found.all("parameters") if each["owner"] == "DistributedSampler"]
    assert told["values"]["seed"] == 51
    assert {"shuffle", "drop_last"} == set(told["defaults"])
    (loader,) = [each for each in found.all("object") if each["kind"] == "loader"]
    assert loader["sampler"] == "DistributedSampler"


def test_loaders_made_in_the_head_of_a_loop_and_rows_made_into_tensors(train: Any) -> None:
    found = train(
        MODEL
        + """
import pandas as pd
pd.DataFrame({"a": range(200), "b": range(200)}).to_csv("d.csv", index=False)
class Rows(torch.utils.data.Dataset):
    def __init__(self, frame):
        self.frame = frame
    def __len__(self):
        return len(self.frame)
    def __getitem__(self, at):
        return torch.tensor(self.frame.values[at], dtype=torch.float32)
torch.manual_seed(0)
model = Net()
optimizer = torch.optim.SGD(model.parameters(), lr=1e-9)
for batch in DataLoader(Rows(pd.read_csv("d.csv")), batch_size=50):
    model(batch).mean().backward()
    optimizer.step()
torch.save(model.state_dict(), "m.pt")
"""
    )
    (fit,) = [each for each in found.all("step") if each["kind"] == "fit"]
    made = {each["n"]: each["of"] for each in found.all("derived")}
    (read,) = found.all("read")
    assert made[made[fit["inputs"]["train"]][0]] == [read["n"]]
    rows = [each for each in found.all("derived") if each["how"] == "torch.tensor"]
    assert len(rows) <= 50


def test_weights_that_were_pruned_or_reckoned_with(train: Any) -> None:
    found = train(
        MODEL
        + """
from torch.nn.utils import prune
torch.manual_seed(0)
torch.save(Net().state_dict(), "a.pt")

def loaded():
    model = Net()
    model.load_state_dict(torch.load("a.pt"))
    return model

small, added, same = loaded(), loaded(), loaded()
layer = next(each for each in small.modules() if isinstance(each, nn.Linear))
prune.l1_unstructured(layer, "weight", amount=0.5)
prune.remove(layer, "weight")
torch.save(small.state_dict(), "pruned.pt")
with torch.no_grad():
    for parameter in added.parameters():
        parameter.add_(1)
torch.save(added.state_dict(), "added.pt")
torch.save(same.half().state_dict(), "half.pt")
"""
    )
    written = {each["location"].rpartition("/")[2]: each for each in found.all("write")}
    assert written["pruned.pt"]["relation"] == "pruned"
    assert written["half.pt"]["relation"] == "converted"
    assert "relation" not in written["added.pt"]
