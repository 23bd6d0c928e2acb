# {"reads": ["in.zip", "a.txt"], "writes": ["out.zip", "out.gz"]}
# mypy: ignore-errors
import gzip
import zipfile

with zipfile.ZipFile("in.zip") as source, zipfile.ZipFile("out.zip", "w") as target:
    target.writestr("x", source.read("inside.txt"))
    target.write("a.txt")
with gzip.open("out.gz", "wb") as packed:
    packed.write(b"x")
