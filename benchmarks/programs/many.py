"""Reads every file of a folder, 1 KiB each, and says how many seconds that took."""

import os
import sys
import time

started = time.perf_counter()
total = 0
for name in sorted(os.listdir(sys.argv[1])):
    with open(os.path.join(sys.argv[1], name), "rb") as file:
        total += len(file.read())
print(time.perf_counter() - started)
