import os

os.environ["KERAS_BACKEND"] = "torch"

import keras
import pandas as pd

keras.utils.set_random_seed(3)
train = pd.read_csv("churn.csv")
x = train.drop(columns="churned").to_numpy("float32")
x = (x - x.mean(0)) / x.std(0)
y = train["churned"].to_numpy()

inputs = keras.Input((4,))
hidden = keras.layers.Dense(8, activation="tanh")(inputs)
outputs = keras.layers.Dense(1, activation="sigmoid")(hidden)
model = keras.Model(inputs, outputs)
model.compile(optimizer=keras.optimizers.SGD(0.2, momentum=0.9), loss="binary_crossentropy", metrics=[keras.metrics.AUC(name="auc")])
history = model.fit(
    x[:300], y[:300],
    validation_data=(x[300:], y[300:]),
    epochs=4,
    verbose=0,
    callbacks=[keras.callbacks.CSVLogger("log.csv"), keras.callbacks.ModelCheckpoint("best.keras", save_best_only=True)],
)
print("val_auc", history.history["val_auc"][-1])
model.save_weights("last.weights.h5")
