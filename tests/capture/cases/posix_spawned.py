# {"reads": ["a.txt"], "writes": ["out.txt"], "processes": 2, "python": {"miss": ["a.txt"], "gap": "no Python"}}
# mypy: ignore-errors
import os

actions = [
    (os.POSIX_SPAWN_OPEN, 0, "a.txt", os.O_RDONLY, 0),
    (os.POSIX_SPAWN_OPEN, 1, "out.txt", os.O_WRONLY | os.O_CREAT, 0o644),
]
pid = os.posix_spawn("/bin/cat", ["cat"], os.environ, file_actions=actions)
assert os.waitpid(pid, 0)[1] == 0
