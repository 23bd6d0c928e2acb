import json
import random
from concurrent.futures import ProcessPoolExecutor

random.seed(0)


def estimate(args):
    seed, n = args
    dice = random.Random(seed)
    return sum(dice.random() ** 2 + dice.random() ** 2 < 1 for _ in range(n)) * 4 / n


if __name__ == "__main__":
    with open("plan.json") as f:
        plan = json.load(f)
    with ProcessPoolExecutor(max_workers=plan["workers"]) as pool:
        found = list(pool.map(estimate, [(seed, plan["samples"]) for seed in plan["seeds"]]))
    with open("pi.json", "w") as f:
        json.dump({"pi": sum(found) / len(found)}, f)
