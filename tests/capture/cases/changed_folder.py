# {"reads": ["sub/c.txt", "a.txt"], "writes": ["sub/made.txt", "top.txt"]}
# mypy: ignore-errors
import os

os.chdir("sub")
open("made.txt", "w").write(open("c.txt").read())
open("../top.txt", "w").write(open("./../a.txt").read())
