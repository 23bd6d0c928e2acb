import click
import numpy as np
import pandas as pd
from sklearn.neighbors import KNeighborsClassifier


@click.command()
@click.argument("table", type=click.Path(exists=True))
@click.option("--neighbors", "-k", default=5, show_default=True, help="How many neighbours vote.")
@click.option("--weights", type=click.Choice(["uniform", "distance"]), default="uniform")
@click.option("--holdout", type=float, default=0.25)
@click.option("--seed", type=int, default=99)
def main(table, neighbors, weights, holdout, seed):
    """Nearest neighbours on TABLE."""
    frame = pd.read_csv(table)
    np.random.seed(seed)
    held = np.random.rand(len(frame)) < holdout
    x, y = frame.drop(columns="species"), frame["species"]
    knn = KNeighborsClassifier(n_neighbors=neighbors, weights=weights).fit(x[~held], y[~held])
    click.echo(f"accuracy {knn.score(x[held], y[held]):.6f}")
    pd.Series(knn.predict(x[held]), name="species").to_csv("predicted.csv", index=False)


if __name__ == "__main__":
    main()
