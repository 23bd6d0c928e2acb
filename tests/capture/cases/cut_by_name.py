# {"reads": ["a.txt"], "writes": ["a.txt"], "updates": ["a.txt"], "as_read": ["a.txt"]}
# mypy: ignore-errors
import os

os.truncate("a.txt", 2)
