import sys

import pandas as pd

df = pd.read_csv(sys.argv[1])
df["area_per_room"] = df["area"] / df["rooms"]
df.to_csv(sys.argv[2], index=False)
