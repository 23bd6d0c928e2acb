# {"reads": ["a.txt", "b.txt"], "writes": ["w1", "w2"], "status": 3}
# mypy: ignore-errors
import os

if os.fork() == 0:
    with open("w1", "w") as target:
        target.write(open("a.txt").read())
    os._exit(0)
os.wait()
with open("w2", "w") as target:
    target.write(open("b.txt").read())
os._exit(3)
