import os

import pandas as pd

os.makedirs("parts")
for part in range(2):
    pd.DataFrame(
        {"order_id": range(50), "quantity": [i % 4 for i in range(50)], "currency": ["EUR", "USD"] * 25, "price_paid": [i * 1.5 for i in range(50)]}
    ).to_csv(f"parts/{part}.csv", index=False)
