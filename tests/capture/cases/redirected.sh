# {"reads": ["a.txt"], "writes": ["out.log", "err.log"], "stdin": "a.txt", "stdout": "out.log", "stderr": "err.log", "streams": {"a.txt": [0], "out.log": [1], "err.log": [2]}, "python": {"miss": ["case.sh"]}}
cat
echo problem >&2
