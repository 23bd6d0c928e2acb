import lightning as L
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class LitRegressor(L.LightningModule):
    def __init__(self, hidden=8, lr=0.05):
        super().__init__()
        self.save_hyperparameters()
        self.net = nn.Sequential(nn.Linear(4, hidden), nn.Tanh(), nn.Linear(hidden, 1))

    def training_step(self, batch, batch_idx):
        x, y = batch
        loss = nn.functional.mse_loss(self.net(x), y)
        self.log("train_loss", loss, on_epoch=True, on_step=False)
        return loss

    def validation_step(self, batch, batch_idx):
        x, y = batch
        self.log("val_loss", nn.functional.mse_loss(self.net(x), y))

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=self.hparams.lr)


L.seed_everything(123)
table = torch.load("table.pt")
train = DataLoader(TensorDataset(table["x"][:80], table["y"][:80]), batch_size=16, shuffle=True)
val = DataLoader(TensorDataset(table["x"][80:], table["y"][80:]), batch_size=16)
trainer = L.Trainer(
    max_epochs=3, accelerator="cpu", logger=False, enable_checkpointing=False, enable_progress_bar=False, enable_model_summary=False
)
model = LitRegressor(hidden=12)
trainer.fit(model, train, val)
print("val_loss:", trainer.callback_metrics["val_loss"].item())
trainer.save_checkpoint("final.ckpt")
