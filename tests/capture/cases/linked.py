# {"reads": ["a.txt"], "writes": ["same.txt"]}
# mypy: ignore-errors
import os

os.link("a.txt", "same.txt")
