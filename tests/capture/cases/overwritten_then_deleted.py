# {"reads": [], "writes": []}
# mypy: ignore-errors
import os

open("a.txt", "w").write("new")
os.remove("a.txt")
