"""Keras' files, compared with their own files and in their own environment."""

import pytest

from clients.making import Versions
from whence.reproduction.interface import Likeness

PROGRAM = """
import sys
import numpy as np, pandas as pd
variant = sys.argv[1]
seed = int(variant == "seed")
draw = np.random.default_rng(0)
X = pd.DataFrame(draw.normal(size=(200, 5)), columns=list("abcde"))
X.assign(label=(X.a > 0).astype(int)).to_csv("test.csv", index=False)

import keras
keras.utils.set_random_seed(seed)
model = keras.Sequential([keras.layers.Input((5,)), keras.layers.Dense(8, "relu"),
                          keras.layers.Dense(1, "sigmoid")])
if variant == "rounding":
    model.set_weights([each * np.float32(1 + 2e-7) for each in model.get_weights()])
model.save("net.keras"); model.save("net.h5"); model.save_weights("net.weights.h5")
"""


@pytest.fixture(scope="module")
def versions(tmp_path_factory: pytest.TempPathFactory) -> Versions:
    return Versions("torch", PROGRAM, tmp_path_factory.mktemp("keras"))


EXPECTED = {
    # name: made once more
    "net.keras": Likeness.CANONICAL,
    "net.h5": Likeness.BYTES,
    "net.weights.h5": Likeness.BYTES,
}


@pytest.mark.parametrize("name", EXPECTED)
def test_rounding_is_told_from_another_seed(versions: Versions, name: str) -> None:
    assert versions.compare("threads", name).likeness is EXPECTED[name]
    assert versions.compare("rounding", name).likeness is Likeness.VALUES
    found = versions.compare("seed", name)
    assert found.likeness is Likeness.DIFFERENT
    assert found.reason


def test_a_network_is_asked_what_it_predicts(versions: Versions) -> None:
    found = versions.compare("seed", "net.keras", predict=True)
    assert " 200 rows of test.csv" in found.reason
    assert found.detail["predictions"][0]["rows"] == 200
