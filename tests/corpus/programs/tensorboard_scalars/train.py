import torch
from torch.utils.tensorboard import SummaryWriter

torch.manual_seed(6)
writer = SummaryWriter("runs/one")
w = torch.zeros(3, requires_grad=True)
x = torch.randn(50, 3)
y = x @ torch.tensor([1.0, -2.0, 0.5])
optimizer = torch.optim.RMSprop([w], lr=0.05)
for step in range(20):
    optimizer.zero_grad()
    loss = ((x @ w - y) ** 2).mean()
    loss.backward()
    optimizer.step()
    writer.add_scalar("Loss/train", loss.item(), step)
writer.add_hparams({"width": 3}, {"hparam/final_loss": loss.item()})
writer.close()
print("last", loss.item())
