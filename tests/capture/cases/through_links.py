# {"reads": ["a.txt", "sub/c.txt"], "writes": ["sub/new.txt"], "aliases": {"a.txt": ["link.txt"], "sub/c.txt": ["way/c.txt"], "sub/new.txt": ["way/new.txt"]}}
# mypy: ignore-errors
text = open("link.txt").read() + open("way/c.txt").read()
open("way/new.txt", "w").write(text)
