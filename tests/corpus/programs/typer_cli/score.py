from enum import Enum
from pathlib import Path

import pandas as pd
import typer
from typing_extensions import Annotated


class Model(str, Enum):
    linear = "linear"
    tree = "tree"


def main(
    table: Path,
    model: Model = Model.linear,
    depth: Annotated[int, typer.Option(help="only for trees")] = 3,
    shuffle: bool = True,
):
    from sklearn.linear_model import LinearRegression
    from sklearn.tree import DecisionTreeRegressor

    df = pd.read_csv(table)
    est = DecisionTreeRegressor(max_depth=depth, random_state=0) if model is Model.tree else LinearRegression()
    est.fit(df.drop(columns="price"), df["price"])
    typer.echo(f"fit {est.score(df.drop(columns='price'), df['price']):.6f}")
    Path("out.txt").write_text(repr(est))


if __name__ == "__main__":
    typer.run(main)
