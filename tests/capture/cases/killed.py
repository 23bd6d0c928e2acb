# {"reads": ["a.txt"], "writes": ["out.txt"], "signal": 9}
# mypy: ignore-errors
import os

open("out.txt", "w").write(open("a.txt").read())
os.kill(os.getpid(), 9)
