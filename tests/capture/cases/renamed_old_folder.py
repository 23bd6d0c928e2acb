# {"reads": ["sub/c.txt", "sub/d.txt"], "writes": ["moved/c.txt", "moved/d.txt"], "as_read": ["sub/c.txt", "sub/d.txt"]}
# mypy: ignore-errors
import os

open("sub/c.txt").read()
os.rename("sub", "moved")
