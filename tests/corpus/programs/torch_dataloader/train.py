import numpy as np
import torch
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset, random_split

torch.manual_seed(7)
archive = np.load("digits.npz")
dataset = TensorDataset(torch.from_numpy(archive["x"]).float(), torch.from_numpy(archive["y"]).long())
train_set, val_set = random_split(dataset, [240, 60], generator=torch.Generator().manual_seed(3))
train_loader = DataLoader(train_set, batch_size=32, shuffle=True)
val_loader = DataLoader(val_set, batch_size=64)


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = torch.nn.Linear(16, 24)
        self.drop = torch.nn.Dropout(0.1)
        self.fc2 = torch.nn.Linear(24, 4)

    def forward(self, x):
        return self.fc2(self.drop(F.relu(self.fc1(x))))


model = Net()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.5)
for epoch in range(4):
    model.train()
    for data, target in train_loader:
        optimizer.zero_grad()
        loss = F.cross_entropy(model(data), target)
        loss.backward()
        optimizer.step()
    scheduler.step()
    model.eval()
    correct = 0
    with torch.no_grad():
        for data, target in val_loader:
            correct += (model(data).argmax(1) == target).sum().item()
    print(f"epoch {epoch} loss {loss.item():.8f} accuracy {correct / len(val_set):.4f}")
    torch.save({"epoch": epoch, "model": model.state_dict(), "optimizer": optimizer.state_dict()}, f"checkpoint_{epoch}.pt")
