# {"reads": ["a.txt"], "writes": ["out.txt"], "as_read": ["a.txt"]}
# mypy: ignore-errors
import os

text = open("a.txt").read()
os.remove("a.txt")
open("out.txt", "w").write(text)
