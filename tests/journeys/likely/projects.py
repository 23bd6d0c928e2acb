"""Three small projects as people have them, and data for them: what the cases are planted in."""

from random import Random

LOANS = {
    "train.py": '''\
"""Learn who pays back: a perceptron in plain Python."""

import argparse
import json
import os
import pickle

from tinystats import scale

from lender.features import features
from lender.loss import step
from lender.table import read


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--note", default="")
    return parser.parse_args()


def fit(rows, config, args, start, shrink):
    weights = list(start)
    for _ in range(args.epochs):
        for values, label in rows:
            guess = sum(w * v for w, v in zip(weights, values))
            for at, value in enumerate(values):
                weights[at] += step(label - guess, config["rate"]) * value - shrink * weights[at]
    return weights


def accuracy(weights, rows):
    right = 0
    for values, label in rows:
        guess = sum(w * v for w, v in zip(weights, values))
        right += (guess > 0.5) == bool(label)
    return right / len(rows)


def explain(weights):
    for at, weight in enumerate(weights):
        print("weight", at, weight)


def main():
    args = arguments()
    with open("config.json") as file:
        config = json.load(file)
    with open("models/base.pkl", "rb") as file:
        start = pickle.load(file)
    shrink = float(os.environ.get("SHRINK", "0"))
    train = sorted(read("data/train.csv"))
    import random

    random.seed(args.seed)
    random.shuffle(train)
    rows = [(scale(features(row)), row[-1]) for row in train]
    weights = fit(rows, config, args, start, shrink)
    tested = [(scale(features(row)), row[-1]) for row in read("data/test.csv")]
    with open("models/loans.pkl", "wb") as file:
        pickle.dump(weights, file)
    with open("metrics.json", "w") as file:
        json.dump({"accuracy": accuracy(weights, tested)}, file)


if __name__ == "__main__":
    main()
''',
    "lender/__init__.py": "",
    "lender/features.py": '''\
"""Numbers of a loan that the model learns from."""


def features(row):
    amount, income, age, _ = row
    return [1.0, amount / (income + 1), age / 50]


def features_of_old(row):
    amount, income, age, _ = row
    return [amount, income]
''',
    "lender/loss.py": '''\
"""How far each error moves the weights."""


def step(error, rate, most=1.0):
    if error > most:
        return rate * most
    return rate * error


def step_of_old(error):
    return error * 0.5
''',
    "lender/table.py": '''\
"""Tables as lists of numbers."""


def read(path):
    with open(path) as file:
        lines = file.read().split()[1:]
    return [tuple(float(each) for each in line.split(",")) for line in lines]
''',
    "lender/spare.py": "def spare():\n    return 1\n",
    "config.json": '{"rate": 0.05, "comment_of_old": 1}\n',
    "lib/site-packages/tinystats/__init__.py": (
        "from tinymath import mean\n\n\ndef scale(values):\n"
        "    return [each / (1 + abs(mean(values))) for each in values]\n"
    ),
    "lib/site-packages/tinymath/__init__.py": (
        "def mean(values):\n    return sum(values) / len(values)\n"
    ),
    "lib/site-packages/tinyplot/__init__.py": "def plot(values):\n    return values\n",
}

FLOWERS = {
    "train.py": '''\
import json

import joblib
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split


def load(path):
    table = pd.read_csv(path)
    return table[["length", "width"]], table["kind"]


def build():
    return RandomForestClassifier(n_estimators=5, max_depth=3, random_state=7, n_jobs=1)


def report(model):
    """Never called."""
    return model.feature_importances_


X, y = load("data/flowers.csv")
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=3)
model = build().fit(X_train, y_train)
score = accuracy_score(y_test, model.predict(X_test))
joblib.dump(model, "models/flowers.joblib")
json.dump({"accuracy": score}, open("metrics.json", "w"))
''',
}

HOUSES = {
    "prepare.py": """\
import csv

LARGEST = 400


def wanted(row):
    return 10 < float(row["area"]) < LARGEST


with open("data/raw.csv") as file:
    rows = [row for row in csv.DictReader(file) if wanted(row)]
with open("data/clean.csv", "w", newline="") as file:
    writer = csv.DictWriter(file, ["area", "price"])
    writer.writeheader()
    writer.writerows({name: row[name] for name in ("area", "price")} for row in rows)
""",
    "train.py": """\
import csv
import json
import pickle


def slope(rows):
    return sum(p * a for a, p in rows) / sum(a * a for a, _ in rows)


with open("data/clean.csv") as file:
    rows = [(float(row["area"]), float(row["price"])) for row in csv.DictReader(file)]
with open("models/houses.pkl", "wb") as file:
    pickle.dump({"slope": slope(rows)}, file)
""",
    "evaluate.py": """\
import csv
import json
import pickle


def error(model, rows):
    return sum(abs(model["slope"] * a - p) for a, p in rows) / len(rows)


with open("models/houses.pkl", "rb") as file:
    model = pickle.load(file)
with open("data/holdout.csv") as file:
    rows = [(float(row["area"]), float(row["price"])) for row in csv.DictReader(file)]
with open("reports/metrics.json", "w") as file:
    json.dump({"error": error(model, rows)}, file)
""",
    "round.py": """\
import csv

with open("data/raw.csv") as file:
    rows = list(csv.reader(file))
with open("data/raw.csv", "w", newline="") as file:
    csv.writer(file).writerows([rows[0], *([a, str(round(float(p), -1))] for a, p in rows[1:])])
""",
}


def loans(seed: int, count: int) -> str:
    """Rows of loans."""
    draw = Random(seed)
    lines = ["amount,income,age,paid"]
    for _ in range(count):
        amount, income, age = draw.randint(1, 90), draw.randint(10, 90), draw.randint(20, 70)
        paid = int(income + draw.gauss(0, 15) > amount)
        lines.append(f"{amount},{income},{age},{paid}")
    return "\n".join(lines) + "\n"


def flowers(count: int = 160) -> str:
    """Rows of flowers; nothing looks at the column ``shelf``."""
    draw = Random(5)
    lines = ["length,width,shelf,kind"]
    for at in range(count):
        kind = at % 2
        length, width = draw.gauss(5 + kind, 1), draw.gauss(3 - kind, 1)
        lines.append(f"{length:.2f},{width:.2f},{at % 9},{kind}")
    return "\n".join(lines) + "\n"


def houses(seed: int, count: int = 120) -> str:
    """Rows of houses, some of them absurd."""
    draw = Random(seed)
    lines = ["area,price"]
    for at in range(count):
        area = draw.uniform(20, 300) * (5 if at % 15 == 0 else 1)
        lines.append(f"{area:.1f},{area * 3 + draw.gauss(0, 40):.1f}")
    return "\n".join(lines) + "\n"
