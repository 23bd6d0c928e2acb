import torch
from accelerate import Accelerator
from accelerate.utils import set_seed
from torch.utils.data import DataLoader, TensorDataset

set_seed(44)
accelerator = Accelerator(cpu=True, gradient_accumulation_steps=2)
table = torch.load("table.pt")
loader = DataLoader(TensorDataset(table["x"], table["y"]), batch_size=20, shuffle=True)
model = torch.nn.Linear(4, 1)
optimizer = torch.optim.Adagrad(model.parameters(), lr=0.25)
model, optimizer, loader = accelerator.prepare(model, optimizer, loader)
for epoch in range(3):
    for x, y in loader:
        with accelerator.accumulate(model):
            loss = torch.nn.functional.l1_loss(model(x), y)
            accelerator.backward(loss)
            optimizer.step()
            optimizer.zero_grad()
print("epochs done")
accelerator.save_state("state")
torch.save(accelerator.unwrap_model(model).state_dict(), "linear.pt")
