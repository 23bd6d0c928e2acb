"""A script as short as they come that imports no framework: reads a table, writes its sums."""

import csv
import json
import sys

with open(sys.argv[1], newline="") as file:
    rows = list(csv.DictReader(file))
sums = {name: sum(float(row[name]) for row in rows) for name in rows[0]}
with open("sums.json", "w") as file:
    json.dump(sums, file)
