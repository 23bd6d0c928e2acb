# {"reads": ["a.txt", "b.txt"], "writes": ["out.txt", "out2.txt"]}
# mypy: ignore-errors
from pathlib import Path

with open("a.txt") as source, open("out.txt", "w") as target:
    target.write(source.read())
Path("out2.txt").write_bytes(Path("b.txt").read_bytes())
