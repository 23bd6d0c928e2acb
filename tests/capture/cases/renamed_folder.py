# {"reads": ["a.txt"], "writes": ["model/deep/weights.bin", "model/config.json"]}
# mypy: ignore-errors
import os

os.makedirs("model.tmp/deep")
open("model.tmp/deep/weights.bin", "w").write(open("a.txt").read())
open("model.tmp/config.json", "w").write("{}")
os.rename("model.tmp", "model")
