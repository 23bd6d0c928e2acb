# {"reads": ["a.txt"], "writes": ["out.txt"], "options": ["-I", "-S"], "python": {"miss": ["a.txt", "case.py"]}}
# mypy: ignore-errors
open("out.txt", "w").write(open("a.txt").read())
