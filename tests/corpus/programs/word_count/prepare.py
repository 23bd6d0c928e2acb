import gzip
import random

dice = random.Random(6)
words = "the of and model data line tree river stone light under over again".split()
with gzip.open("book.txt.gz", "wt") as book:
    for _ in range(300):
        book.write(" ".join(dice.choices(words, k=12)) + "\n")
