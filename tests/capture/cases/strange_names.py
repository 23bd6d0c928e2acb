# {"reads": ["new\nline\ttab", "b\udcff\udcfe", "quote\"\\n"], "writes": ["out\n\udcff"]}
# mypy: ignore-errors
import os

parts = [open(name, "rb").read() for name in ("new\nline\ttab", b"b\xff\xfe", 'quote"\\n')]
with open(b"out\n\xff", "wb") as target:
    target.write(b"".join(parts))
os.stat(b"out\n\xff")
