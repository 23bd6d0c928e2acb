# {"reads": ["a.txt"], "writes": ["out.txt"]}
# mypy: ignore-errors
import tempfile

with tempfile.NamedTemporaryFile("w+", dir=".") as one, tempfile.TemporaryDirectory() as folder:
    one.write(open("a.txt").read())
    one.flush()
    open(folder + "/x", "w").write("y")
    open("out.txt", "w").write(open(folder + "/x").read())
