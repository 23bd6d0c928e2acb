# {"reads": ["a.txt"], "writes": ["out.txt"], "python": {"miss": ["a.txt"], "gap": "PYTHONPATH"}}
# mypy: ignore-errors
import subprocess
import sys

code = "open('out.txt', 'w').write(open('a.txt').read())"
subprocess.run([sys.executable, "-c", code], env={}, check=True)
