# {"reads": ["pkg/__init__.py", "pkg/part.py"], "writes": []}
# mypy: ignore-errors
import pkg.part

assert pkg.part.VALUE == 1
