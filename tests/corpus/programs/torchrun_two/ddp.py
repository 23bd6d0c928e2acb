import os

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, TensorDataset
from torch.utils.data.distributed import DistributedSampler

dist.init_process_group("gloo")
rank = dist.get_rank()
torch.manual_seed(50)
table = torch.load("table.pt")
dataset = TensorDataset(table["x"], table["y"])
sampler = DistributedSampler(dataset, seed=51)
loader = DataLoader(dataset, batch_size=10, sampler=sampler)
model = DistributedDataParallel(nn.Linear(4, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.03)
for epoch in range(2):
    sampler.set_epoch(epoch)
    for x, y in loader:
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(x), y)
        loss.backward()
        optimizer.step()
if rank == 0:
    print("loss", loss.item())
    torch.save(model.module.state_dict(), "ddp.pt")
dist.destroy_process_group()
