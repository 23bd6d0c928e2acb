# {"reads": ["a.txt"], "writes": ["final.txt"]}
# mypy: ignore-errors
import os

open(".part", "w").write(open("a.txt").read())
os.rename(".part", "final.txt")
