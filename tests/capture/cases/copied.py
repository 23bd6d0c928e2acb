# {"reads": ["a.txt", "sub/c.txt", "sub/d.txt"], "writes": ["copy.txt", "tree/c.txt", "tree/d.txt"]}
# mypy: ignore-errors
import shutil

shutil.copy2("a.txt", "copy.txt")
shutil.copytree("sub", "tree")
