from dataclasses import replace

from reproduction.conftest import recipe_of
from scratch import Project
from whence.reproduction.interface import Replayed
from whence.reproduction.studio import Studio, as_recorded
from whence.workspace import Workspace

PROGRAM = """
import json, pickle, random
import numpy as np
from numpy.random import default_rng
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import KFold, train_test_split

X = np.arange(600, dtype=float).reshape(200, 3) % 7
y = (X.sum(axis=1) > 8).astype(int)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=5)
folds = [test.tolist() for _, test in KFold(3, shuffle=True, random_state=1).split(X)]
random.seed(3)
np.random.seed(4)
model = RandomForestClassifier(3, max_depth=2, random_state=6).fit(X_train, y_train)
state = np.random.RandomState(9)
json.dump(
    {
        "split": float(X_test.sum()),
        "folds": float(sum(at * (n + 1) for n, fold in enumerate(folds) for at in fold)),
        "random": random.random(),
        "own": random.Random(8).random(),
        "numpy": np.random.rand(),
        "generator": default_rng(2).random(),
        "state": state.rand(),
        "forest": float(model.estimators_[0].random_state),
        "parameter": model.random_state,
        "is": isinstance(pickle.loads(pickle.dumps(state)), np.random.RandomState),
    },
    open("metrics.json", "w"),
)
"""

KEPT = {"split", "folds", "parameter"}


def test_seeds_of_a_training_move_and_those_that_pick_rows_stay(
    project: Project, workspace: Workspace
) -> None:
    project.write("program.py", PROGRAM)
    recorded = project.python("program.py")
    replay = as_recorded(recipe_of(workspace, recorded["id"]))
    with Studio(workspace) as studio:
        first, second, again = (
            studio.perform(replace(replay, reseed=number)) for number in (1, 2, 1)
        )

    moved = {"random", "own", "numpy", "generator", "state", "forest"}
    before = {name: recorded["metrics"][name] for name in moved | KEPT}
    for one in (first, second):
        assert values(one, KEPT) == {name: before[name] for name in KEPT}
        assert not {name for name in moved if one.metrics[name] == before[name]}
    assert first.outputs == again.outputs
    assert not {name for name in moved if first.metrics[name] == second.metrics[name]}

    told = project.ask("show", first.run or "")["reproduction"]
    assert told["reseed"] == 1
    assert told["moved"] == ["numpy", "numpy.RandomState", "numpy.default_rng", "random"]


def values(replayed: Replayed, names: set[str]) -> dict[str, float]:
    return {name: replayed.metrics[name] for name in names}
