"""Keras, here on PyTorch, as programs use it."""

from typing import Any

MADE = """
import numpy as np
import keras
keras.utils.set_random_seed(3)
X = np.random.default_rng(0).random((120, 4)).astype("float32")
y = (X[:, 0] > 0.5).astype("float32")
X_train, X_test, y_train, y_test = X[:80].copy(), X[80:].copy(), y[:80].copy(), y[80:].copy()
model = keras.Sequential([
    keras.layers.Input((4,)), keras.layers.Dense(8, activation="relu"),
    keras.layers.Dropout(0.2), keras.layers.Dense(1, activation="sigmoid"),
])
"""
COMPILED = (
    MADE + "model.compile(keras.optimizers.Adam(learning_rate=0.01), 'binary_crossentropy',"
    " metrics=['accuracy'])\n"
)
ON_TORCH = {"KERAS_BACKEND": "torch"}


def parameters(found: Any) -> dict[str, dict[str, Any]]:
    return {each["owner"]: each for each in found.all("parameters")}


def test_a_training_from_compile_to_file(train: Any) -> None:
    found = train(
        COMPILED + "h = model.fit(X_train, y_train, epochs=3, batch_size=16, verbose=2,"
        " validation_data=(X_test, y_test), callbacks=[keras.callbacks.EarlyStopping(patience=2),"
        " keras.callbacks.ModelCheckpoint('c.keras')])\n"
        "print(h.history)\nprint(model.evaluate(X_test, y_test, verbose=0))\n"
        "model.save('m.keras')\nn = keras.models.load_model('m.keras')\n"
        "print(n.predict(X_test, verbose=0)[0])\n",
        env=ON_TORCH,
        compare=False,  # it prints how long each step took
    )
    told = parameters(found)
    assert told["Adam"]["values"]["learning_rate"] == 0.01
    assert "learning_rate" not in told["Adam"]["defaults"]
    assert told["keras.compile"]["values"]["loss"] == "binary_crossentropy"
    assert told["keras.fit"]["values"]["batch_size"] == 16
    assert told["EarlyStopping"]["values"]["patience"] == 2
    losses = [each["value"] for each in found.all("metric") if each["name"] == "val_loss"]
    assert str(losses) in found.stdout
    ((_, tested),) = [
        (each["name"], each["value"])
        for each in found.all("metric")
        if each["name"] == "loss" and each["on"] == "X_test"
    ]
    assert f"[{tested}, " in found.stdout
    fit, evaluated, predicted = (
        each for each in found.all("step") if each["kind"] in {"fit", "evaluate", "predict"}
    )
    names = {each["n"]: each["name"] for each in found.all("object") if each["name"]}
    assert {role: names[number] for role, number in fit["inputs"].items()} == {
        "X": "X_train",
        "y": "y_train",
        "validation": "X_test",
        "validation_y": "y_test",
    }
    assert evaluated["model"] == fit["model"]
    written = [(each["location"].rsplit("/")[-1], each["n"]) for each in found.all("write")]
    assert set(written) == {("c.keras", fit["model"]), ("m.keras", fit["model"])}
    read = found.one("read")
    assert read["n"] == predicted["model"] != fit["model"]
    facts = next(each for each in found.all("object") if each["n"] == read["n"])
    assert (facts["class"], facts["size"], facts["backend"]) == ("Sequential", 49, "torch")
    assert facts["layers"][0] == "Dense(units=8, activation=relu)"


def test_seeds_of_all_that_is_seeded(train: Any) -> None:
    found = train(MADE, env=ON_TORCH, compare=True)
    seeds = {each["name"]: each["value"] for each in found.all("seed")}
    assert {"keras": 3, "random": 3, "numpy": 3, "torch": 3}.items() <= seeds.items()
    assert [each for each in found.all("random") if each["name"] == "keras"] == []


def test_a_model_that_starts_from_nothing_known(train: Any) -> None:
    found = train(MADE.replace("keras.utils.set_random_seed(3)", ""), env=ON_TORCH)
    assert [each["seeded"] for each in found.all("random") if each["name"] == "keras"] == [False]


def test_a_model_from_a_seed_of_pythons(train: Any) -> None:
    seeded = MADE.replace("keras.utils.set_random_seed(3)", "import random; random.seed(3)")
    found = train(seeded, env=ON_TORCH)
    assert [each for each in found.all("random") if each["name"] == "keras"] == []


def test_batches_of_the_programs_own(train: Any) -> None:
    found = train(
        COMPILED + "for i in range(4):\n"
        "    print(model.train_on_batch(X_train[:16], y_train[:16]))\n"
        "model.save_weights('w.weights.h5')\nmodel.load_weights('w.weights.h5')\n",
        env=ON_TORCH,
        compare=True,
    )
    told = [each for each in found.all("metric") if each["name"] == "loss"]
    assert [each["step"] for each in told] == [0, 1, 2, 3]
    assert f"[{told[-1]['value']}, " in found.stdout
    (step,) = [each for each in found.all("step") if each["by"].endswith("train_on_batch")]
    assert found.one("write")["n"] == found.one("read")["n"] == step["model"]


def test_a_schedule_is_told_with_what_steers_it(train: Any) -> None:
    found = train(
        MADE + "rate = keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.9)\n"
        "model.compile(keras.optimizers.SGD(rate, momentum=0.9), keras.losses.Huber())\n",
        env=ON_TORCH,
        compare=True,
    )
    values = parameters(found)["SGD"]["values"]
    assert values["learning_rate"] == "ExponentialDecay"
    assert values["learning_rate.initial_learning_rate"] == 0.1
    assert parameters(found)["keras.compile"]["values"]["loss"] == "Huber"
