# {"reads": ["a.txt"], "writes": ["named.txt"]}
# mypy: ignore-errors
import os

text = open("a.txt", "rb").read()
fd = os.open(".", os.O_TMPFILE | os.O_RDWR)
os.write(fd, text)
here = os.open(".", os.O_RDONLY)
os.link(f"/proc/self/fd/{fd}", "named.txt", src_dir_fd=here, follow_symlinks=True)
