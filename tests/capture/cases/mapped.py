# {"reads": ["a.txt"], "writes": ["map.bin"]}
# mypy: ignore-errors
import mmap

with open("a.txt", "rb") as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as view:
    data = view[:]
with open("map.bin", "wb+") as file:
    file.truncate(4096)
    with mmap.mmap(file.fileno(), 4096) as view:
        view[: len(data)] = data
