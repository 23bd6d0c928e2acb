# {"reads": [], "writes": []}
# mypy: ignore-errors
import os
import pathlib

os.utime("a.txt", (1, 1))
pathlib.Path("b.txt").touch()
os.chmod("in.csv", 0o600)
os.utime("in.csv")
