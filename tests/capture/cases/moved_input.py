# {"reads": ["a.txt"], "writes": ["sub/a.txt"], "as_read": ["a.txt"]}
# mypy: ignore-errors
import shutil

shutil.move("a.txt", "sub/a.txt")
