"""torch's files, compared with their own files and in their own environment."""

import pytest

from clients.making import Versions
from whence.reproduction.interface import Likeness

PROGRAM = """
import sys
import pandas as pd, torch
from safetensors.torch import save_file
variant = sys.argv[1]
torch.manual_seed(int(variant == "seed"))
torch.set_num_threads(2 if variant == "threads" else 1)
net = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.ReLU(), torch.nn.Linear(8, 2))
draw = torch.Generator().manual_seed(0)
X = torch.randn(200, 4, generator=draw)
frame = pd.DataFrame(X.numpy(), columns=list("abcd"))
frame.assign(label=(frame.a > 0).astype(int)).to_csv("test.csv", index=False)
if variant == "rounding":
    with torch.no_grad():
        net[0].weight *= 1 + 2e-7
torch.save(net, "net.pt")
torch.save(net.state_dict(), "weights.pth")
torch.save({"model": net.state_dict(), "epoch": 3}, "last.ckpt")
torch.save({"half": net[0].weight.detach().half(), "brain": net[0].weight.detach().bfloat16()},
           "narrow.pt")
torch.save({"turned": net[0].weight.detach().T, "row": net[0].weight.detach()[1]}, "views.pt")
torch.jit.script(net).save("scripted.pt")
save_file(net.state_dict(), "net.safetensors", metadata={"made": variant})
"""


@pytest.fixture(scope="module")
def versions(tmp_path_factory: pytest.TempPathFactory) -> Versions:
    return Versions("torch", PROGRAM, tmp_path_factory.mktemp("torch"))


NAMES = ["net.pt", "weights.pth", "last.ckpt", "scripted.pt", "views.pt", "net.safetensors"]


@pytest.mark.parametrize("name", NAMES)
def test_rounding_is_told_from_another_seed(versions: Versions, name: str) -> None:
    assert versions.compare("threads", name).likeness in {Likeness.BYTES, Likeness.CANONICAL}
    assert versions.compare("rounding", name).likeness is Likeness.VALUES
    assert versions.compare("seed", name).likeness is Likeness.DIFFERENT


def test_narrow_numbers_have_a_tolerance_of_their_own(versions: Versions) -> None:
    found = versions.compare("rounding", "narrow.pt")
    assert found.likeness in {Likeness.BYTES, Likeness.VALUES}
    assert versions.compare("seed", "narrow.pt").likeness is Likeness.DIFFERENT


@pytest.mark.parametrize("name", ["net.pt", "scripted.pt"])
def test_a_module_is_asked_what_it_predicts(versions: Versions, name: str) -> None:
    found = versions.compare("rounding", name, predict=True)
    assert "predictions on 200 rows of test.csv differ by" in found.reason


def test_a_tensor_is_told_by_its_name(versions: Versions) -> None:
    assert versions.compare("seed", "weights.pth").reason.startswith("first at 0.weight[0, 0]: ")
