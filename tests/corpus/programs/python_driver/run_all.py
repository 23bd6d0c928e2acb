import subprocess
import sys

for name, extra in (("clean.py", []), ("fit.py", ["--degree", "2"])):
    print("==>", name)
    subprocess.run([sys.executable, name, *extra], check=True)
