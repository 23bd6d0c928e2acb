# {"reads": ["a.txt"], "writes": ["a.txt"], "as_read": ["a.txt"]}
# mypy: ignore-errors
text = open("a.txt").read()
open("a.txt", "w").write(text.upper())
