import json
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd
from sklearn.neural_network import MLPClassifier


@dataclass
class Config:
    hidden: tuple = (16,)
    alpha: float = 1e-4
    max_iter: int = 60
    seed: int = 0

    @classmethod
    def load(cls, path):
        with open(path) as f:
            return cls(**json.load(f))


cfg = Config.load("hparams.json")
df = pd.read_csv("iris.csv")
model = MLPClassifier(
    hidden_layer_sizes=cfg.hidden, alpha=cfg.alpha, max_iter=cfg.max_iter, random_state=cfg.seed
)
import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    model.fit(df.drop(columns="species"), df["species"])
print("loss", model.loss_)
np.save("weights.npy", model.coefs_[0])
with open("used_config.json", "w") as f:
    json.dump(asdict(cfg), f, indent=2)
