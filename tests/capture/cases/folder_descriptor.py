# {"reads": ["sub/c.txt"], "writes": ["sub/made.txt"], "python": {"miss": ["sub/c.txt"]}}
# mypy: ignore-errors
import os

folder = os.open("sub", os.O_RDONLY | os.O_DIRECTORY)
with os.fdopen(os.open("c.txt", os.O_RDONLY, dir_fd=folder)) as source:
    text = source.read()
with os.fdopen(os.open("made.txt", os.O_WRONLY | os.O_CREAT, dir_fd=folder), "w") as target:
    target.write(text)
