"""Small CNN on folders of arrays."""
import argparse
import json
import logging
from pathlib import Path

import numpy as np
import torch
from torch import nn, optim
from torch.utils.data import DataLoader, Dataset

logging.basicConfig(filename="train.log", level=logging.INFO)
log = logging.getLogger("train")


class Shapes(Dataset):
    def __init__(self, root):
        self.files = sorted(Path(root).glob("*.npy"))

    def __len__(self):
        return len(self.files)

    def __getitem__(self, i):
        image = torch.from_numpy(np.load(self.files[i])).unsqueeze(0)
        return image, int(self.files[i].stem.split("_")[1])


class Net(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(1, width, 3, padding=1), nn.ReLU(), nn.AdaptiveAvgPool2d(2))
        self.head = nn.Linear(width * 4, 2)

    def forward(self, x):
        return self.head(self.features(x).flatten(1))


def evaluate(model, loader, criterion):
    model.eval()
    total, right = 0.0, 0
    with torch.no_grad():
        for x, y in loader:
            out = model(x)
            total += criterion(out, y).item() * len(y)
            right += (out.argmax(1) == y).sum().item()
    return total / len(loader.dataset), right / len(loader.dataset)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--learning-rate", type=float, default=1e-2)
    parser.add_argument("--width", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    torch.manual_seed(args.seed)
    train_loader = DataLoader(Shapes("shapes/train"), batch_size=args.batch_size, shuffle=True)
    val_loader = DataLoader(Shapes("shapes/val"), batch_size=args.batch_size)
    model, criterion = Net(args.width), nn.CrossEntropyLoss(label_smoothing=0.05)
    optimizer = optim.AdamW(model.parameters(), lr=args.learning_rate)
    scheduler = optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=args.epochs)
    best, history = float("inf"), []
    for epoch in range(args.epochs):
        model.train()
        for x, y in train_loader:
            loss = criterion(model(x), y)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
        scheduler.step()
        val_loss, val_acc = evaluate(model, val_loader, criterion)
        history.append({"epoch": epoch, "train_loss": loss.item(), "val_loss": val_loss, "val_acc": val_acc})
        log.info("%s", history[-1])
        if val_loss < best:
            best = val_loss
            torch.save(model.state_dict(), "best.pt")
    print("last loss", loss.item())
    Path("history.json").write_text(json.dumps(history, indent=2))
