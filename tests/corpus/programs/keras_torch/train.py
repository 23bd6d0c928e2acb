import os

os.environ["KERAS_BACKEND"] = "torch"

import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(812)
data = np.load("digits.npz")
x, y = data["x"], data["y"]

model = keras.Sequential([
    keras.Input(shape=(16,)),
    layers.Dense(32, activation="relu"),
    layers.Dropout(0.2),
    layers.Dense(4, activation="softmax"),
])
model.compile(
    optimizer=keras.optimizers.Adam(learning_rate=0.01),
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
)
history = model.fit(x[:240], y[:240], batch_size=40, epochs=3, validation_split=0.25, verbose=0)
test_loss, test_acc = model.evaluate(x[240:], y[240:], verbose=0)
print("val_loss:", history.history["val_loss"][-1])
print("accuracy:", history.history["accuracy"][-1])
print("test loss:", test_loss)
model.save("model.keras")
