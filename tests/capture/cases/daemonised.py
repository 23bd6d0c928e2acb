# {"reads": ["a.txt"], "writes": ["late.txt"]}
# mypy: ignore-errors
import os
import time

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.closerange(0, 256)
        time.sleep(0.3)
        text = open("a.txt").read()
        open("late.txt", "w").write(text)
    os._exit(0)
