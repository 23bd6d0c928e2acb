# {"reads": ["a.txt"], "writes": ["a.txt"], "as_read": ["a.txt"]}
# mypy: ignore-errors
import os

text = open("a.txt").read()
open("a.txt.tmp", "w").write(text.upper())
os.replace("a.txt.tmp", "a.txt")
