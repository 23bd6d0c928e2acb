import random

for name, rows, seed in (("regression.train", 400, 1), ("regression.test", 120, 2)):
    dice = random.Random(seed)
    with open(name, "w") as out:
        for _ in range(rows):
            x = [dice.gauss(0, 1) for _ in range(6)]
            y = x[0] * 2 - x[1] + x[2] * x[3] + dice.gauss(0, 0.3)
            out.write("\t".join(f"{value:.4f}" for value in (y, *x)) + "\n")
