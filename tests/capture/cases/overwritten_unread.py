# {"reads": [], "writes": ["a.txt"]}
# mypy: ignore-errors
open("a.txt", "w").write("new")
