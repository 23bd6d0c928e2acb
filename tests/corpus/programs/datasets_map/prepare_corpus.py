import os

os.environ["HF_HUB_OFFLINE"] = "1"

from datasets import load_dataset, load_from_disk

raw = load_dataset("csv", data_files={"train": "passengers.csv"})["train"]
adults = raw.filter(lambda row: row["age"] is not None and row["age"] >= 18)
cheap = adults.map(lambda row: {"cheap": row["fare"] < 20})
parts = cheap.train_test_split(test_size=0.2, seed=77)
parts["train"].shuffle(seed=78).save_to_disk("adults")
again = load_from_disk("adults")
again.to_csv("adults.csv")
parts["test"].to_json("test.jsonl")
