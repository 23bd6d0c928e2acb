import random

dice = random.Random(2)
with open("decay.tsv", "w") as out:
    for at in range(50):
        out.write(f"{at / 5}\t{3 * 2.718 ** (-0.4 * at / 5) + 1 + dice.gauss(0, 0.05):.4f}\n")
