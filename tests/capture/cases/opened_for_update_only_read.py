# {"reads": ["a.txt"], "writes": []}
# mypy: ignore-errors
with open("a.txt", "r+") as file:
    file.read()
