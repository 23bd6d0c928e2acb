from dataclasses import dataclass, fields

import yaml


@dataclass(frozen=True)
class TrainConfig:
    table: str
    model: str = "knn"
    k: int = 5
    metric: str = "euclidean"
    holdout: float = 0.2


def load(path):
    with open(path) as f:
        raw = yaml.safe_load(f)
    known = {field.name for field in fields(TrainConfig)}
    return TrainConfig(**{key: value for key, value in raw.items() if key in known})
