# {"reads": ["a.txt"], "writes": ["step.txt", "out.txt"]}
# mypy: ignore-errors
open("step.txt", "w").write(open("a.txt").read())
open("out.txt", "w").write(open("step.txt").read())
