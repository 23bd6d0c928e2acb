import argparse
import csv
import random
import statistics


def split(args):
    random.seed(args.seed)
    with open(args.table, newline="") as f:
        rows = list(csv.reader(f))
    head, body = rows[0], rows[1:]
    random.shuffle(body)
    cut = int(len(body) * args.fraction)
    for name, part in (("train.csv", body[:cut]), ("test.csv", body[cut:])):
        with open(name, "w", newline="") as f:
            csv.writer(f).writerows([head, *part])


def baseline(args):
    with open(args.train, newline="") as f:
        mean = statistics.fmean(float(row[args.target]) for row in csv.DictReader(f))
    with open(args.test, newline="") as f:
        errors = [abs(float(row[args.target]) - mean) for row in csv.DictReader(f)]
    print("baseline mae", statistics.fmean(errors))
    with open("baseline.txt", "w") as f:
        f.write(f"{statistics.fmean(errors)}\n")


parser = argparse.ArgumentParser()
commands = parser.add_subparsers(dest="command", required=True)
one = commands.add_parser("split")
one.add_argument("table")
one.add_argument("--fraction", type=float, default=0.8)
one.add_argument("--seed", type=int, default=1)
one.set_defaults(call=split)
two = commands.add_parser("baseline")
two.add_argument("train")
two.add_argument("test")
two.add_argument("--target", default="price")
two.set_defaults(call=baseline)
args = parser.parse_args()
args.call(args)
