# {"reads": ["a.txt"], "writes": ["a.txt", "new.txt"], "as_read": ["a.txt"], "python": {"lost": ["a.txt"]}}
# mypy: ignore-errors
import ctypes

open("a.txt").read()
open("new.txt", "w").write("fresh")
libc = ctypes.CDLL(None)
assert libc.renameat2(-100, b"a.txt", -100, b"new.txt", 2) == 0
