# {"reads": ["a.txt"], "writes": ["a.txt"], "updates": ["a.txt"], "as_read": ["a.txt"]}
# mypy: ignore-errors
with open("a.txt", "a") as log:
    log.write("more")
