import pandas as pd
import torch
from torch import nn

torch.manual_seed(0)
df = pd.read_csv("houses.csv")
X = torch.tensor(df[["area", "rooms", "age"]].values, dtype=torch.float32)
y = torch.tensor(df["price"].values, dtype=torch.float32).unsqueeze(1)
X = (X - X.mean(0)) / X.std(0)
y = (y - y.mean()) / y.std()

model = nn.Sequential(nn.Linear(3, 16), nn.ReLU(), nn.Linear(16, 1))
criterion = nn.MSELoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.02, weight_decay=1e-5)

for epoch in range(40):
    optimizer.zero_grad()
    loss = criterion(model(X), y)
    loss.backward()
    optimizer.step()
print(f"final loss {loss.item():.8f}")
torch.save(model.state_dict(), "model.pth")
