# {"reads": ["a.txt"], "writes": ["a.txt"], "updates": ["a.txt"], "as_read": ["a.txt"]}
# mypy: ignore-errors
with open("a.txt", "r+") as file:
    file.seek(1)
    file.write("X")
