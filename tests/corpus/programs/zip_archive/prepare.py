import gzip
import zipfile

text = open("iris.csv").read()
with zipfile.ZipFile("batch.zip", "w") as archive:
    archive.writestr("a.csv", text)
    archive.writestr("b.csv", text)
with gzip.open("single.csv.gz", "wt") as out:
    out.write(text)
