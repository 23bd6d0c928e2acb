"""Hugging Face datasets: where tables came from, what was made of them, where they went."""

from pathlib import Path
from typing import Any

PROGRAM = """
import json
from datasets import Dataset, concatenate_datasets, load_dataset, load_from_disk
with open("rows.jsonl", "w") as file:
    for number in range(20):
        file.write(json.dumps({"x": number, "y": number % 2}) + "\\n")
whole = load_dataset("json", data_files="rows.jsonl")["train"]
mapped = whole.map(lambda row: {"z": row["x"] + 1})
parts = mapped.filter(lambda row: row["x"] > 1).train_test_split(test_size=0.25, seed=7)
both = concatenate_datasets([parts["train"], parts["test"]])
parts["train"].save_to_disk("saved")
again = load_from_disk("saved")
again.to_parquet("out.parquet")
frame = again.to_pandas()
print(mapped._fingerprint, parts["train"]._fingerprint, len(frame))
"""


def test_tables_are_followed_from_file_to_file(train: Any) -> None:
    found = train(PROGRAM)
    made = {each["how"]: each for each in found.all("derived")}
    read = [each for each in found.all("read") if each["by"] == "load_dataset"]
    assert [Path(each["location"]).name for each in read] == ["rows.jsonl"]
    assert made["map"]["of"] == [read[0]["n"]]
    assert made["filter"]["of"] == [made["map"]["n"]]
    train_part, test_part = made["train_test_split[train]"], made["train_test_split[test]"]
    assert (train_part["split"], test_part["split"]) == ("train", "test")
    assert train_part["of"] == test_part["of"] == [made["filter"]["n"]]
    assert (train_part["rows"], test_part["rows"]) == (13, 5)
    assert made["concatenate_datasets"]["of"] == [train_part["n"], test_part["n"]]
    written = {Path(each["location"]).name: each["n"] for each in found.all("write")}
    assert written["data-00000-of-00001.arrow"] == train_part["n"]
    loaded = {each["n"] for each in found.all("read") if each["by"] == "load_from_disk"}
    assert loaded == {written["out.parquet"]}
    assert made["Dataset.to_pandas"]["of"] == list(loaded)


def test_the_librarys_own_fingerprints_stay_what_they_are(train: Any) -> None:
    train(
        "import torch\n"
        "from datasets import Dataset\n"
        "table = Dataset.from_dict({'a': list(range(10))})\n"
        "def change(row):\n"
        "    return {'b': torch.tensor(row['a']).item()}\n"
        "print(table.map(change)._fingerprint, table.shuffle(seed=1)._fingerprint)\n",
        env={"HF_DATASETS_DISABLE_PROGRESS_BARS": "1"},
        compare=True,
    )


def test_columns_rows_and_fingerprint_are_told(train: Any) -> None:
    found = train(PROGRAM)
    told = found.stdout.split()
    objects = {each.get("fingerprint"): each for each in found.all("object")}
    mapped = objects[told[0]]
    assert mapped["columns"] == ["x", "y", "z"]
    assert mapped["shape"] == [20, 3]
    assert mapped["schema"] == {"x": "int64", "y": "int64", "z": "int64"}


def test_settings_of_splits_and_shuffles_without_a_seed(train: Any) -> None:
    found = train(
        "from datasets import Dataset\n"
        "table = Dataset.from_dict({'a': list(range(10))})\n"
        "table.shuffle(seed=3)\n"
        "table.train_test_split(test_size=2)\n"
    )
    told = {each["owner"]: each["values"] for each in found.all("parameters")}
    assert told["Dataset.shuffle"] == {"seed": 3}
    assert told["Dataset.train_test_split"] == {"test_size": 2}
    # Without a seed, datasets takes one from numpy's global generator.
    assert [each["name"] for each in found.all("random")] == ["numpy"]


def test_a_dictionary_of_splits(train: Any) -> None:
    found = train(
        "from datasets import Dataset, DatasetDict, load_from_disk\n"
        "table = Dataset.from_dict({'a': list(range(10))})\n"
        "parts = table.train_test_split(test_size=2, seed=1)\n"
        "parts = parts.map(lambda row: {'b': row['a']})\n"
        "parts.save_to_disk('both')\n"
        "print(list(load_from_disk('both')))\n"
    )
    assert found.stdout == "['train', 'test']\n"
    written = {each["location"].split("/both/")[-1] for each in found.all("write")}
    assert {"dataset_dict.json", "train/state.json", "test/state.json"} <= written
    read = {each["location"].split("/both/")[-1] for each in found.all("read")}
    assert {"train/data-00000-of-00001.arrow", "test/data-00000-of-00001.arrow"} <= read
