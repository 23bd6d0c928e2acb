import sys

import torch
from safetensors.torch import load_file, save_file

source, target = sys.argv[1:3]
state = load_file(source)
half = {name: tensor.to(torch.float16).contiguous() for name, tensor in state.items()}
save_file(half, target, metadata={"format": "pt"})
