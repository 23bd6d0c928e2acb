"""A model learns which flights arrive late."""

import argparse

import joblib
import pandas as pd
import yaml
from sklearn.ensemble import HistGradientBoostingClassifier

parser = argparse.ArgumentParser()
parser.add_argument("--learning-rate", type=float, default=0.1)
arguments = parser.parse_args()

with open("config.yaml") as file:
    config = yaml.safe_load(file)

table = pd.read_parquet("data/features.parquet")
past = table[table["month"] <= config["split"]["last_month"]]

model = HistGradientBoostingClassifier(
    learning_rate=arguments.learning_rate,
    max_iter=config["model"]["iterations"],
    max_leaf_nodes=config["model"]["leaves"],
    random_state=config["model"]["seed"],
)
model.fit(past.drop(columns="late"), past["late"])
joblib.dump(model, "models/delay.joblib")
print(f"trained on {len(past):,} flights up to month {config['split']['last_month']}")
