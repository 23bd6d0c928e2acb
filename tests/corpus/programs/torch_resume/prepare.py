import torch

torch.manual_seed(1)
torch.save(torch.nn.Linear(8, 2).state_dict(), "pretrained.pt")
torch.save({"x": torch.randn(64, 8), "y": torch.randint(0, 2, (64,))}, "batch.pt")
