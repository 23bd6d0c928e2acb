import pickle
import sys
from pathlib import Path

import pandas as pd

model_path, *tables = sys.argv[1:]
with Path(model_path).open("rb") as f:
    model = pickle.load(f)

frames = []
for table in tables:
    df = pd.read_csv(table)
    df["probability"] = model.predict_proba(df[["age", "tenure", "monthly", "calls"]])[:, 1]
    frames.append(df.assign(source=table))
scored = pd.concat(frames)
scored.nlargest(20, "probability").to_excel("top20.xlsx", index=False)
scored.to_parquet("scored.parquet")
