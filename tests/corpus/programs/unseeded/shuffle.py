import random

import numpy as np

with open("reviews.jsonl") as f:
    lines = f.readlines()
random.shuffle(lines)
keep = np.random.rand(len(lines)) < 0.9
with open("shuffled.jsonl", "w") as f:
    f.writelines(line for line, kept in zip(lines, keep) if kept)
