# {"reads": ["in.npy", "in.raw"], "writes": ["out.npy", "out.npz", "out.raw"], "needs": "numpy"}
# mypy: ignore-errors
import numpy as np

whole, mapped = np.load("in.npy"), np.load("in.npy", mmap_mode="r")
raw = np.fromfile("in.raw")
np.save("out.npy", whole + mapped)
np.savez("out.npz", a=raw)
raw.tofile("out.raw")
