# {"reads": ["many/0", "many/1", "many/2", "many/3", "many/4", "many/5", "many/6", "many/7"], "writes": ["out/0", "out/1", "out/2", "out/3", "out/4", "out/5", "out/6", "out/7"]}
# mypy: ignore-errors
import os
from concurrent.futures import ThreadPoolExecutor

os.mkdir("out")


def copy(number):
    with open(f"many/{number}") as source, open(f"out/{number}", "w") as target:
        target.write(source.read())


with ThreadPoolExecutor(8) as pool:
    list(pool.map(copy, range(8)))
