import numpy as np

dice = np.random.default_rng(0)
y = dice.integers(0, 4, 300)
np.savez("digits.npz", x=(dice.normal(size=(300, 16)) + y[:, None]).astype("float32"), y=y)
