import argparse

import torch
from torch import nn

parser = argparse.ArgumentParser()
parser.add_argument("--resume", default="pretrained.pt")
parser.add_argument("--steps", type=int, default=10)
args = parser.parse_args()

torch.manual_seed(21)
model = nn.Linear(8, 2)
model.load_state_dict(torch.load(args.resume))
for p in model.parameters():
    p.requires_grad = True
data = torch.load("batch.pt")
opt = torch.optim.AdamW(model.parameters(), lr=3e-4, betas=(0.9, 0.95))
for step in range(args.steps):
    loss = nn.functional.cross_entropy(model(data["x"]), data["y"])
    opt.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    opt.step()
print("loss:", round(loss.item(), 8))
torch.save(model.state_dict(), "finetuned.pt")
scripted = torch.jit.script(model)
scripted.save("finetuned_scripted.pt")
