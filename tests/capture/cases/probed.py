# {"reads": [], "writes": []}
# mypy: ignore-errors
import glob
import os

os.stat("a.txt"), os.access("b.txt", os.R_OK), os.path.exists("in.csv"), os.listdir("sub")
glob.glob("*.txt")
for flags in (os.O_RDONLY, os.O_WRONLY, os.O_CREAT | os.O_EXCL | os.O_WRONLY):
    try:
        os.open("a.txt" if flags & os.O_CREAT else "missing.txt", flags)
    except OSError:
        continue
try:
    os.rename("missing.txt", "b.txt")
except OSError:
    pass
