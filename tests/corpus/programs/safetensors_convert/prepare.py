import torch
from safetensors.torch import save_file

torch.manual_seed(3)
save_file({"w": torch.randn(8, 8), "b": torch.randn(8)}, "full.safetensors")
