import collections
import gzip
import json
import re

counts = collections.Counter()
with gzip.open("book.txt.gz", "rt") as book:
    for line in book:
        counts.update(re.findall(r"[a-z]+", line.lower()))

with open("counts.json", "w") as f:
    json.dump(counts.most_common(50), f)
with open("vocabulary.txt", "w") as f:
    for word in sorted(counts):
        print(word, file=f)
