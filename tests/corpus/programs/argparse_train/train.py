"""Train a regressor.  python train.py --data houses.csv --lr 0.05"""
import argparse
import json
import pickle
from pathlib import Path

import pandas as pd
from sklearn.linear_model import SGDRegressor
from sklearn.metrics import r2_score
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler


def get_args():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("runs/exp1"))
    parser.add_argument("--lr", type=float, default=0.01, help="initial learning rate")
    parser.add_argument("--epochs", type=int, default=50)
    parser.add_argument("--penalty", choices=["l1", "l2"], default="l2")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--verbose", action="store_true")
    return parser.parse_args()


def main():
    args = get_args()
    args.out.mkdir(parents=True, exist_ok=True)
    df = pd.read_csv(args.data)
    x_train, x_test, y_train, y_test = train_test_split(
        df.drop(columns="price"), df["price"], random_state=args.seed
    )
    scaler = StandardScaler().fit(x_train)
    model = SGDRegressor(eta0=args.lr, max_iter=args.epochs, penalty=args.penalty, random_state=args.seed, tol=None)
    model.fit(scaler.transform(x_train), y_train)
    r2 = r2_score(y_test, model.predict(scaler.transform(x_test)))
    print(f"r2: {r2:.6f}")
    with open(args.out / "model.pkl", "wb") as f:
        pickle.dump((scaler, model), f)
    (args.out / "metrics.json").write_text(json.dumps({"r2": r2}))


if __name__ == "__main__":
    main()
