import logging

import hydra
import pandas as pd
from hydra.utils import to_absolute_path
from omegaconf import DictConfig, OmegaConf
from sklearn.linear_model import LogisticRegression

log = logging.getLogger(__name__)


@hydra.main(version_base=None, config_path="conf", config_name="config")
def main(cfg: DictConfig) -> None:
    log.info(OmegaConf.to_yaml(cfg))
    df = pd.read_csv(to_absolute_path(cfg.data.path))
    train = df.sample(frac=cfg.data.train_fraction, random_state=cfg.seed)
    test = df.drop(train.index)
    model = LogisticRegression(C=cfg.model.C, max_iter=cfg.model.max_iter)
    model.fit(train.drop(columns="churned"), train["churned"])
    acc = model.score(test.drop(columns="churned"), test["churned"])
    log.info("accuracy=%.6f", acc)
    with open(to_absolute_path("result.txt"), "w") as f:
        f.write(f"{acc}\n")


if __name__ == "__main__":
    main()
