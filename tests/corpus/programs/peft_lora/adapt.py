import os

os.environ["HF_HUB_OFFLINE"] = "1"

import torch
from peft import LoraConfig, TaskType, get_peft_model
from transformers import AutoModelForCausalLM, set_seed

set_seed(31)
base = AutoModelForCausalLM.from_pretrained("tiny-gpt2")
config = LoraConfig(task_type=TaskType.CAUSAL_LM, r=4, lora_alpha=16, lora_dropout=0.05, target_modules=["c_attn"])
model = get_peft_model(base, config)
model.print_trainable_parameters()

tokens = torch.load("tokens.pt")
optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=1e-3)
model.train()
for step in range(6):
    out = model(input_ids=tokens, labels=tokens)
    out.loss.backward()
    optimizer.step()
    optimizer.zero_grad()
print("loss", out.loss.item())
model.save_pretrained("adapter")
merged = model.merge_and_unload()
merged.save_pretrained("merged")
