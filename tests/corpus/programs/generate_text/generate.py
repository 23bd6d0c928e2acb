import json
import os

os.environ["HF_HUB_OFFLINE"] = "1"

import torch
from transformers import AutoModelForCausalLM

torch.manual_seed(8)
model = AutoModelForCausalLM.from_pretrained("tiny-gpt2")
prompt = torch.tensor([[1, 2, 3]])
out = model.generate(prompt, max_new_tokens=5, do_sample=True, temperature=0.7, top_k=10, pad_token_id=0)
with open("generated.json", "w") as f:
    json.dump(out.tolist(), f)
