# {"reads": [], "writes": []}
# mypy: ignore-errors
open("a.txt", "a").close()
