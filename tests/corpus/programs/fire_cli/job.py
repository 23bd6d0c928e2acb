import json

import fire
import pandas as pd


class Job:
    """python job.py summarize --path=orders.csv --column=quantity"""

    def summarize(self, path, column="quantity", quantile=0.9, top=3):
        df = pd.read_csv(path)
        summary = {
            "mean": float(df[column].mean()),
            "quantile": float(df[column].quantile(quantile)),
            "top": df[column].nlargest(top).tolist(),
        }
        with open("summary.json", "w") as f:
            json.dump(summary, f)
        return summary


if __name__ == "__main__":
    fire.Fire(Job)
