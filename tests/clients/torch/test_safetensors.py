"""safetensors and Accelerate beside plain loops."""

from pathlib import Path
from typing import Any

START = """
import torch
torch.manual_seed(0)
model = torch.nn.Linear(2, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
X, y = torch.ones(4, 2), torch.zeros(4, 1)
"""


def test_weights_through_safetensors(train: Any) -> None:
    found = train(
        START
        + """
from safetensors.torch import load_file, load_model, save_file, save_model
save_file(model.state_dict(), "a.safetensors", metadata={"format": "pt"})
other = torch.nn.Linear(2, 1)
other.load_state_dict(load_file("a.safetensors"))
save_model(other, "b.safetensors")
load_model(other, "b.safetensors")
"""
    )
    written = {Path(each["location"]).name: each for each in found.all("write")}
    assert set(written) == {"a.safetensors", "b.safetensors"}
    (read,) = [each for each in found.all("read") if each["by"] == "load_state_dict"]
    assert Path(read["location"]).name == "a.safetensors"
    assert written["b.safetensors"]["n"] == read["n"]
    assert written["b.safetensors"]["relation"] == "converted"


def test_accelerate_tells_the_loss_before_it_is_divided(train: Any) -> None:
    found = train(
        START
        + """
from accelerate import Accelerator
accelerator = Accelerator(gradient_accumulation_steps=4, cpu=True)
model, optimizer = accelerator.prepare(model, optimizer)
loss = torch.nn.functional.mse_loss(model(X), y)
accelerator.backward(loss)
print(loss.item())
"""
    )
    assert found.one("metric")["value"] == float(found.stdout)
    (told,) = [each for each in found.all("parameters") if each["owner"] == "Accelerator"]
    assert told["values"]["gradient_accumulation_steps"] == 4
